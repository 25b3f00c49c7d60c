# SPDX-License-Identifier: Apache-2.0
"""Alert rules and dashboard: queries that Prometheus takes, over metrics that shriked has."""
import json
import re
import subprocess
import tempfile
import unittest

import yaml

from chart import CHART, REPOSITORY, VALUES, find, render

ALERTS = CHART / "files" / "alerts.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
TESTS = REPOSITORY / "Tests" / "Packaging" / "alerts_test.yaml"


def queries():
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


class Observability(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_alert_rules_are_valid_and_fire(self):
        self.promtool("check", "rules", str(ALERTS))
        self.promtool("test", "rules", str(TESTS))

    def test_every_alert_has_a_case(self):
        names = {rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
        cases = {case["alertname"] for test in yaml.safe_load(TESTS.read_text())["tests"]
                 for case in test["alert_rule_test"] if case.get("exp_alerts")}
        self.assertEqual(names, cases)

    def test_the_queries_of_the_dashboard_are_valid(self):
        rules = [{"record": "query", "expr": expr.replace("$__rate_interval", "5m").replace("$instance", ".*")}
                 for _, expr in queries()]
        self.assertGreater(len(rules), 10)
        groups = [{"name": f"query-{number}", "rules": [rule]} for number, rule in enumerate(rules)]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump({"groups": groups}, file)
            file.flush()
            self.promtool("check", "rules", file.name)

    def test_every_metric_is_one_that_shriked_has(self):
        source = "\n".join(path.read_text() for path in (REPOSITORY / "Sources/ShrikeMetrics").glob("**/*.swift"))
        rules = [rule["expr"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
        used = set(re.findall(r"\b(?:tetragon|process)_[a-z_]+", " ".join(rules + [expr for _, expr in queries()])))
        self.assertGreater(len(used), 10)
        for name in sorted(used):
            short = re.sub("^(tetragon|process)_", "", name)
            self.assertRegex(source, rf'"(tetragon_|process_)?{short}"', f"shriked has no {name}")

    def test_the_configmaps_hold_the_files(self):
        objects = render(VALUES["everything on"])
        self.assertEqual(yaml.safe_load(find(objects, "ConfigMap", "-alerts")["data"]["shrike-alerts.yaml"]),
                         yaml.safe_load(ALERTS.read_text()))
        self.assertEqual(json.loads(find(objects, "ConfigMap", "-dashboard")["data"]["shrike.json"]),
                         json.loads(DASHBOARD.read_text()))


if __name__ == "__main__":
    unittest.main()
