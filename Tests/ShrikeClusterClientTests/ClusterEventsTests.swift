// SPDX-License-Identifier: Apache-2.0
// Logs of many pods through a double of the API server, over HTTPS, and what goes wrong on the way.

import APIDouble
import ShrikeTestSupport
import Synchronization
import Testing

@testable import ShrikeClusterClient
@testable import ShrikeKubernetes

/// A cluster whose nodes have a pod of Shrike's each, and somebody who follows it.
private final class Cluster: Sendable {
    static let namespace = "security"
    private static let pods = "/api/v1/pods"

    let double: APIDouble
    let lines = Mutex<[String]>([])
    let notes = Mutex<[String]>([])
    private let kubeconfig: DoubleKubeconfig
    private let task: Mutex<Task<Void, any Error>?> = Mutex(nil)

    init() async throws {
        double = try await APIDouble(tokens: ["secret"], collections: [Self.pods])
        kubeconfig = try double.kubeconfig(token: "secret")
    }

    static func pod(_ name: String, run: Int = 0, labels: [String: String]? = nil) -> DoubleObject {
        var pod = DoubleObject(name: name, uid: "uid-\(name)")
        pod.namespace = namespace
        pod.labels = labels ?? ["app.kubernetes.io/name": "shrike"]
        pod.members = """
            "spec":{"nodeName":"node-\(name)","containers":[{"name":"export-stdout"},{"name":"shriked"}]},\
            "status":{"phase":"Running","containerStatuses":[\
            {"name":"export-stdout","restartCount":\(run),"state":{"running":{"startedAt":"2026-01-10T07:00:00Z"}}},\
            {"name":"shriked","ready":true,"restartCount":0,"state":{"running":{}}}]}
            """
        return pod
    }

    func add(_ name: String, run: Int = 0) {
        double.startLog(of: name, in: Self.namespace)
        double.put(Self.pod(name, run: run), in: Self.pods)
    }

    func change(_ name: String, run: Int) { double.put(Self.pod(name, run: run), in: Self.pods) }

    func remove(_ name: String) {
        double.delete(name, namespace: Self.namespace, in: Self.pods)
        double.endLog(of: name, in: Self.namespace)
    }

    func access() throws -> ClusterAccess { try ClusterAccess.kubeconfig(path: kubeconfig.path) }

    /// - Parameter since: 2026-01-10T07:00:00Z.
    func follow(since: Int64? = 1_768_028_400_000_000_000, hold: Duration = .milliseconds(100)) throws {
        var timing = APITiming()
        timing.firstPause = .milliseconds(10)
        timing.longestPause = .milliseconds(50)
        var limits = EventMerge.Limits()
        limits.hold = hold
        limits.opening = hold * 3
        let events = ClusterEvents(
            access: try access(), pods: ShrikePods(), since: since, timing: timing,
            limits: limits, note: { note in self.notes.withLock { $0.append(note) } })
        let following = Task {
            try await events.run { lines in
                self.lines.withLock { $0 += lines.map { String(decoding: $0, as: UTF8.self) } }
                return true
            }
        }
        task.withLock { $0 = following }
    }

    func log(_ name: String, _ pod: String, at second: Double, event: Double? = nil) {
        double.log(
            "{\"name\":\"\(name)\",\"time\":\"\(Self.time(event ?? second))\"}", at: Self.time(second),
            of: pod,
            in: Self.namespace)
    }

    private static func time(_ second: Double) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: width - text.count) + text
        }
        let whole = Int(second)
        let fraction = Int((second - Double(whole)) * 1e9)
        return "2026-01-10T07:\(padded(whole / 60, 2)):\(padded(whole % 60, 2)).\(padded(fraction, 9))Z"
    }

    var names: [String] {
        lines.withLock { $0 }.compactMap { line in
            line.split(separator: "\"").map(String.init).dropFirst(2).first { $0 != ":" }
        }
    }

    func until(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isTrue: () -> Bool
    ) async throws {
        for _ in 0..<3_000 {
            if isTrue() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(
            "waited for: \(what); \(names), \(notes.withLock { $0 })", sourceLocation: sourceLocation)
    }

    func result() async -> (any Error)? {
        let following = task.withLock { $0 }
        do {
            try await following?.value
            return nil
        } catch {
            return error
        }
    }

    func end() async {
        task.withLock { $0 }?.cancel()
        _ = await result()
        await double.close()
        kubeconfig.remove()
    }

    func isFollowed(_ pod: String) -> Bool { double.followerCount(of: pod, in: Self.namespace) > 0 }
}

@Suite struct ClusterEventsTests {
    @Test("The events of all nodes, in the order of their times")
    func merging() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        cluster.add("b")
        for second in 0..<40 {
            cluster.log("e\(second)", second.isMultiple(of: 3) ? "a" : "b", at: Double(second))
        }
        try cluster.follow(hold: .seconds(3))
        try await cluster.until("all") { cluster.names.count == 40 }
        #expect(cluster.names == (0..<40).map { "e\($0)" })
        // Only Shrike's own containers are asked, as people are: with their names.
        let asked = cluster.double.requests.filter { $0.path.hasSuffix("/log") }
        #expect(asked.allSatisfy { $0.query["container"] == "export-stdout" && $0.query["follow"] == "true" })
        await cluster.end()
    }

    @Test("Nothing is doubled or lost when connections break, whatever the times of lines")
    func reconnecting() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        try cluster.follow()
        try await cluster.until("the first") { cluster.isFollowed("a") }
        // Three lines of one time, of which two came before the break.
        cluster.log("x", "a", at: 10)
        cluster.log("y", "a", at: 10.5)
        cluster.log("y", "a", at: 10.5)
        try await cluster.until("three") { cluster.names == ["x", "y", "y"] }
        cluster.double.goAway()
        cluster.log("y3", "a", at: 10.5)
        cluster.log("z", "a", at: 10.6)
        cluster.double.comeBack()
        try await cluster.until("the rest") { cluster.names.count >= 5 }
        try await cluster.until("a reader") { cluster.isFollowed("a") }
        cluster.log("end", "a", at: 12)
        try await cluster.until("the end") { cluster.names.last == "end" }
        #expect(cluster.names == ["x", "y", "y", "y3", "z", "end"])
        let since = cluster.double.requests.last { $0.path.hasSuffix("/log") }?.query["sinceTime"]
        #expect(since == "2026-01-10T07:00:10Z")
        await cluster.end()
    }

    @Test("Only new events, unless older ones are asked for; and all those of pods that come later")
    func fromNow() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        cluster.log("old", "a", at: 1)
        try cluster.follow(since: nil)
        try await cluster.until("a") { cluster.isFollowed("a") }
        cluster.log("new", "a", at: 2)
        try await cluster.until("the new one") { cluster.names == ["new"] }
        cluster.double.startLog(of: "b", in: Cluster.namespace)
        cluster.log("first", "b", at: 3)
        cluster.double.put(Cluster.pod("b"), in: "/api/v1/pods")
        try await cluster.until("b's") { cluster.names == ["new", "first"] }
        await cluster.end()
    }

    @Test("A node that goes is told to its end, and asked no more")
    func leaving() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        cluster.add("b")
        try cluster.follow()
        try await cluster.until("both") { cluster.isFollowed("a") && cluster.isFollowed("b") }
        cluster.log("last", "b", at: 1)
        cluster.remove("b")
        try await cluster.until("the last") { cluster.names == ["last"] }
        // Its log may end before the server tells that it is gone: one that goes on asking does so twenty times in a second.
        var counts = [-1]
        while counts.count < 60 {
            counts.append(cluster.double.requests.count { $0.path.contains("/b/log") })
            if counts.suffix(2).first == counts.last { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        #expect(counts.suffix(2).first == counts.last)
        cluster.log("still", "a", at: 2)
        try await cluster.until("a's") { cluster.names == ["last", "still"] }
        await cluster.end()
    }

    @Test("The end of a run that was missed is read before the next run")
    func restarts() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        try cluster.follow()
        try await cluster.until("a reader") { cluster.isFollowed("a") }
        cluster.log("one", "a", at: 1)
        try await cluster.until("one") { cluster.names == ["one"] }
        cluster.double.goAway()
        cluster.log("two", "a", at: 2)
        cluster.double.endLog(of: "a", in: Cluster.namespace)
        cluster.double.restartLog(of: "a", in: Cluster.namespace)
        cluster.log("three", "a", at: 3)
        // The pod tells of the new run only when somebody asks again.
        cluster.change("a", run: 1)
        for _ in 0..<40 {
            cluster.double.fail(.status(503)) { $0.path.hasSuffix("/log") && $0.query["previous"] == nil }
        }
        cluster.double.comeBack()
        try await cluster.until("all") { cluster.names.count >= 3 }
        #expect(cluster.names == ["one", "two", "three"])
        await cluster.end()
    }

    @Test("Lines that are no events are passed over, and other pods are not asked")
    func otherThings() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        cluster.double.startLog(of: "web", in: Cluster.namespace)
        cluster.double.put(Cluster.pod("web", labels: ["app": "web"]), in: "/api/v1/pods")
        try cluster.follow()
        try await cluster.until("a reader") { cluster.isFollowed("a") }
        cluster.double.log(
            "getevents: err: retrying", at: "2026-01-10T07:00:01.000000000Z", of: "a", in: Cluster.namespace)
        cluster.log("x", "a", at: 2)
        try await cluster.until("x") { cluster.names == ["x"] }
        #expect(!cluster.isFollowed("web"))
        await cluster.end()
    }

    @Test("A refusal ends it with the server's words; an outage is told once")
    func refusals() async throws {
        let cluster = try await Cluster()
        cluster.add("a")
        cluster.double.fail(.status(403)) { $0.path.hasSuffix("/log") }
        try cluster.follow()
        #expect("\(try #require(await cluster.result()))" == "the API server answered 403: a fault")
        for _ in 0..<3 { cluster.double.fail(.status(500)) { $0.path.hasSuffix("/log") } }
        try cluster.follow()
        try await cluster.until("a reader") { cluster.isFollowed("a") }
        let notes = cluster.notes.withLock { $0 }
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("the events of node-a are not to be had") == true)
        await cluster.end()
    }

    @Test("Where there is nothing to follow, it says so")
    func nothing() async throws {
        let cluster = try await Cluster()
        try cluster.follow()
        let error = try #require(await cluster.result())
        #expect("\(error)".hasPrefix("no pod with the labels app.kubernetes.io/name=shrike has a container"))
        cluster.double.take(tokens: [])
        try cluster.follow()
        #expect("\(try #require(await cluster.result()))" == "the API server answered 401: Unauthorized")
        await cluster.end()
    }
}
