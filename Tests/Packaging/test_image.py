# SPDX-License-Identifier: Apache-2.0
"""The container image: what the Dockerfile makes of the built programs, by buildah, without a daemon.

The first stage is the repository's own build, so it is replaced by what was built already. Everything after it is the
Dockerfile's. Without root, buildah needs subordinate user ids (subuid(5)).
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

import yaml

from chart import CHART, DIST, REPOSITORY

# The largest that the image may become, in MiB.
SIZE_LIMIT = 160


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir="/var/tmp")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.addClassCleanup(cls.buildah, "rm", "--all")
        (cls.folder / "nothing").mkdir()
        cls.identifier = cls.build("first")
        cls.container = cls.buildah("from", "--pull-never", cls.identifier).strip()
        cls.root = cls.folder / "first" / "image-root"

    @classmethod
    def buildah(cls, *arguments):
        done = subprocess.run(["buildah", "--root", cls.folder / "storage", "--runroot", cls.folder / "run",
                               "--storage-driver", "vfs", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def build(cls, name):
        """Builds the image in a folder of its own; its identifier, a hash of all that it is."""
        context = cls.folder / name
        context.mkdir()
        subprocess.run([REPOSITORY / "scripts/image-root", DIST, context / "image-root"], check=True)
        identifier = context / "identifier"
        cls.buildah("build", "--isolation", "chroot", "--timestamp", "1", "--no-cache", "--pull-never",
                    "--build-context", f"build={context}", "--iidfile", str(identifier),
                    "--file", REPOSITORY / "Dockerfile", cls.folder / "nothing")
        return identifier.read_text()

    def run_inside(self, *command):
        return self.buildah("run", "--isolation", "chroot", self.container, "--", *command)

    def test_both_programs_run_in_it(self):
        self.assertIn("CLI version", self.run_inside("shrike", "version"))
        self.assertIn("--tracing-policy-dir", self.run_inside("shriked", "--help"))

    def test_the_library_can_be_checked_in_it(self):
        self.run_inside("shrike", "lint", "--fail-level", "error", "/usr/share/shrike/policies/library")

    def test_it_runs_as_nobody_and_says_what_it_is(self):
        config = json.loads(self.buildah("inspect", "--type", "image", self.identifier))["OCIv1"]["config"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["Entrypoint"], ["shrike"])
        version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
        self.assertEqual(config["Labels"]["org.opencontainers.image.version"], version)
        self.assertIn(version, self.run_inside("shrike", "version"))

    def test_the_same_programs_make_the_same_image(self):
        self.assertEqual(self.identifier, self.build("second"))

    def test_there_is_nothing_else_in_it(self):
        files = {f"/{path.relative_to(self.root)}" for path in self.root.rglob("*") if path.is_file()}
        rest = {name for name in files if not name.startswith("/usr/share/shrike/")}
        libraries = {name for name in rest if name.startswith("/lib")}
        self.assertEqual(rest - libraries, {"/etc/passwd", "/etc/group", "/usr/bin/shriked", "/usr/bin/shrike"})
        self.assertEqual({pathlib.Path(name).name.split(".")[0].split("-")[0] for name in libraries},
                         {"libc", "libm", "libgcc_s", "ld"})

    def test_nothing_in_it_can_be_changed_by_others_or_raises_rights(self):
        for path in self.root.rglob("*"):
            mode = path.lstat().st_mode
            if not path.is_symlink() and path != self.root / "tmp":
                self.assertFalse(mode & 0o6022, f"{path} {oct(mode)}")

    def test_it_is_small(self):
        size = sum(path.lstat().st_size for path in self.root.rglob("*")) / 2**20
        print(f"image: {size:.0f} MiB")
        self.assertLess(size, SIZE_LIMIT)


if __name__ == "__main__":
    unittest.main()
