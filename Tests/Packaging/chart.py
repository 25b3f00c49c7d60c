# SPDX-License-Identifier: Apache-2.0
"""What the tests of the chart share: helm, rendered objects, and the values that they are rendered with."""
import functools
import json
import os
import pathlib
import subprocess
import tempfile

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
CHART = REPOSITORY / "charts" / "shrike"
TOOLS = pathlib.Path(os.environ["CHART_TOOLS"])
DIST = pathlib.Path(os.environ.get("SHRIKE_DIST", REPOSITORY / "dist"))
HELMS = [TOOLS / "bin" / "helm3", TOOLS / "bin" / "helm4"]

POLICY = """
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: opened}
spec:
  kprobes:
  - {call: security_file_open, syscall: false, args: [{index: 0, type: file}]}
"""

AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

# Sets of values that each change something in what is rendered; together they reach every branch.
VALUES = {
    "defaults": {},
    "everything on": {
        "nameOverride": "kestrel", "clusterName": "east", "imagePullSecrets": [{"name": "pull"}],
        "image": {"digest": "sha256:" + "0" * 64},
        "policies": {"inline": {"opened.yaml": POLICY}, "configMaps": ["theirs"], "library": {"enabled": True}},
        "crds": {"enabled": True}, "kubernetes": {"enabled": True},
        "shriked": {"extraEnv": [{"name": "A", "value": "b"}], "extraArgs": ["--debug"]},
        "export": {"extraArgs": ["--host"]},
        "host": {"procPath": "/procHost"},
        "metrics": {"serviceAnnotations": {"a": "b"}}, "monitor": {"kind": "service", "labels": {"release": "p"}},
        "alerts": {"enabled": True, "labels": {"rules": "yes"}}, "dashboard": {"enabled": True},
        "serviceAccount": {"annotations": {"a": "b"}},
        "networkPolicy": {"metricsFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 2},
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "shrike", "operator": "NotIn", "values": ["off"]}]}]}}},
        "commonLabels": {"team": "a"}, "podLabels": {"b": "c"}, "podAnnotations": {"d": "e"},
        "hostNetwork": True,
    },
    "everything off": {
        "shriked": {"keepEnforcing": False, "appArmorProfile": ""}, "export": {"enabled": False},
        "metrics": {"enabled": False}, "serviceAccount": {"create": False, "name": "theirs"},
        "networkPolicy": {"enabled": False}, "priorityClassName": "", "nodeSelector": {}, "tolerations": [],
    },
    "viewer": {"viewer": {"enabled": True, "subjects": [
        {"kind": "Group", "name": "security", "apiGroup": "rbac.authorization.k8s.io"},
        {"kind": "ServiceAccount", "name": "reader", "namespace": "tools"}]}},
    "viewer, long name": {"fullnameOverride": "n" * 200, "viewer": {"enabled": True}},
    "admission": {"admission": {"enabled": True, "tls": {"secretName": "webhook", "caBundle": AUTHORITY}}},
    "admission, all of it": {
        "imagePullSecrets": [{"name": "pull"}], "commonLabels": {"team": "a"},
        "admission": {
            "enabled": True, "replicas": 1, "failurePolicy": "Fail", "timeoutSeconds": 3, "port": 9443,
            "namespaceSelector": {"matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}]},
            "kernels": ["6.1", "6.12"], "config": "rules:\n  SHR501: error\n", "extraArgs": ["--drain=10s"],
            "tls": {"secretName": "webhook", "certManager": {"issuerRef": {"name": "ca", "kind": "Issuer"}}},
            "from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "priorityClassName": "system-cluster-critical",
            "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}]}},
    "admission, unpoliced, long name": {
        "fullnameOverride": "n" * 200, "networkPolicy": {"enabled": False},
        "admission": {"enabled": True, "tls": {"secretName": "webhook", "caBundle": AUTHORITY}}},
    "API server, somebody else's account": {
        "kubernetes": {"enabled": True}, "serviceAccount": {"create": False, "name": "theirs"}},
    "pod monitor": {"monitor": {"kind": "pod"}},
    "no metrics, policed": {"metrics": {"enabled": False}},
    "not cleared": {"uninstall": {"clear": False}},
    "long name": {"fullnameOverride": "n" * 200},
    "one of the library, enforcing": {"policies": {"library": {
        "enabled": True, "mode": "enforce", "include": ["kernel-module-load"]}}},
    "all but one of the library": {"policies": {"library": {"enabled": True, "exclude": ["kernel-module-load"]}}},
    "other probe": {"shriked": {"livenessProbe": {"tcpSocket": {"port": 6789}}}},
}


def helm(binary, *arguments, values=None):
    """Runs helm on the chart; the process with its output."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values or {}, file)
        file.flush()
        if arguments[0] != "package":
            arguments = [*arguments, "--values", file.name]
        return subprocess.run([binary, *arguments], capture_output=True, text=True,
                              env={**os.environ, "HELM_CONFIG_HOME": "/nonexistent", "KUBECONFIG": "/nonexistent"})


def render(values=None, binary=HELMS[-1], kubernetes="1.34.0", namespace="security"):
    """The objects that a release is made of, its hooks among them."""
    return _render(json.dumps(values or {}), binary, kubernetes, namespace)


@functools.lru_cache(maxsize=None)
def _render(values, binary, kubernetes, namespace):
    done = helm(binary, "template", "release", CHART, "--namespace", namespace, "--kube-version", kubernetes,
                values=json.loads(values))
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def find(objects, kind, suffix=""):
    """The one object of a kind whose name ends so."""
    (found,) = [one for one in objects if one["kind"] == kind and one["metadata"]["name"].endswith(suffix)]
    return found


def containers(pod):
    """All containers of a pod's spec, by name."""
    return {one["name"]: one for one in pod.get("initContainers", []) + pod["containers"]}
