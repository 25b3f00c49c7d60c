# SPDX-License-Identifier: Apache-2.0
"""What the chart renders: whole, valid for Kubernetes, and with no more rights than are needed."""
import pathlib
import re
import subprocess
import tarfile
import tempfile
import unittest

import kubernetes_validate
import yaml

from chart import AUTHORITY, CHART, DIST, HELMS, REPOSITORY, VALUES, containers, find, helm, render

# The oldest that the chart takes, the last without and the first with the field appArmorProfile, and a new one.
KUBERNETES = ["1.27.0", "1.29.0", "1.30.0", "1.34.0"]
CUSTOM = {"monitoring.coreos.com/v1", "cert-manager.io/v1"}


class Rendering(unittest.TestCase):
    def test_lint_is_content(self):
        for binary in HELMS:
            for name, values in VALUES.items():
                with self.subTest(helm=binary.name, values=name):
                    done = helm(binary, "lint", "--strict", CHART, values=values)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_object_is_valid(self):
        for name, values in VALUES.items():
            for version in KUBERNETES:
                for one in render(values, kubernetes=version):
                    with self.subTest(values=name, kubernetes=version, kind=one["kind"]):
                        self.assertLessEqual(len(one["metadata"]["name"]), 63)
                        if one["apiVersion"] not in CUSTOM:
                            kubernetes_validate.validate(one, version.rsplit(".", 1)[0], strict=True)

    def test_both_helms_render_the_same(self):
        for name, values in VALUES.items():
            with self.subTest(values=name):
                key = lambda one: (one["kind"], one["metadata"]["name"])
                old, new = (sorted(render(values, binary), key=key) for binary in HELMS)
                self.assertEqual(old, new)

    def test_a_packaged_chart_renders_the_same(self):
        # The library lies outside of the chart's folder and is linked into it.
        with tempfile.TemporaryDirectory() as folder:
            done = helm(HELMS[-1], "package", CHART, "--destination", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            (package,) = pathlib.Path(folder).iterdir()
            with tarfile.open(package) as archive:
                self.assertFalse([name for name in archive.getnames() if name.endswith(("_test.yaml", ".in"))])
            done = helm(HELMS[-1], "template", "release", package, "--namespace", "security",
                        "--kube-version", "1.34.0", values=VALUES["everything on"])
            self.assertEqual([one for one in yaml.safe_load_all(done.stdout) if one], render(VALUES["everything on"]))

    def test_every_object_has_a_place_and_a_name_of_its_own(self):
        for name, values in VALUES.items():
            with self.subTest(values=name):
                seen = set()
                for one in render(values):
                    identity = (one["kind"], one["metadata"]["name"])
                    self.assertNotIn(identity, seen)
                    seen.add(identity)
                    self.assertIn("app.kubernetes.io/instance", one["metadata"]["labels"], identity)
                    if one["kind"] not in ("CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding",
                                           "ValidatingWebhookConfiguration"):
                        self.assertEqual(one["metadata"]["namespace"], "security", identity)

    def test_the_definitions_are_what_the_program_prints(self):
        printed = subprocess.run(
            [str(DIST / "shrike"), "policy", "schema", "--crd"], capture_output=True, text=True, check=True).stdout
        printed = {one["metadata"]["name"]: one for one in yaml.safe_load_all(printed) if one}
        kept = {}
        for path in sorted((CHART / "files" / "crds").glob("*.yaml")):
            one = yaml.safe_load(path.read_text())
            kept[one["metadata"]["name"]] = one
        self.assertEqual(len(kept), 3)
        self.assertEqual(kept, printed, "scripts/make-crds writes them anew")

    def test_monitors_select_what_there_is(self):
        for kind, target in ("ServiceMonitor", "Service"), ("PodMonitor", "DaemonSet"):
            objects = render({"monitor": {"kind": "service" if kind == "ServiceMonitor" else "pod"}})
            monitor, selected = find(objects, kind), find(objects, target, "shrike")
            labels = selected["metadata"]["labels"] if target == "Service" else (
                selected["spec"]["template"]["metadata"]["labels"])
            self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(), labels.items())
            (endpoint,) = monitor["spec"].get("endpoints") or monitor["spec"]["podMetricsEndpoints"]
            self.assertEqual(endpoint["port"], "metrics")

    def test_a_changed_policy_makes_new_pods(self):
        def checksum(text):
            daemon = find(render({"policies": {"inline": {"a.yaml": text}}}), "DaemonSet", "shrike")
            return daemon["spec"]["template"]["metadata"]["annotations"]["checksum/policies"]
        self.assertEqual(checksum("a: 1"), checksum("a: 1"))
        self.assertNotEqual(checksum("a: 1"), checksum("a: 2"))

    def test_every_configmap_of_the_release_is_mounted(self):
        objects = render(VALUES["everything on"])
        volumes = find(objects, "DaemonSet", "kestrel")["spec"]["template"]["spec"]["volumes"]
        (sources,) = [volume["projected"]["sources"] for volume in volumes if volume["name"] == "policies"]
        names = {source["configMap"]["name"] for source in sources}
        made = {one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"}
        self.assertEqual(names - {"theirs"}, {name for name in made if name.endswith(("-policies", "-library"))})
        self.assertEqual(len(names), 3)

    def test_the_readme_is_that_of_the_values(self):
        done = subprocess.run([REPOSITORY / "scripts" / "chart-readme", "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


class Refusals(unittest.TestCase):
    BAD = {
        "an unknown value": ({"shrikd": {}}, "shrikd"),
        "an unknown value below": ({"shriked": {"logLevl": "info"}}, "logLevl"),
        "a level that is none": ({"shriked": {"logLevel": "loud"}}, "logLevel"),
        "a ring without size": ({"shriked": {"observationRing": "4MB"}}, "observationRing"),
        "a number for a ring": ({"shriked": {"criticalRing": 4096}}, "criticalRing"),
        "a port beyond all ports": ({"metrics": {"port": 70000}}, "port"),
        "a relative path": ({"host": {"procPath": "proc"}}, "procPath"),
        "a folder that is a path": ({"host": {"bpfFolder": "../shrike"}}, "bpfFolder"),
        "a mode that is none": ({"policies": {"library": {"mode": "audit"}}}, "mode"),
        "a policy file that shriked would pass over": ({"policies": {"inline": {"a.txt": "x"}}}, "a.txt"),
        "a policy that is not text": ({"policies": {"inline": {"a.yaml": {"kind": "TracingPolicy"}}}}, "inline"),
        "a tag and digest in one": ({"image": {"tag": "1@sha256:0"}}, "tag"),
        "half a digest": ({"image": {"digest": "sha256:12"}}, "digest"),
        "a percentage of a budget": ({"podDisruptionBudget": {"minAvailable": "50%"}}, "minAvailable"),
        "a monitor that is none": ({"monitor": {"kind": "both"}}, "kind"),
        "an interval without unit": ({"monitor": {"interval": "60"}}, "interval"),
        "a flag that is none": ({"shriked": {"extraArgs": ["debug"]}}, "extraArgs"),
        "a span without unit": ({"uninstall": {"timeout": "60"}}, "timeout"),
        "no port for the API server": ({"networkPolicy": {"apiServerPorts": []}}, "apiServerPorts"),
        "a text for a switch": ({"crds": {"enabled": "yes"}}, "enabled"),
        "an AppArmor profile that is none": ({"shriked": {"appArmorProfile": "none"}}, "appArmorProfile"),
        "a monitor of nothing": ({"monitor": {"kind": "pod"}, "metrics": {"enabled": False}}, "metrics.enabled"),
        "a failure policy that is none": ({"admission": {"failurePolicy": "Deny"}}, "failurePolicy"),
        "a webhook that waits too long": ({"admission": {"timeoutSeconds": 31}}, "timeoutSeconds"),
        "no pod for the webhook": ({"admission": {"replicas": 0}}, "replicas"),
        "a selector with a field of another": (
            {"admission": {"namespaceSelector": {"matchNames": ["a"]}}}, "matchNames"),
        "a kernel that is no version": ({"admission": {"kernels": ["6.1.2"]}}, "kernels"),
        "an authority that is none": ({"admission": {"tls": {"caBundle": "LS0t"}}}, "caBundle"),
        "an issuer without a name": ({"admission": {"tls": {"certManager": {"issuerRef": {"kind": "Issuer"}}}}}, "issuerRef"),
        "a webhook without a certificate": ({"admission": {"enabled": True}}, "admission.tls.secretName"),
        "a webhook that nobody believes": (
            {"admission": {"enabled": True, "tls": {"secretName": "webhook"}}}, "admission.tls.caBundle"),
        "a viewer that is nobody": ({"viewer": {"subjects": [{"kind": "Person", "name": "ana"}]}}, "subjects"),
        "an unknown policy": ({"policies": {"library": {"enabled": True, "include": ["no-such"]}}}, "no-such"),
    }

    def test_bad_values_are_refused_by_name(self):
        for binary in HELMS:
            for name, (values, word) in self.BAD.items():
                with self.subTest(helm=binary.name, values=name):
                    done = helm(binary, "template", "release", CHART, values=values)
                    self.assertNotEqual(done.returncode, 0, "accepted")
                    self.assertIn(word, done.stderr)

    def test_an_old_cluster_is_refused(self):
        done = helm(HELMS[-1], "template", "release", CHART, "--kube-version", "1.26.0")
        self.assertIn("incompatible with Kubernetes", done.stderr)


class Rights(unittest.TestCase):
    def pods(self):
        for values in VALUES.values():
            for one in render(values):
                if one["kind"] in ("DaemonSet", "Deployment", "Job"):
                    yield one["metadata"]["name"], one["spec"]["template"]["spec"]

    def test_nothing_is_privileged(self):
        for name, pod in self.pods():
            for key in "hostPID", "hostIPC":
                self.assertFalse(pod.get(key), f"{name}: {key}")
            for container in containers(pod).values():
                context = container["securityContext"]
                self.assertFalse(context.get("privileged"), name)
                self.assertTrue(context["readOnlyRootFilesystem"], name)
                self.assertEqual(context["capabilities"]["drop"], ["ALL"], name)
                self.assertEqual(context["seccompProfile"]["type"], "RuntimeDefault", name)

    def test_shriked_has_the_capabilities_that_it_asks_for_and_nobody_else_has_any(self):
        source = (REPOSITORY / "Sources/ShrikeDaemon/Privileges.swift").read_text()
        asked = set(re.findall(r'"CAP_([A-Z_]+)"', source))
        self.assertTrue(asked)
        for name, pod in self.pods():
            for container in containers(pod).values():
                has = set(container["securityContext"]["capabilities"].get("add", []))
                self.assertEqual(has, asked if container["name"] == "shriked" else set(), name)

    def test_the_host_is_mounted_read_only_but_for_pins(self):
        for name, pod in self.pods():
            hosts = {volume["name"] for volume in pod.get("volumes", []) if "hostPath" in volume}
            for container in containers(pod).values():
                written = {mount["name"] for mount in container.get("volumeMounts", [])
                           if mount["name"] in hosts and not mount.get("readOnly")}
                self.assertLessEqual(written, {"bpf"}, name)

    def test_shriked_may_follow_policies_and_write_its_status_and_no_more(self):
        def rights(values):
            (role,) = [one for one in render(values) if one["kind"] == "ClusterRole"]
            return {(group, resource, verb) for rule in role["rules"] for group in rule["apiGroups"]
                    for resource in rule["resources"] for verb in rule["verbs"]}
        values = {"kubernetes": {"enabled": True}}
        follow = {("cilium.io", "tracingpolicies"), ("cilium.io", "tracingpoliciesnamespaced"),
                  ("", "nodes"), ("", "pods"), ("", "namespaces")}
        self.assertEqual(rights(values), {one + (verb,) for one in follow for verb in ("list", "watch")} | {
            ("shrike.internal", "policynodestatuses", verb) for verb in ("create", "patch")})
        # What shriked asks for, by its sources.
        source = "".join(path.read_text() for path in (REPOSITORY / "Sources/ShrikeCluster").glob("*.swift"))
        for path in ("/apis/cilium.io/v1alpha1/", "/api/v1/nodes", "/api/v1/pods", "/api/v1/namespaces",
                     "/apis/shrike.internal/v1alpha1/policynodestatuses/"):
            self.assertIn(f'"{path}', source)

        objects = render(values)
        daemon = find(objects, "DaemonSet", "shrike")["spec"]["template"]["spec"]
        binding = find(objects, "ClusterRoleBinding")
        self.assertEqual(binding["subjects"], [
            {"kind": "ServiceAccount", "name": daemon["serviceAccountName"], "namespace": "security"}])
        self.assertEqual(binding["roleRef"]["name"], find(objects, "ClusterRole")["metadata"]["name"])
        mounted = {name for name, container in containers(daemon).items()
                   if any(mount["name"] == "token" for mount in container.get("volumeMounts", []))}
        self.assertEqual(mounted, {"shriked"})
        self.assertIn("--enable-k8s-api", containers(daemon)["shriked"]["args"])
        ports = [port["port"] for rule in find(objects, "NetworkPolicy")["spec"]["egress"] for port in rule["ports"]]
        self.assertEqual(ports, [443, 6443])

    def test_people_may_read_statuses_and_logs_of_the_release_and_no_more(self):
        who = [{"kind": "Group", "name": "security", "apiGroup": "rbac.authorization.k8s.io"}]
        objects = render({"viewer": {"enabled": True, "subjects": who}})
        of_viewers = [one for one in objects if one["metadata"]["name"].endswith("-viewer")]
        self.assertEqual(sorted(one["kind"] for one in of_viewers),
                         ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"])
        rights = {one["kind"]: {(group, resource, verb) for rule in one["rules"] for group in rule["apiGroups"]
                                for resource in rule["resources"] for verb in rule["verbs"]}
                  for one in of_viewers if "rules" in one}
        self.assertEqual(rights["ClusterRole"], {
            ("shrike.internal", "policynodestatuses", verb) for verb in ("get", "list", "watch")})
        self.assertEqual(rights["Role"], {("", "pods", "list"), ("", "pods", "watch"), ("", "pods/log", "get")})
        for one in of_viewers:
            if "subjects" in one:
                self.assertEqual(one["subjects"], who)
                self.assertEqual(one["roleRef"]["kind"], one["kind"].removesuffix("Binding"))
                (role,) = [role for role in of_viewers if role["kind"] == one["roleRef"]["kind"]]
                self.assertEqual(one["roleRef"]["name"], role["metadata"]["name"])
            if not one["kind"].startswith("Cluster"):
                self.assertEqual(one["metadata"]["namespace"], "security")
        # What the commands ask for, by their sources.
        source = "".join(path.read_text() for path in (REPOSITORY / "Sources/ShrikeClusterClient").glob("*.swift"))
        for path in ("/apis/shrike.internal/v1alpha1/policynodestatuses", "/log"):
            self.assertIn(path, source)
        # Nobody is bound unless somebody is named.
        kinds = [one["kind"] for one in render({"viewer": {"enabled": True}})
                 if one["metadata"]["name"].endswith("-viewer")]
        self.assertEqual(sorted(kinds), ["ClusterRole", "Role"])

    def test_only_the_waiter_may_ask_the_api_server_and_only_for_one_object(self):
        for values in VALUES.values():
            objects = [one for one in render(values) if not one["metadata"]["name"].endswith("-viewer")]
            if not values.get("kubernetes", {}).get("enabled"):
                self.assertFalse([one for one in objects if one["kind"].startswith("ClusterRole")])
                self.assertNotIn("--enable-k8s-api", str(objects))
                for one in objects:
                    if one["kind"] == "NetworkPolicy":
                        self.assertEqual(one["spec"]["egress"], [])
            for one in objects:
                if one["kind"] in ("DaemonSet", "Deployment", "ServiceAccount"):
                    pod = one["spec"]["template"]["spec"] if "spec" in one else one
                    self.assertIs(pod["automountServiceAccountToken"], False)
                if one["kind"] == "Role":
                    (rule,) = one["rules"]
                    self.assertEqual(rule["resourceNames"], [one["metadata"]["name"]])
                    self.assertEqual(set(rule["verbs"]), {"get", "list", "watch"})


class Admission(unittest.TestCase):
    PLAIN = VALUES["admission"]

    def test_it_is_off_unless_it_is_asked_for(self):
        for one in render(VALUES["everything off"]) + render({}):
            self.assertNotIn("admission", one["metadata"]["name"])

    def test_the_api_server_finds_the_pods_at_the_port_where_they_listen(self):
        for name in "admission", "admission, all of it", "admission, unpoliced, long name":
            objects = render(VALUES[name])
            (webhook,) = find(objects, "ValidatingWebhookConfiguration")["webhooks"]
            service = find(objects, "Service", "-admission")
            client = webhook["clientConfig"]["service"]
            self.assertEqual((client["name"], client["namespace"], client["path"]),
                             (service["metadata"]["name"], "security", "/validate"))
            (port,) = service["spec"]["ports"]
            self.assertEqual(client["port"], port["port"])
            pod = find(objects, "Deployment")["spec"]["template"]
            self.assertLessEqual(service["spec"]["selector"].items(), pod["metadata"]["labels"].items())
            (container,) = pod["spec"]["containers"]
            (listened,) = [one for one in container["ports"] if one["name"] == port["targetPort"]]
            self.assertIn(f"--listen=:{listened['containerPort']}", container["args"])
            for probe in "livenessProbe", "readinessProbe":
                self.assertEqual(container[probe]["httpGet"]["scheme"], "HTTPS")

    def test_its_pods_are_none_of_the_daemons(self):
        for name, values in VALUES.items():
            if not name.startswith("admission"):
                continue
            objects = render(values)
            daemon = [one for one in objects if one["kind"] == "DaemonSet"][0]["spec"]["selector"]["matchLabels"]
            labels = find(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
            self.assertFalse(daemon.items() <= labels.items(), name)

    def test_it_has_no_rights(self):
        objects = render(VALUES["admission, all of it"])
        pod = find(objects, "Deployment")["spec"]["template"]["spec"]
        for one in objects:
            for subject in one.get("subjects", []):
                self.assertNotEqual(subject["name"], pod["serviceAccountName"])
        self.assertFalse([volume for volume in pod["volumes"] if "hostPath" in volume])
        (container,) = pod["containers"]
        self.assertTrue(container["securityContext"]["runAsNonRoot"])
        policy = find(objects, "NetworkPolicy", "-admission")["spec"]
        self.assertEqual(policy["egress"], [])
        self.assertEqual(policy["ingress"], [
            {"ports": [{"port": "webhook", "protocol": "TCP"}], "from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}])

    def test_the_authority_is_given_or_injected(self):
        import base64
        plain = find(render(self.PLAIN), "ValidatingWebhookConfiguration")
        self.assertEqual(base64.b64decode(plain["webhooks"][0]["clientConfig"]["caBundle"]).decode(), AUTHORITY)
        objects = render(VALUES["admission, all of it"])
        managed = find(objects, "ValidatingWebhookConfiguration")
        certificate = find(objects, "Certificate")
        self.assertEqual(managed["metadata"]["annotations"]["cert-manager.io/inject-ca-from"],
                         "security/" + certificate["metadata"]["name"])
        self.assertEqual(certificate["spec"]["secretName"], "webhook")
        service = find(objects, "Service", "-admission")["metadata"]["name"]
        self.assertIn(f"{service}.security.svc", certificate["spec"]["dnsNames"])

    def test_what_the_values_say_is_in_the_webhook(self):
        (plain,) = find(render(self.PLAIN), "ValidatingWebhookConfiguration")["webhooks"]
        self.assertEqual((plain["failurePolicy"], plain["sideEffects"]), ("Ignore", "None"))
        self.assertNotIn("namespaceSelector", plain)
        values = VALUES["admission, all of it"]
        (webhook,) = find(render(values), "ValidatingWebhookConfiguration")["webhooks"]
        for key in "failurePolicy", "timeoutSeconds", "namespaceSelector":
            self.assertEqual(webhook[key], values["admission"][key])
        rule = webhook["rules"][0]
        definitions = [one["metadata"]["name"] for one in render({"crds": {"enabled": True}})
                       if one["kind"] == "CustomResourceDefinition" and one["spec"]["group"] in rule["apiGroups"]]
        self.assertEqual(sorted(definitions), sorted(one + ".cilium.io" for one in rule["resources"]))

    def test_the_linters_configuration_is_one_that_the_program_takes(self):
        objects = render(VALUES["admission, all of it"])
        text = find(objects, "ConfigMap", "-admission")["data"]["lint.yaml"]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lint.yaml"
            path.write_text(text)
            done = subprocess.run([DIST / "shrike", "lint", "--config", path, CHART / "files" / "library"],
                                  capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 2, done.stderr)

    def test_a_changed_configuration_makes_new_pods(self):
        def checksum(config):
            values = {"admission": {**self.PLAIN["admission"], "config": config}}
            return find(render(values), "Deployment")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
        self.assertNotEqual(checksum("a: 1"), checksum("a: 2"))


class Uninstalling(unittest.TestCase):
    def hooks(self, values):
        return [one for one in render(values) if "helm.sh/hook" in one["metadata"].get("annotations", {})]

    def test_nodes_are_cleared_after_the_daemons_and_waited_for(self):
        hooks = self.hooks({})
        for one in hooks:
            notes = one["metadata"]["annotations"]
            # While a daemon lives its lock keeps the hook out.
            self.assertEqual(notes["helm.sh/hook"], "post-delete")
            self.assertEqual(notes["helm.sh/hook-delete-policy"], "before-hook-creation,hook-succeeded")
        order = sorted(hooks, key=lambda one: int(one["metadata"]["annotations"]["helm.sh/hook-weight"]))
        self.assertEqual([one["kind"] for one in order[-2:]], ["DaemonSet", "Job"])
        cleaner, waiter = order[-2:]
        (wait,) = waiter["spec"]["template"]["spec"]["containers"]
        self.assertIn("daemonset/" + cleaner["metadata"]["name"], wait["args"])

    def test_they_are_cleared_where_the_daemon_ran_and_of_its_pins(self):
        values = VALUES["everything on"]
        cleaner = find(self.hooks(values), "DaemonSet")["spec"]["template"]["spec"]
        daemon = find(render(values), "DaemonSet", "kestrel")["spec"]["template"]["spec"]
        for key in "nodeSelector", "tolerations", "affinity", "priorityClassName", "imagePullSecrets":
            self.assertEqual(cleaner[key], daemon[key], key)
        flag = [word for word in containers(daemon)["shriked"]["args"] if word.startswith("--bpf-dir")]
        for container in containers(cleaner).values():
            self.assertEqual([word for word in container["args"] if word != "--stay"], flag)

    def test_there_is_nothing_to_clear_when_nothing_is_kept(self):
        for values in ({"shriked": {"keepEnforcing": False}}, {"uninstall": {"clear": False}}):
            self.assertEqual(self.hooks(values), [])
        self.assertNotIn("--keep-enforcing", str(render({"shriked": {"keepEnforcing": False}})))

    def test_its_pods_are_none_of_the_daemons(self):
        objects = render({})
        selector = find(objects, "DaemonSet", "shrike")["spec"]["selector"]["matchLabels"]
        labels = find(objects, "DaemonSet", "-uninstall")["spec"]["template"]["metadata"]["labels"]
        self.assertFalse(selector.items() <= labels.items())


class Programs(unittest.TestCase):
    """The chart uses only what the built programs know."""

    def flags(self, *command):
        done = subprocess.run([DIST / command[0], *command[1:], "--help-hidden"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return set(re.findall(r"--[a-z][a-z0-9-]*", done.stdout))

    def test_every_flag_exists(self):
        known = {}
        for name, values in VALUES.items():
            for one in render(values):
                if one["kind"] not in ("DaemonSet", "Deployment"):
                    continue
                for container in containers(one["spec"]["template"]["spec"]).values():
                    words = container["command"] + container.get("args", [])
                    command = tuple(word for word in words if not word.startswith("-"))
                    known[command] = known.get(command) or self.flags(*command)
                    used = {word.split("=")[0] for word in words if word.startswith("--")}
                    self.assertLessEqual(used, known[command], f"{name}: {' '.join(command)}")
        self.assertIn(("shriked",), known)
        self.assertIn(("shrike", "getevents"), known)
        self.assertIn(("shrike", "admission"), known)
        self.assertIn(("shrike", "policy", "clear"), known)


class Library(unittest.TestCase):
    def policies(self, **library):
        data = find(render({"policies": {"library": {"enabled": True, **library}}}), "ConfigMap", "-library")["data"]
        return {name: yaml.safe_load(text) for name, text in data.items()}

    def test_all_of_it_is_there_and_only_reports(self):
        files = {path.name for path in (REPOSITORY / "policies/library").glob("*.yaml")
                 if not path.name.endswith("_test.yaml") and not path.name.startswith(".")}
        self.assertGreaterEqual(len(files), 25)
        policies = self.policies()
        self.assertEqual(set(policies), files)
        for name, policy in policies.items():
            self.assertIn({"name": "policy-mode", "value": "monitor"}, policy["spec"]["options"], name)

    def test_it_enforces_when_told_to(self):
        for policy in self.policies(mode="enforce").values():
            modes = [one["value"] for one in policy["spec"]["options"] if one["name"] == "policy-mode"]
            self.assertEqual(modes, ["enforce"])

    def test_it_can_be_chosen_from(self):
        all_names = {policy["metadata"]["name"] for policy in self.policies().values()}
        one = sorted(all_names)[0]
        self.assertEqual({policy["metadata"]["name"] for policy in self.policies(include=[one]).values()}, {one})
        left = {policy["metadata"]["name"] for policy in self.policies(exclude=[one]).values()}
        self.assertEqual(left, all_names - {one})

    def test_what_is_rendered_loads(self):
        for mode in "monitor", "enforce":
            text = yaml.safe_dump_all(self.policies(mode=mode).values())
            done = subprocess.run([DIST / "shrike", "lint", "--fail-level", "error", "--kernel", "6.1,6.12,7.3", "-"],
                                  input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
