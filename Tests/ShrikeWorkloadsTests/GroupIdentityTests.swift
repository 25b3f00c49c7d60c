// SPDX-License-Identifier: Apache-2.0
// What paths of control groups tell, by runtime, driver and version.

import ShrikeWorkloads
import Testing

private let one = String(repeating: "3b1f0c7d9e2a4f55", count: 4)
private let two = String(repeating: "00ff", count: 16)
private let uid = "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a10"
private let sliceUID = "0f6a1c52_53a5_4b0e_9b8d_3c1f2f6f9a10"
private let hash = "9d1c3d1d5d7a41d86c9a2f0f2b3c4d5e"

private struct PathCase: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    var container: String?
    var pod: String?
    var isBelowPods = false
    var isHelper = false
    var testDescription: String { name }
}

private let paths: [PathCase] = [
    PathCase(name: "the root", path: "/"),
    PathCase(name: "a service", path: "/system.slice/sshd.service"),
    PathCase(name: "a session", path: "/user.slice/user-1000.slice/session-12.scope"),
    PathCase(
        name: "cgroupfs driver, burstable", path: "/kubepods/burstable/pod\(uid)/\(one)", container: one,
        pod: uid, isBelowPods: true),
    PathCase(
        name: "cgroupfs driver, guaranteed", path: "/kubepods/pod\(uid)/\(one)", container: one, pod: uid,
        isBelowPods: true),
    PathCase(
        name: "cgroupfs driver, the pod's own group", path: "/kubepods/besteffort/pod\(uid)", pod: uid,
        isBelowPods: true),
    PathCase(name: "the group of all pods", path: "/kubepods.slice", isBelowPods: true),
    PathCase(
        name: "the group of a class", path: "/kubepods.slice/kubepods-besteffort.slice", isBelowPods: true),
    PathCase(
        name: "systemd driver, containerd",
        path:
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(sliceUID).slice/cri-containerd-\(one).scope",
        container: one, pod: uid, isBelowPods: true),
    PathCase(
        name: "systemd driver, guaranteed, CRI-O",
        path: "/kubepods.slice/kubepods-pod\(sliceUID).slice/crio-\(one).scope", container: one, pod: uid,
        isBelowPods: true),
    PathCase(
        name: "CRI-O, what crun makes inside",
        path: "/kubepods.slice/kubepods-pod\(sliceUID).slice/crio-\(one).scope/container", container: one,
        pod: uid, isBelowPods: true),
    PathCase(
        name: "CRI-O's conmon, beside the container",
        path: "/kubepods.slice/kubepods-pod\(sliceUID).slice/crio-conmon-\(one).scope", pod: uid,
        isBelowPods: true, isHelper: true),
    PathCase(
        name: "conmon among services", path: "/system.slice/crio-conmon-\(one).scope", isHelper: true),
    PathCase(
        name: "systemd driver, Docker",
        path:
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(sliceUID).slice/docker-\(one).scope",
        container: one, pod: uid, isBelowPods: true),
    PathCase(
        name: "containerd's form when it runs without systemd below a slice",
        path:
            "/system.slice/containerd.service/kubepods-burstable-pod\(sliceUID).slice:cri-containerd:\(one)",
        container: one, pod: uid, isBelowPods: true),
    PathCase(
        name: "a static pod is named after its manifest",
        path:
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(hash).slice/cri-containerd-\(one).scope",
        container: one, pod: hash, isBelowPods: true),
    PathCase(name: "Docker without Kubernetes", path: "/docker/\(one)", container: one),
    PathCase(
        name: "Docker without Kubernetes, systemd", path: "/system.slice/docker-\(one).scope", container: one),
    PathCase(
        name: "a service inside it", path: "/system.slice/docker-\(one).scope/system.slice/cron.service",
        container: one),
    PathCase(
        name: "Podman", path: "/machine.slice/libpod-\(one).scope/container", container: one),
    PathCase(name: "Podman's conmon", path: "/machine.slice/libpod-conmon-\(one).scope", isHelper: true),
    PathCase(
        name: "kind: the node is a container, the pod's container counts",
        path:
            "/docker/\(two)/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod\(sliceUID).slice/cri-containerd-\(one).scope",
        container: one, pod: uid, isBelowPods: true),
    PathCase(
        name: "kind: the node's kubelet is in the node", path: "/docker/\(two)/kubelet.slice/kubelet.service",
        container: two),
    PathCase(
        name: "Docker inside a pod: the pod's container counts",
        path: "/kubepods/burstable/pod\(uid)/\(one)/docker/\(two)", container: one, pod: uid,
        isBelowPods: true
    ),
    PathCase(
        name: "Kubernetes inside a pod: the outer one's container counts",
        path:
            "/kubepods/pod\(uid)/\(one)/kubelet/kubepods/podffffffff-53a5-4b0e-9b8d-3c1f2f6f9a10/\(two)",
        container: one, pod: uid, isBelowPods: true),
    PathCase(
        name: "Docker inside Docker: the outer one counts", path: "/docker/\(one)/docker/\(two)",
        container: one),
    // Near misses.
    PathCase(name: "63 digits", path: "/docker/\(one.dropLast())"),
    PathCase(name: "65 digits", path: "/docker/\(one)0"),
    PathCase(name: "no digit", path: "/docker/\(one.dropLast())g"),
    PathCase(name: "large letters", path: "/docker/\(one.uppercased())"),
    PathCase(name: "a service with digits", path: "/system.slice/job-\(one).service"),
    PathCase(name: "a uid that is cut", path: "/kubepods/burstable/pod\(uid.dropLast())", isBelowPods: true),
    PathCase(name: "somebody's own pod", path: "/user.slice/tripod\(uid)"),
    PathCase(name: "somebody's own kubepods", path: "/user.slice/mykubepods"),
    PathCase(name: "a pod of nothing", path: "/user.slice/pod"),
]

@Suite struct GroupIdentityTests {
    @Test(arguments: paths) private func aPathTells(_ path: PathCase) {
        let identity = GroupIdentity(path: path.path)
        #expect(identity.containerID == path.container)
        #expect(identity.podUID == path.pod)
        #expect(identity.isBelowPods == path.isBelowPods)
        #expect(identity.isHelper == path.isHelper)
    }

    @Test func theLinesOfVersionOneTellByTheFirstContainer() {
        let lines = """
            12:pids:/kubepods/burstable/pod\(uid)
            11:memory:/kubepods/burstable/pod\(uid)/\(one)
            1:name=systemd:/kubepods/burstable/pod\(uid)/\(two)
            0::/system.slice/containerd.service

            """
        #expect(GroupIdentity(procLines: lines).containerID == one)
        #expect(GroupIdentity(procLines: lines).podUID == uid)
    }

    @Test func theLineOfVersionTwoMayHoldColons() {
        let line = "0::/kubepods-burstable-pod\(sliceUID).slice:cri-containerd:\(one)\n"
        #expect(GroupIdentity(procLines: line).containerID == one)
        #expect(GroupIdentity(procLines: line).podUID == uid)
        #expect(GroupIdentity(procLines: "0::/\n") == GroupIdentity())
        #expect(GroupIdentity(procLines: "nothing\n::") == GroupIdentity())
    }
}
