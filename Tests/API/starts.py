# SPDX-License-Identifier: Apache-2.0
"""Starts of shriked amid processes that come and go: those that end meanwhile are no loss, and no event tells of one that
nobody knows.

    starts.py DIST WORK
"""
import atexit
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

STARTS = 5
# Forks processes that live up to a twentieth of a second, so that some end at any moment. Ends with this script, however
# that ends, and after five minutes.
FORKS = """
import os, random, sys, time
alive, limit = 0, time.monotonic() + 300
while not os.path.exists(sys.argv[1]) and os.getppid() == int(sys.argv[2]) and time.monotonic() < limit:
    if os.fork() == 0:
        time.sleep(random.random() / 20)
        os._exit(0)
    alive += 1
    while alive and (alive > 60 or os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        os.wait()
        alive -= 1
"""


def check(what, is_right, detail=""):
    print(("ok " if is_right else "not ok ") + what + (f": {detail}" if not is_right else ""), flush=True)
    if not is_right:
        sys.exit(1)


def run(*arguments, **options):
    """A process that does not outlive this one."""
    process = subprocess.Popen(arguments, **options)
    atexit.register(process.kill)
    return process


def start(dist, work, number):
    """Starts a daemon, ends it when it is ready, and gives its log and its events."""
    events, log = work / f"start-{number}", work / f"start-{number}.log"
    with open(log, "w", encoding="utf-8") as output:
        daemon = run(dist / "shriked", "--bpf-dir", "", "--info-file", "", "--server-address",
                     f"unix://{work}/start-{number}.sock", "--export-filename", events, stderr=output)
    deadline = time.monotonic() + 60
    while not re.search(r"\bready$", log.read_text(), re.MULTILINE):
        if daemon.poll() is not None or time.monotonic() > deadline:
            check("the daemon starts", False, log.read_text())
        time.sleep(0.05)
    time.sleep(0.3)
    daemon.send_signal(signal.SIGTERM)
    check(f"start {number} ends", daemon.wait(60) == 0, log.read_text())
    return log.read_text(), events.read_text().splitlines()


def main(dist, work):
    dist, work = pathlib.Path(dist), pathlib.Path(work)
    end = work / "forks.end"
    forks = [run(sys.executable, "-c", FORKS, str(end), str(os.getpid())) for _ in range(2)]
    time.sleep(0.5)
    for number in range(1, STARTS + 1):
        log, events = start(dist, work, number)
        unknown = [line for line in events if '"process":{"exec_id"' not in line and "rate_limit_info" not in line]
        # Where the kernel had no storage for a task, which it counts, its end cannot be told from another's.
        is_hampered = "kernel.no_task_state" in log
        check(f"start {number} knows everybody",
              bool(events) and not unknown and ("processes." not in log or is_hampered),
              (unknown[:3], log))
        check("there are forks", all(process.poll() is None for process in forks))
    end.touch()
    for process in forks:
        check("the forks end", process.wait(30) == 0)


main(*sys.argv[1:])
