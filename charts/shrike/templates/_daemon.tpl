{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* What shriked is started with. A test asks shriked for each of these flags. */}}
{{- define "shrike.daemonArguments" -}}
- --tracing-policy-dir=/etc/shrike/policies
- --procfs=/host/proc
- --log-level={{ .Values.shriked.logLevel }}
- --rb-size={{ .Values.shriked.observationRing }}
- --rb-critical-size={{ .Values.shriked.criticalRing }}
{{- with .Values.clusterName }}
- --cluster-name={{ . }}
{{- end }}
- --bpf-dir={{ include "shrike.pins" . }}
{{- if .Values.kubernetes.enabled }}
- --enable-k8s-api
{{- end }}
{{- if .Values.shriked.keepEnforcing }}
- --keep-enforcing
{{- end }}
# Events are asked for by export-stdout, over the API.
- --export-filename=/dev/null
- --server-address=unix:///run/shrike/shrike.sock
- --server-read-address={{ include "shrike.readSocket" . }}
- --health-server-address=:{{ .Values.health.port }}
{{- if .Values.metrics.enabled }}
- --metrics-server=:{{ .Values.metrics.port }}
{{- end }}
{{- range .Values.shriked.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{/* A gRPC probe: the values' own handler if they have one, else the health service of that name. */}}
{{- define "shrike.probe" -}}
{{- $top := index . 0 }}
{{- $probe := deepCopy (index . 2) }}
{{- if not (or $probe.grpc $probe.httpGet $probe.tcpSocket $probe.exec) }}
{{- $_ := set $probe "grpc" (dict "port" (int $top.Values.health.port) "service" (index . 1)) }}
{{- end }}
{{- toYaml $probe }}
{{- end }}
