#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real daemon on this machine: time to ready, resident memory, and latency from the kernel to standard output.

    host.py SHRIKED BENCH_SECONDS

Needs root and a kernel that lets BPF trace processes. Prints a table and, as its last line, one JSON object. Policies
are on raw tracepoints, which observe only: nothing on this machine is refused or killed.
"""
import calendar
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

EVENTS_A_SECOND = 1000
LIVE = 10_000
POLICIES = 10

POLICY = """apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: bench-{number}
spec:
  tracepoints:
  - subsystem: {subsystem}
    event: {event}
    raw: true
    args:
    - index: 0
      type: "uint64"
    selectors:
    - matchArgs:
      - index: 0
        operator: "Equal"
        values: ["{number}"]
"""

# A program that does nothing, as small as a process can be: what is measured is the daemon, not the loader of C
# libraries.
IDLE = r"""
static long call(long number, long argument)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(argument) : "rcx", "r11", "memory");
	return result;
}
void _start(void)
{
#ifdef WAIT
	for (;;)
		call(34, 0); /* pause */
#endif
	call(60, 0); /* exit */
}
"""


def build(folder, name, *flags):
    source, program = os.path.join(folder, "idle.c"), os.path.join(folder, name)
    with open(source, "w") as file:
        file.write(IDLE)
    compiler = os.environ.get("CC", "cc")
    subprocess.run(
        [compiler, "-static", "-nostdlib", "-O1", *flags, "-o", program, source], check=True)
    return program


class Daemon:
    """A running shriked, its events on a pipe."""

    def __init__(self, shriked, folder, *flags):
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [shriked, "--bpf-dir", "", "--server-address", "", "--info-file", "", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.ready = None
        self.log = []
        self.is_ready = threading.Event()
        threading.Thread(target=self.follow_log, daemon=True).start()

    def follow_log(self):
        for line in self.process.stderr:
            if self.ready is None and b" ready" in line.rstrip() + b" ":
                self.ready = time.monotonic() - self.started
                self.is_ready.set()
            self.log.append(line.decode(errors="replace"))
        self.is_ready.set()

    def wait(self):
        self.is_ready.wait(120)
        if self.ready is None:
            sys.exit("host.py: shriked did not become ready:\n" + "".join(self.log[-20:]))

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def time_to_ready(shriked, folder):
    events = [
        ("sched", "sched_process_exec"), ("sched", "sched_process_exit"), ("sched", "sched_process_fork"),
        ("sched", "sched_process_free"), ("sched", "sched_wakeup_new"), ("signal", "signal_generate"),
        ("signal", "signal_deliver"), ("task", "task_newtask"), ("task", "task_rename"), ("sched", "sched_process_wait"),
    ]
    policies = os.path.join(folder, "policies")
    os.mkdir(policies)
    for number, (subsystem, event) in enumerate(events[:POLICIES]):
        with open(os.path.join(policies, f"{number}.yaml"), "w") as file:
            file.write(POLICY.format(number=number, subsystem=subsystem, event=event))
    times = []
    for _ in range(3):
        daemon = Daemon(shriked, folder, "--export-filename", "", "--tracing-policy-dir", policies)
        daemon.wait()
        times.append(daemon.ready)
        daemon.stop()
    return sorted(times)[1]


def percentile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))]


def latency(shriked, folder, seconds):
    """Execs and exits of a program at a steady rate; from the kernel's time stamp to the line's arrival here."""
    program = build(folder, "event")
    daemon = Daemon(shriked, folder, "--export-filename", "-", "--enable-ancestors", "none")
    mark = json.dumps(program).encode()
    found = []

    def follow():
        rest = b""
        while True:
            chunk = os.read(daemon.process.stdout.fileno(), 1 << 20)
            arrived = time.time_ns()
            if not chunk:
                return
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            found.extend((arrived, line) for line in lines if mark in line)

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    daemon.wait()
    time.sleep(1)
    count = int(EVENTS_A_SECOND / 2 * seconds)
    began = time.monotonic()
    for number in range(count):
        due = began + number * 2 / EVENTS_A_SECOND
        pause = due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        pid = os.posix_spawn(program, [program], {})
        os.waitpid(pid, 0)
    took = time.monotonic() - began
    time.sleep(1)
    daemon.stop()
    reader.join(10)
    times = []
    for arrived, line in found:
        event = json.loads(line)
        kind = event.get("process_exec") or event.get("process_exit")
        if kind and kind["process"].get("binary") == program:
            times.append((arrived - nanoseconds(event["time"])) / 1e6)
    times.sort()
    if not times:
        sys.exit("host.py: no event came:\n" + "".join(daemon.log[-20:]))
    return {
        "events": len(times), "expected_events": 2 * count, "events_per_s": round(2 * count / took),
        "median_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3),
        "longest_ms": round(times[-1], 3),
    }


def nanoseconds(text):
    head, _, fraction = text.rstrip("Z").partition(".")
    seconds = calendar.timegm(time.strptime(head, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def memory(shriked, folder):
    """The daemon's memory with many live processes, which are started while it runs."""
    program = build(folder, "idle", "-DWAIT")
    daemon = Daemon(shriked, folder, "--export-filename", "/dev/null")
    daemon.wait()
    time.sleep(2)
    before = daemon.resident()
    pids = []
    try:
        for number in range(LIVE):
            pids.append(os.posix_spawn(program, [program, "--number", str(number)], {}))
    except OSError as error:
        print(f"host.py: only {len(pids)} processes could be started: {error}", file=sys.stderr)
    time.sleep(3)
    with_live = daemon.resident()
    for pid in pids:
        os.kill(pid, 9)
    for pid in pids:
        os.waitpid(pid, 0)
    daemon.stop()
    return {
        "live_processes": len(pids), "resident_idle_bytes": before, "resident_live_bytes": with_live,
    }


def main(shriked, seconds):
    with tempfile.TemporaryDirectory() as folder:
        result = {
            "ready_s": round(time_to_ready(shriked, folder), 3), "policies": POLICIES,
            "latency": latency(shriked, folder, seconds), "daemon": memory(shriked, folder),
        }
    figures = result["latency"]
    print(f"ready with {POLICIES} policies              {result['ready_s']} s (median of 3)")
    print(f"kernel to stdout, {figures['events_per_s']} events/s  median {figures['median_ms']} ms, "
          f"p99 {figures['p99_ms']} ms, longest {figures['longest_ms']} ms, "
          f"{figures['events']} of {figures['expected_events']} events")
    figures = result["daemon"]
    print(f"shriked resident                      {figures['resident_idle_bytes'] / 1e6:.1f} MB idle, "
          f"{figures['resident_live_bytes'] / 1e6:.1f} MB with {figures['live_processes']} more processes")
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
