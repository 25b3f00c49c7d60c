// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOPosix
import ShrikeDaemon
import Synchronization
import Testing

@testable import ShrikeCluster

/// A time that passes when the test says so.
private final class TestTime: Sendable {
    private let passed = Mutex(0)
    private let start = ContinuousClock.now

    var now: ContinuousClock.Instant { start + .seconds(passed.withLock { $0 }) }

    func set(seconds: Int) { passed.withLock { $0 = seconds } }
}

@Suite struct PolicyFeedTests {
    private let policies = FakePolicies()
    private let feed: PolicyFeed

    init() {
        feed = PolicyFeed(
            plural: "tracingpolicies", control: policies, thread: .singleton, nodeLabels: ["zone": "a"],
            logger: Logger(label: "test"))
    }

    private func outcome(_ name: String, namespace: String = "") async -> PolicyFeed.Known? {
        await feed.policies.first { $0.key == .init(namespace: namespace, name: name) }?.known
    }

    @Test("The object's text has what the loader wants, in one line")
    func text() {
        let object = policy("one", namespace: "shop", spec: "{\n \"kprobes\" : [ ]\r\n}")
        #expect(
            String(decoding: object.text, as: UTF8.self)
                == #"{"apiVersion":"cilium.io/v1alpha1","kind":"TracingPolicyNamespaced","metadata":{"name":"one","#
                + #""namespace":"shop"},"spec":{  "kprobes" : [ ]  }}"#)
        #expect(PolicyObject.json(#"{"metadata":{"name":"one"}}"#) == nil)
        #expect(PolicyObject.json("[]") == nil)
    }

    @Test("What is wrong is told by rule, field and message, and keeps nothing else out")
    func manyAtOnce() async throws {
        var objects = (0..<250).map { policy("good-\($0)", uid: "\($0)") }
        objects.insert(policy("bad", uid: "b", spec: Spec.wrong), at: 120)
        objects.insert(policy("empty", uid: "e", spec: "7"), at: 40)
        await feed.replaced(objects)
        #expect(policies.inForce.count == 250)
        let bad = try #require(await outcome("bad"))
        guard case .refused(let findings) = bad.outcome, let finding = findings.first else {
            Issue.record("\(bad)")
            return
        }
        #expect(findings.count == 1)
        #expect(finding.rule == "SHR101")
        #expect(finding.field == "spec.kprobes[0].argz")
        #expect(finding.message == "a kprobe has no field `argz`; did you mean `args`?", "\(finding)")
        #expect(bad.loadedGeneration == nil)
        guard case .refused? = await outcome("empty")?.outcome else {
            Issue.record("taken")
            return
        }
        // All together, and once more without what is wrong.
        #expect(policies.calls == ["add", "add"])
    }

    @Test("A refusal that names no policy is narrowed down to it")
    func halves() async throws {
        await feed.replaced((0..<16).map { policy($0 == 5 ? "unloadable" : "good-\($0)", uid: "\($0)") })
        #expect(policies.inForce.count == 15)
        #expect(await outcome("unloadable")?.outcome == .refused([PolicyFinding("the kernel has no room")]))
        #expect(policies.calls.count <= 9)
    }

    @Test("What changes together is one change: new, edited and deleted policies")
    func together() async {
        await feed.replaced((0..<100).map { policy("old-\($0)", uid: "\($0)") })
        var news: [PolicyNews] = (0..<1_000).map { .changed(policy("new-\($0)", uid: "n\($0)")) }
        news.insert(.changed(policy("bad", uid: "b", spec: Spec.wrong)), at: 500)
        for number in 0..<50 { news.append(.deleted(policy("old-\(number)", uid: "\(number)"))) }
        let unlink = Spec.hooking("security_inode_unlink")
        news.append(.changed(policy("old-99", uid: "99", generation: 2, spec: unlink)))
        await feed.take(news)
        #expect(policies.calls == ["add", "add+delete+replace", "add+delete+replace"])
        #expect(policies.inForce.count == 1_050)
        #expect(policies.inForce["old-99"] == "security_inode_unlink")
        #expect(await outcome("bad")?.outcome.name == "refused")
        #expect(await outcome("old-7") == nil)
    }

    @Test("Of what was told of one policy the end counts")
    func sequence() async {
        await feed.replaced([policy("one")])
        let second = policy("one", uid: "2", spec: Spec.hooking("security_inode_unlink"))
        await feed.take([.deleted(policy("one")), .changed(second), .deleted(policy("one"))])
        #expect(policies.inForce == ["one": "security_inode_unlink"])
        #expect(policies.calls == ["add", "replace"])
        await feed.take([
            .changed(policy("one", uid: "3")), .deleted(second), .deleted(policy("one", uid: "3")),
        ])
        #expect(policies.inForce.isEmpty)
        await feed.take([.changed(policy("two")), .deleted(policy("two"))])
        #expect(policies.inForce.isEmpty)
        #expect(await feed.policies.isEmpty)
    }

    @Test("What a watch tells while a change is made goes with the next one")
    func intake() async {
        let intake = PolicyIntake(feed)
        for number in 0..<1_000 { #expect(await intake.changed(policy("p\(number)", uid: "\(number)"))) }
        for _ in 0..<1_000 where policies.inForce.count < 1_000 {
            try? await Task.sleep(for: .milliseconds(10))
        }
        #expect(policies.inForce.count == 1_000)
        #expect(policies.calls.count < 500, "\(policies.calls.count)")
        await intake.deleted(policy("p7", uid: "7"))
        // A list is newer than what is under way.
        await intake.replaced([policy("p8", uid: "8")])
        #expect(policies.inForce.keys.sorted() == ["p8"])
    }

    @Test("An edit replaces; the same generation is left alone")
    func edit() async {
        _ = await feed.changed(policy("one"))
        _ = await feed.changed(policy("one"))
        await feed.replaced([policy("one")])
        #expect(policies.calls == ["add"])
        _ = await feed.changed(policy("one", generation: 2, spec: Spec.hooking("security_inode_unlink")))
        #expect(policies.calls == ["add", "replace"])
        #expect(policies.inForce == ["one": "security_inode_unlink"])
        #expect(await outcome("one")?.loadedGeneration == 2)
    }

    @Test("A wrong edit leaves the last good generation in force, and says so")
    func wrongEdit() async {
        _ = await feed.changed(policy("one"))
        _ = await feed.changed(policy("one", generation: 2, spec: Spec.wrong))
        #expect(policies.inForce == ["one": "security_file_open"])
        let known = await outcome("one")
        #expect(known?.generation == 2 && known?.loadedGeneration == 1 && known?.outcome.name == "refused")
        _ = await feed.changed(policy("one", generation: 3, spec: Spec.hooking("security_inode_unlink")))
        #expect(policies.inForce == ["one": "security_inode_unlink"])
        #expect(await outcome("one")?.outcome == .loaded)
    }

    @Test("A policy that was deleted and made anew wrongly is not in force any more")
    func wrongSuccessor() async {
        _ = await feed.changed(policy("one"))
        await feed.replaced([policy("one", uid: "2", spec: Spec.wrong)])
        #expect(policies.inForce.isEmpty)
        #expect(await outcome("one")?.loadedGeneration == nil)
        // Its own deletion, and the late one of its predecessor.
        _ = await feed.changed(policy("one", uid: "3"))
        await feed.deleted(policy("one", uid: "2"))
        #expect(policies.inForce == ["one": "security_file_open"])
        await feed.deleted(policy("one", uid: "3"))
        #expect(policies.inForce.isEmpty)
        #expect(await feed.policies.isEmpty)
    }

    @Test("Two of one name in two namespaces are two")
    func namespaces() async {
        await feed.replaced([
            policy("one", namespace: "a", uid: "1"),
            policy("one", namespace: "b", uid: "2", spec: Spec.hooking("security_inode_unlink")),
        ])
        #expect(policies.inForce == ["a/one": "security_file_open", "b/one": "security_inode_unlink"])
        await feed.deleted(policy("one", namespace: "a", uid: "1"))
        #expect(policies.inForce == ["b/one": "security_inode_unlink"])
        // A list without it: gone while nobody looked.
        await feed.replaced([])
        #expect(policies.inForce.isEmpty)
    }

    @Test("A policy that somebody took away through the daemon's API comes back with its next edit")
    func takenAway() async throws {
        _ = await feed.changed(policy("one"))
        try policies.delete(policy("one").identity)
        _ = await feed.changed(policy("one", generation: 2))
        #expect(policies.inForce == ["one": "security_file_open"])
    }

    @Test("A policy that cannot be taken out is tried again, and says so until then")
    func stuck() async {
        _ = await feed.changed(policy("one"))
        policies.keepAll(true)
        await feed.deleted(policy("one"))
        #expect(
            await outcome("one")?.outcome
                == .refused([PolicyFinding("it is deleted, and cannot be taken out: no memory")]))
        policies.keepAll(false)
        await feed.replaced([])
        #expect(policies.inForce.isEmpty)
        #expect(await feed.policies.isEmpty)
    }

    @Test("What was refused is tried again without its object changing, less and less often")
    func retrying() async throws {
        let time = TestTime()
        let feed = PolicyFeed(
            plural: "tracingpolicies", control: policies, thread: .singleton,
            retrying: .init(first: .seconds(4), most: .seconds(10)), now: { time.now },
            logger: Logger(label: "test"))
        policies.setRoom(false)
        _ = await feed.changed(policy("unloadable"))
        _ = await feed.changed(policy("good"))
        var tries: [Int] = []
        for second in 0..<60 {
            let before = policies.calls.count
            time.set(seconds: second)
            await feed.retryRefused()
            if policies.calls.count > before { tries.append(second) }
        }
        // Pauses of four, eight and then ten seconds, each shorter by up to a quarter and seen by whole seconds.
        let pauses = zip(tries, [0] + tries).map { $0 - $1 }
        #expect(pauses.count >= 5, "\(tries)")
        for (pause, range) in zip(pauses, [3...4, 6...8] + Array(repeating: 8...10, count: pauses.count)) {
            #expect(range.contains(pause), "\(tries)")
        }
        #expect(policies.inForce.keys.sorted() == ["good"])
        policies.setRoom(true)
        time.set(seconds: 100)
        await feed.retryRefused()
        #expect(policies.inForce.keys.sorted() == ["good", "unloadable"])
        let known = await feed.policies.first { $0.key.name == "unloadable" }?.known
        #expect(known?.outcome == .loaded)
        #expect(known?.loadedGeneration == known?.generation)
        let count = policies.calls.count
        time.set(seconds: 1_000)
        await feed.retryRefused()
        #expect(policies.calls.count == count)
    }

    @Test("Retries: pauses grow to a bound, and begin anew with another object")
    func pauses() throws {
        var retries = PolicyRetries(.init(first: .seconds(8), most: .seconds(20)))
        let (first, now) = (policy("one"), ContinuousClock.now)
        func isDue(after seconds: Double) -> Bool { !retries.due(now: now + .seconds(seconds)).isEmpty }
        for (low, high) in [(5.9, 8.1), (11.9, 16.1), (14.9, 20.1), (14.9, 20.1)] {
            retries.refused(first, now: now)
            #expect(!isDue(after: low))
            #expect(isDue(after: high))
        }
        retries.refused(policy("one", generation: 2), now: now)
        #expect(isDue(after: 8.1))
        retries.forget(first.key)
        #expect(!isDue(after: 1_000))
        for number in 0..<50 { retries.refused(policy("p\(number)"), now: now) }
        #expect(retries.due(now: now + .seconds(9)).count == 20)
    }

    @Test("Changes of two watches and retries do not come between each other")
    func oneAtATime() async {
        let time = TestTime()
        let feed = PolicyFeed(
            plural: "tracingpolicies", control: policies, thread: .singleton, now: { time.now },
            logger: Logger(label: "test"))
        policies.setRoom(false)
        _ = await feed.changed(policy("unloadable"))
        policies.setRoom(true)
        time.set(seconds: 10_000)
        await withTaskGroup(of: Void.self) { group in
            for generation in 2..<40 {
                group.addTask { await feed.retryRefused() }
                group.addTask {
                    _ = await feed.changed(policy("unloadable", generation: generation))
                }
            }
        }
        #expect(policies.inForce.keys.sorted() == ["unloadable"])
        #expect(await feed.policies.map(\.known.outcome) == [.loaded])
    }

    @Test("Node selectors, as labels come and change")
    func nodeSelector() async {
        let zoneB = Spec.hooking(
            "security_file_open",
            more: #","nodeSelector":{"matchExpressions":[{"key":"zone","operator":"In","values":["b"]}]}"#)
        let zoneA = Spec.hooking("security_file_open", more: #","nodeSelector":{"matchLabels":{"zone":"a"}}"#)
        await feed.replaced([policy("in-a", uid: "1", spec: zoneA), policy("in-b", uid: "2", spec: zoneB)])
        #expect(policies.inForce.keys.sorted() == ["in-a"])
        #expect(await outcome("in-b")?.outcome == .skipped)
        await feed.nodeLabelsChanged(["zone": "b"])
        #expect(policies.inForce.keys.sorted() == ["in-b"])
        #expect(await outcome("in-a")?.outcome == .skipped)
        // An edit that moves it away from this node.
        _ = await feed.changed(policy("in-b", uid: "2", generation: 2, spec: zoneA))
        #expect(policies.inForce.isEmpty)
    }

    @Test("A node selector waits for the labels")
    func unknownLabels() async {
        let late = PolicyFeed(
            plural: "tracingpolicies", control: policies, thread: .singleton, logger: Logger(label: "test"))
        let notB = Spec.hooking(
            "security_file_open",
            more: #","nodeSelector":{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["b"]}]}"#)
        await late.replaced([policy("late", spec: notB)])
        #expect(policies.inForce.isEmpty)
        await late.nodeLabelsChanged([:])
        #expect(policies.inForce.keys.sorted() == ["late"])
    }
}
