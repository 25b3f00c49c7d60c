{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{- define "shrike.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 50 and not 63: "-uninstall-wait" and a Job's suffix must fit behind it. */}}
{{- define "shrike.fullname" -}}
{{- $name := include "shrike.name" . }}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 45 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}{{ .Release.Name | trunc 45 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What selects pods. It can never change: a DaemonSet's selector is immutable. */}}
{{- define "shrike.selectorLabels" -}}
app.kubernetes.io/name: {{ include "shrike.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "shrike.labels" -}}
{{ include "shrike.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "shrike.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ printf "%s@%s" .repository .digest }}
{{- else }}{{ printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}{{ end }}
{{- end }}
{{- end }}

{{- define "shrike.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "shrike.fullname" .) .Values.serviceAccount.name }}
{{- else }}{{ default "default" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{/* The folder of pins, as shriked and `shrike policy clear` see it. */}}
{{- define "shrike.pins" -}}
/sys/fs/bpf/{{ .Values.host.bpfFolder }}
{{- end }}

{{/* The socket through which nothing can be changed. */}}
{{- define "shrike.readSocket" -}}
unix:///run/shrike/read.sock
{{- end }}

{{- define "shrike.clears" -}}
{{- if and .Values.shriked.keepEnforcing .Values.uninstall.clear }}yes{{ end }}
{{- end }}

{{/*
The library's policies that the values choose, in the mode that they choose: a map from file name to text.
The mode is written into each policy, since shriked takes it from there.
*/}}
{{- define "shrike.library" -}}
{{- $chosen := dict }}
{{- $known := list }}
{{- $library := .Values.policies.library }}
{{- range $path, $bytes := .Files.Glob "files/library/*.yaml" }}
{{- if not (or (hasSuffix "_test.yaml" $path) (hasPrefix "." (base $path))) }}
{{- $policy := $.Files.Get $path | fromYaml }}
{{- $name := $policy.metadata.name }}
{{- $known = append $known $name }}
{{- if and (or (not $library.include) (has $name $library.include)) (not (has $name $library.exclude)) }}
{{- $options := list }}
{{- range ($policy.spec.options | default list) }}
{{- if ne .name "policy-mode" }}{{ $options = append $options . }}{{ end }}
{{- end }}
{{- $options = append $options (dict "name" "policy-mode" "value" $library.mode) }}
{{- $_ := set $policy.spec "options" $options }}
{{- $_ := set $chosen (base $path) (toYaml $policy) }}
{{- end }}
{{- end }}
{{- end }}
{{- range concat $library.include $library.exclude }}
{{- if not (has . $known) }}{{ fail (printf "policies.library: there is no policy %q in the library; there are: %s" . (join ", " $known)) }}{{ end }}
{{- end }}
{{- toYaml $chosen }}
{{- end }}
