# SPDX-License-Identifier: Apache-2.0
"""A client of the incumbent's API in another language, against a running shriked.

    client.py UNIX_SOCKET READ_SOCKET TLS_PORT CERTIFICATES

Each check is one line of output; the first that fails ends it with status 1.
"""
import os
import subprocess
import sys
import threading
import time

import grpc
from grpc_health_v1 import health_pb2, health_pb2_grpc
from tetragon import (
    eventlogservice_pb2, eventlogservice_pb2_grpc, events_pb2, sensors_pb2, sensors_pb2_grpc, tetragon_pb2)

POLICY = """
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: {name}
spec:
  tracepoints:
  - subsystem: sched
    event: sched_process_exec
    raw: true
"""


def check(what, is_right, detail=""):
    print(("ok " if is_right else "not ok ") + what + (f": {detail}" if not is_right else ""), flush=True)
    if not is_right:
        sys.exit(1)


def code_of(call):
    try:
        call()
        return None
    except grpc.RpcError as error:
        return error.code()


def service(channel):
    return sensors_pb2_grpc.FineGuidanceSensorsStub(channel)


def collect(stream, into, limit):
    try:
        for response in stream:
            into.append(response)
            if len(into) >= limit:
                break
    except grpc.RpcError:
        pass


def stream_events(sensors, request, trigger, limit=1):
    """The first events of a stream that answer what `trigger` does."""
    stream = sensors.GetEvents(request)
    events = []
    reader = threading.Thread(target=collect, args=(stream, events, limit))
    reader.start()
    deadline = time.monotonic() + 20
    while reader.is_alive() and time.monotonic() < deadline:
        trigger()
        time.sleep(0.2)
    stream.cancel()
    reader.join()
    return events


def main(socket, read_socket, port, certificates):
    sensors = service(grpc.insecure_channel(f"unix://{socket}"))
    version = sensors.GetVersion(sensors_pb2.GetVersionRequest()).version
    check("GetVersion", version.count(".") == 2, version)
    health = sensors.GetHealth(tetragon_pb2.GetHealthStatusRequest()).health_status
    check("GetHealth", len(health) == 1 and health[0].details == "running", health)
    info = sensors.GetInfo(sensors_pb2.GetInfoRequest())
    check("GetInfo", info.name == "shrike" and any(c.key == "rb-size" for c in info.conf), info)
    probe = health_pb2_grpc.HealthStub(grpc.insecure_channel(f"unix://{socket}"))
    status = probe.Check(health_pb2.HealthCheckRequest(service="liveness")).status
    check("Health/Check", status == health_pb2.HealthCheckResponse.SERVING, status)
    status = probe.Check(health_pb2.HealthCheckRequest(service="readiness")).status
    check("Health/Check of readiness", status == health_pb2.HealthCheckResponse.SERVING, status)
    unknown = code_of(lambda: probe.Check(health_pb2.HealthCheckRequest(service="other")))
    check("Health/Check of another service", unknown == grpc.StatusCode.NOT_FOUND, unknown)

    # Events: filtered by kind and binary, and only the fields that were asked for.
    request = events_pb2.GetEventsRequest(
        allow_list=[events_pb2.Filter(event_set=[events_pb2.PROCESS_EXEC], binary_regex=["/true$"])])
    request.field_filters.add().fields.paths.extend(["process.binary", "process.pid"])
    events = stream_events(sensors, request, lambda: subprocess.run(["/bin/true"], check=True), limit=3)
    check("GetEvents streams", len(events) == 3, events)
    check("GetEvents filters", all(e.process_exec.process.binary.endswith("/true") for e in events), events)
    check("GetEvents chooses fields", all(not e.process_exec.process.exec_id for e in events), events[0])
    check("GetEvents keeps the envelope", bool(events[0].node_name) and events[0].time.seconds > 0, events[0])
    bad = events_pb2.GetEventsRequest(allow_list=[events_pb2.Filter(binary_regex=["("])])
    check("GetEvents refuses a bad expression", code_of(lambda: next(sensors.GetEvents(bad))) == grpc.StatusCode.UNKNOWN)

    # Policies: added, listed, configured, deleted; a wrong one is refused with its place.
    sensors.AddTracingPolicy(sensors_pb2.AddTracingPolicyRequest(yaml=POLICY.format(name="api")))
    listed = sensors.ListTracingPolicies(sensors_pb2.ListTracingPoliciesRequest()).policies
    check("AddTracingPolicy", [p.name for p in listed] == ["api"] and listed[0].state == sensors_pb2.TP_STATE_ENABLED, listed)
    check("kernel memory", listed[0].kernel_memory_bytes > 0, listed)
    check("domain", listed[0].domain == "grpc", listed)
    request = events_pb2.GetEventsRequest(allow_list=[events_pb2.Filter(policy_names=["api"])])
    events = stream_events(sensors, request, lambda: subprocess.run(["/bin/true"], check=True))
    check("its events", len(events) == 1 and events[0].process_tracepoint.policy_name == "api", events)
    again = code_of(lambda: sensors.AddTracingPolicy(sensors_pb2.AddTracingPolicyRequest(yaml=POLICY.format(name="api"))))
    check("AddTracingPolicy twice", again == grpc.StatusCode.UNKNOWN, again)
    try:
        sensors.AddTracingPolicy(sensors_pb2.AddTracingPolicyRequest(yaml="spec: 3"))
        check("a wrong policy", False, "was taken")
    except grpc.RpcError as error:
        check("a wrong policy", "policy.yaml:1:" in error.details(), error.details())
    sensors.ConfigureTracingPolicy(sensors_pb2.ConfigureTracingPolicyRequest(name="api", enable=False))
    state = sensors.ListTracingPolicies(sensors_pb2.ListTracingPoliciesRequest()).policies[0].state
    check("ConfigureTracingPolicy", state == sensors_pb2.TP_STATE_DISABLED, state)
    sensors.DeleteTracingPolicy(sensors_pb2.DeleteTracingPolicyRequest(name="api"))
    check("DeleteTracingPolicy", not sensors.ListTracingPolicies(sensors_pb2.ListTracingPoliciesRequest()).policies)
    gone = code_of(lambda: sensors.ListSensors(sensors_pb2.ListSensorsRequest()))
    check("a deprecated call", gone == grpc.StatusCode.UNKNOWN, gone)

    # Two slow clients and a fast one: the fast one loses nothing.
    slow = [sensors.GetEvents(events_pb2.GetEventsRequest()) for _ in range(2)]
    for stream in slow:
        next(stream)
    seen = []
    marked = events_pb2.GetEventsRequest(
        allow_list=[events_pb2.Filter(event_set=[events_pb2.PROCESS_EXEC], arguments_regex=["^marked-"])])
    fast = sensors.GetEvents(marked)
    reader = threading.Thread(target=collect, args=(fast, seen, 500))
    reader.start()
    time.sleep(0.5)
    subprocess.run(["sh", "-c", "i=0; while [ $i -lt 500 ]; do /bin/true marked-$i; i=$((i+1)); done"], check=True)
    reader.join(30)
    arguments = [e.process_exec.process.arguments for e in seen]
    check("a fast client beside slow ones", arguments == [f"marked-{i}" for i in range(500)], len(arguments))
    for stream in slow:
        stream.cancel()

    # The processes that the daemon knows: this one, and how the file of events is rotated.
    dump = sensors.GetDebug(sensors_pb2.GetDebugRequest(
        flag=sensors_pb2.CONFIG_FLAG_DUMP_PROCESS_CACHE, dump=sensors_pb2.DumpProcessCacheReqArgs()))
    mine = [p for p in dump.processes.processes if p.process.pid.value == os.getpid()]
    check("GetDebug dumps the processes", len(mine) == 1 and mine[0].color == "inUse", len(dump.processes.processes))
    rotation = eventlogservice_pb2_grpc.EventLogServiceStub(grpc.insecure_channel(f"unix://{socket}"))
    before = rotation.GetEventLogParams(eventlogservice_pb2.GetEventLogParamsRequest())
    check("GetEventLogParams", (before.max_size, before.max_backups, before.rotation_interval) == (10, 5, "0s"), before)
    rotation.SetEventLogParams(eventlogservice_pb2.SetEventLogParamsRequest(max_size=3, rotation_interval="1h30m"))
    after = rotation.GetEventLogParams(eventlogservice_pb2.GetEventLogParamsRequest())
    check("SetEventLogParams", (after.max_size, after.max_backups, after.rotation_interval) == (3, 5, "1h30m0s"), after)
    bad = code_of(lambda: rotation.SetEventLogParams(
        eventlogservice_pb2.SetEventLogParamsRequest(rotation_interval="soon")))
    check("SetEventLogParams refuses what is no time", bad == grpc.StatusCode.UNKNOWN, bad)

    # What hooks of container runtimes ask before they start a container.
    hook = tetragon_pb2.RuntimeHookRequest(createContainer=tetragon_pb2.CreateContainer(
        cgroupsPath="kubepods-pod1.slice:cri-containerd:3b1f0c7d", containerID="3b1f0c7d", containerName="cart",
        podUID="1", podName="cart-0", podNamespace="shop", containerImage="cart:2.4.1"))
    check("RuntimeHook", sensors.RuntimeHook(hook) == tetragon_pb2.RuntimeHookResponse())
    for what, wrong in [
            ("an event", tetragon_pb2.RuntimeHookRequest()),
            ("a control group", tetragon_pb2.RuntimeHookRequest(createContainer=tetragon_pb2.CreateContainer(podName="x")))]:
        refused = code_of(lambda: sensors.RuntimeHook(wrong))
        check(f"RuntimeHook refuses a call without {what}", refused == grpc.StatusCode.UNKNOWN, refused)

    # Who may change what.
    reader = service(grpc.insecure_channel(f"unix://{read_socket}"))
    check("reading is open", reader.GetVersion(sensors_pb2.GetVersionRequest()).version == version)
    add = sensors_pb2.AddTracingPolicyRequest(yaml=POLICY.format(name="denied"))
    denied = code_of(lambda: reader.AddTracingPolicy(add))
    check("changing through the reading socket", denied == grpc.StatusCode.PERMISSION_DENIED, denied)
    denied = code_of(lambda: reader.RuntimeHook(hook))
    check("a hook on the reading socket", denied == grpc.StatusCode.PERMISSION_DENIED, denied)

    def secure(name):
        def read(file):
            with open(os.path.join(certificates, file), "rb") as handle:
                return handle.read()

        credentials = grpc.ssl_channel_credentials(
            read("ca.pem"), read(f"{name}.key") if name else None, read(f"{name}.pem") if name else None)
        return service(grpc.secure_channel(f"localhost:{port}", credentials))

    admin, guest, nobody = secure("admin"), secure("guest"), secure(None)
    check("TLS", admin.GetVersion(sensors_pb2.GetVersionRequest()).version == version)
    check("another certificate reads", guest.GetVersion(sensors_pb2.GetVersionRequest()).version == version)
    denied = code_of(lambda: guest.AddTracingPolicy(add))
    check("another certificate changes nothing", denied == grpc.StatusCode.PERMISSION_DENIED, denied)
    refused = code_of(lambda: nobody.GetVersion(sensors_pb2.GetVersionRequest(), timeout=5))
    check("no certificate, no connection", refused in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), refused)
    admin.AddTracingPolicy(add)
    check("the allowed certificate changes", [p.name for p in admin.ListTracingPolicies(sensors_pb2.ListTracingPoliciesRequest()).policies] == ["denied"])
    admin.DeleteTracingPolicy(sensors_pb2.DeleteTracingPolicyRequest(name="denied"))

    # The socket's file goes away under the server: connections that exist go on.
    os.unlink(socket)
    check("a connection outlives its socket's name", sensors.GetVersion(sensors_pb2.GetVersionRequest()).version == version)
    deadline = time.monotonic() + 20
    while not os.path.exists(socket) and time.monotonic() < deadline:
        time.sleep(0.2)
    again = service(grpc.insecure_channel(f"unix://{socket}"))
    check("the socket is made again", again.GetVersion(sensors_pb2.GetVersionRequest(), timeout=10).version == version)


main(*sys.argv[1:])
