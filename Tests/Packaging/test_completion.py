# SPDX-License-Identifier: Apache-2.0
"""The completion scripts, by the shells themselves. In bash and zsh the tab key is pressed, on a terminal of their own;
fish answers what it would offer without one."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

from chart import DIST

# What a terminal is told to do rather than to show.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r|\x07")


class Shell:
    """A shell on a terminal of its own. Ended by `close`."""

    def __init__(self, arguments, environment):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(arguments[0], arguments, environment)
        self.text = ""

    def wait_for(self, expression):
        """What is shown until the expression matches. Fails when it does not within 30 seconds."""
        deadline = time.monotonic() + 30
        while not re.search(expression, self.text):
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {expression!r} in {self.text!r}")
            try:
                self.text = CONTROL.sub("", self.text + os.read(self.terminal, 65536).decode(errors="replace"))
            except OSError as error:
                raise AssertionError(f"the shell ended: {self.text!r}") from error
        return self.text

    def press(self, keys):
        self.text = ""
        os.write(self.terminal, keys.encode())

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = os.environ | {
            "PATH": f"{DIST}:{os.environ['PATH']}", "HOME": folder.name, "XDG_CONFIG_HOME": folder.name,
            "XDG_DATA_HOME": folder.name, "TERM": "xterm", "COLUMNS": "200", "LC_ALL": "C.UTF-8"}

    def script(self, shell, name):
        done = subprocess.run([DIST / "shrike", "completion", shell], capture_output=True, check=True)
        self.assertEqual(done.stderr, b"")
        path = self.folder / name
        path.write_bytes(done.stdout)
        return path

    def terminal(self, arguments, setup):
        shell = Shell(arguments, self.environment)
        self.addCleanup(shell.close)
        # The prompt is put together, so that the line that sets it is not taken for it. What a script says that does not
        # load stands before it.
        shell.press(f"{setup}; PS1='READ''Y> '\n")
        self.assertNotRegex(shell.wait_for("READY> $"), "(?i)error|not found|bad |unexpected")
        return shell

    def offers_what_there_is(self, shell):
        shell.press("shrike get\t")
        self.assertNotIn("error", shell.wait_for("shrike getevents "))
        # Control-U takes the line away.
        shell.press("\x15shrike policy \t\t")
        offered = shell.wait_for(r"(?s)\badd\b.*\bset-mode\b")
        for command in ("delete", "disable", "configure", "list"):
            self.assertIn(command, offered)
        shell.press("\x15shrike getevents --follow\t")
        shell.wait_for("--follow-pid ")
        shell.press("\x15shrike completion f\t")
        shell.wait_for("completion fish ")

    def test_bash(self):
        path = self.script("bash", "shrike.bash")
        self.offers_what_there_is(self.terminal(["bash", "--norc", "--noprofile", "-i"], f"source {path}"))

    def test_zsh(self):
        self.script("zsh", "_shrike")
        self.offers_what_there_is(self.terminal(
            ["zsh", "-f", "-i"], f"fpath=({self.folder} $fpath); autoload -U compinit; compinit -u -D"))

    def test_fish(self):
        path = self.script("fish", "shrike.fish")

        def offered(line):
            done = subprocess.run(
                ["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"], capture_output=True,
                text=True, env=self.environment, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [entry.split("\t")[0] for entry in done.stdout.splitlines()]

        self.assertEqual(offered("shrike get"), ["getevents"])
        commands = offered("shrike policy ")
        for command in ("add", "delete", "disable", "enable", "configure", "list", "set-mode"):
            self.assertIn(command, commands)
        self.assertEqual(offered("shrike getevents --follow"), ["--follow-pid"])
        self.assertEqual(offered("shrike completion f"), ["fish"])


if __name__ == "__main__":
    unittest.main()
