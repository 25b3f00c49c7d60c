// SPDX-License-Identifier: Apache-2.0
// The file that tells of workloads, and pods on their way to the event thread.

import Glibc
import ShrikePolicyCompiler
import ShrikeWorkloads
import Testing

@testable import ShrikeDaemon

@Suite struct WorkloadFileTests {
    private func read(_ text: String) throws -> WorkloadFile {
        var path = Array("/tmp/shrike-workloads-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        defer { unlink(path) }
        let bytes = Array(text.utf8)
        #expect(write(file, bytes, bytes.count) == bytes.count)
        close(file)
        return try WorkloadFile(reading: String(decoding: path.dropLast().map(UInt8.init), as: UTF8.self))
    }

    @Test func groupsAndPodsAreRead() throws {
        let file = try read(
            """
            # host first
            / host

            pod u-1 namespace=shop name=web-0 workload=web kind=StatefulSet label.app=web namespace-label.team=a
            pod-container u-1 name=nginx id=containerd://3b image=nginx:1.27 image-id=nginx@sha256:9d started=2026-01-10T06:10:02Z privileged=true
            pod u-2 name=db-0
            """)
        #expect(file.scopes.map(\.content) == [.host])
        #expect(
            file.pods == [
                PodFacts(
                    uid: "u-1", namespace: "shop", name: "web-0", labels: ["app": "web"],
                    namespaceLabels: ["team": "a"], workload: "web", workloadKind: "StatefulSet",
                    containers: [
                        PodFacts.Container(
                            name: "nginx", id: "containerd://3b", imageID: "nginx@sha256:9d",
                            imageName: "nginx:1.27", startTime: "2026-01-10T06:10:02Z", isPrivileged: true)
                    ]),
                PodFacts(uid: "u-2", namespace: "default", name: "db-0"),
            ])
    }

    @Test(arguments: [
        ("/ somewhere", ":1: expected `DIRECTORY host`"),
        ("/nowhere/at/all host", ":1: there is no control group /nowhere/at/all"),
        ("pod", ":1: expected `pod UID"), ("pod u color=red", ":1: expected `pod UID"),
        ("pod u\npod u", ":2: expected `pod UID NAME=VALUE...`, each uid once"),
        ("pod u\npod-container u name=x", ":2: expected `pod-container UID"),
        (
            "pod-container u name=x id=3b",
            ":1: expected `pod-container UID name=NAME id=ID NAME=VALUE...` behind its pod"
        ),
        ("pod u\npod-container u name=x id=3b privileged=maybe", ":2: expected `pod-container"),
    ])
    func aWrongLineIsRefusedWithItsPlace(_ text: String, _ message: String) {
        #expect { try read(text) } throws: { "\($0)".contains(message) }
    }

    @Test func theInboxKeepsTheLatestOfEachPod() throws {
        let inbox = PodInbox()
        #expect(inbox.take() == nil)
        let pod = PodFacts(uid: "u", namespace: "shop", name: "web-0")
        var labelled = pod
        labelled.labels = ["app": "web"]
        inbox.podsChanged([pod], gone: ["old"], isComplete: false)
        inbox.podsChanged([labelled], gone: [], isComplete: true)
        var waited = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&waited, 1, 0) == 1)
        var news = try #require(inbox.take())
        #expect(news.changed == ["u": labelled])
        #expect(news.gone == ["old"])
        #expect(poll(&waited, 1, 0) == 0)
        #expect(inbox.take() == nil)
        // Deleted and made again, and the other way round.
        inbox.podsChanged([], gone: ["u"], isComplete: true)
        inbox.podsChanged([pod], gone: [], isComplete: true)
        news = try #require(inbox.take())
        #expect(news.changed == ["u": pod])
        #expect(news.gone == [])
        inbox.podsChanged([pod], gone: [], isComplete: true)
        inbox.podsChanged([], gone: ["u"], isComplete: true)
        news = try #require(inbox.take())
        #expect(news.changed == [:])
        #expect(news.gone == ["u"])
    }

    @Test func theInboxHasABound() throws {
        let inbox = PodInbox()
        let pods = (0..<5_000).map { PodFacts(uid: "\($0)", namespace: "shop", name: "x") }
        inbox.podsChanged(pods, gone: [], isComplete: true)
        let news = try #require(inbox.take())
        #expect(news.changed.count == 4_096)
        #expect(news.refused == 904)
    }

    @Test func controlGroupsAreReadParentsFirst() throws {
        guard let hierarchy = CgroupHierarchy.find(procfs: "/proc") else { return }
        let root = "/proc/1/root\(hierarchy.mountPoint)"
        // Of process 1 not everybody may ask that.
        guard access(root, R_OK) == 0 else { return }
        let groups = ControlGroups.read(below: root, limit: 1_000)
        var seen: Set<UInt64> = [0]
        for group in groups {
            #expect(seen.contains(group.parent))
            #expect(seen.insert(group.id).inserted)
        }
        #expect(ControlGroups.read(below: root, limit: 1).count == 1)
    }
}
