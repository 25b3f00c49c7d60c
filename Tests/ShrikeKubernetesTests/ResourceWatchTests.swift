// SPDX-License-Identifier: Apache-2.0
// List and watch against a double of the API server, over HTTPS, with everything that goes wrong there.

import APIDouble
import Logging
import ShrikeJSON
import Synchronization
import Testing

@testable import ShrikeKubernetes

private struct Thing: ClusterResource, Equatable {
    var name: String
    var uid: String

    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let uid = metadata.member("uid")?.string
        else { return nil }
        (self.name, self.uid) = (name, uid)
    }
}

private actor Things: ResourceSink {
    var all: [String: String] = [:]
    var replacements = 0
    var changes = 0
    var room = Int.max

    func limit(to room: Int) { self.room = room }

    func replaced(_ items: [Thing]) {
        all = Dictionary(items.map { ($0.name, $0.uid) }, uniquingKeysWith: { $1 })
        replacements += 1
    }

    func changed(_ item: Thing) -> Bool {
        guard all[item.name] != nil || all.count < room else { return false }
        all[item.name] = item.uid
        changes += 1
        return true
    }

    func deleted(_ item: Thing) { all[item.name] = nil }
}

/// A watch of a double, and both ends of it.
private struct Followed {
    static let path = "/api/v1/things"
    let double: APIDouble
    let things = Things()
    let watch: ResourceWatch<Things>
    let client: APIClient
    private let task: Task<Void, Never>

    static func double() async throws -> APIDouble {
        try await APIDouble(tokens: ["secret"], collections: [path])
    }

    init(
        _ double: APIDouble, pageSize: Int = 500, itemLimit: Int = 20_000, selector: String = "",
        token: ClusterAccess.Material = .bytes(Array("secret".utf8)), timing: APITiming = Self.timing
    ) {
        self.double = double
        var access = ClusterAccess(server: double.server)
        access.authority = .bytes(Array(double.certificates.authority.utf8))
        access.token = token
        client = APIClient(access: access, timing: timing)
        watch = ResourceWatch(
            client: client,
            collection: ResourceCollection(
                name: "things", path: Self.path, fieldSelector: selector, pageSize: pageSize,
                itemLimit: itemLimit), sink: things, logger: Logger(label: "test"))
        task = Task { [watch] in await watch.run() }
    }

    static var timing: APITiming {
        var timing = APITiming()
        timing.firstPause = .milliseconds(10)
        timing.longestPause = .milliseconds(50)
        return timing
    }

    /// Waits until it is so; a failure says where.
    func until(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ isTrue: () async -> Bool
    ) async throws {
        for _ in 0..<6_000 {
            if await isTrue() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited for: \(what); \(watch.figures)", sourceLocation: sourceLocation)
    }

    func end() async {
        task.cancel()
        await task.value
        await client.shutdown()
        await double.close()
    }
}

private func thing(_ name: String, uid: String? = nil) -> DoubleObject {
    DoubleObject(name: name, uid: uid ?? "uid-\(name)")
}

@Suite struct ResourceWatchTests {
    @Test("What is there, what comes, changes and goes")
    func following() async throws {
        let followed = Followed(try await Followed.double())
        let double = followed.double
        try await followed.until("an empty list") {
            followed.watch.figures.isSynced && double.watchCount == 1
        }
        double.put(thing("a"), in: Followed.path)
        double.put(thing("b"), in: Followed.path)
        double.put(thing("a", uid: "other"), in: Followed.path)
        double.delete("b", in: Followed.path)
        try await followed.until("the changes") { await followed.things.all == ["a": "other"] }
        let figures = followed.watch.figures
        #expect(figures.lists == 1 && figures.errors == 0 && figures.isConnected && figures.changes == 4)
        #expect(double.requests.allSatisfy { $0.token == "secret" })
        #expect(double.requests.last?.query["allowWatchBookmarks"] == "true")
        await followed.end()
    }

    @Test("5,000 objects in pages, of which a selector takes some")
    func pages() async throws {
        let double = try await Followed.double()
        double.seed(
            (0..<5_000).map { number in
                var object = thing("pod-\(number)")
                object.fields = ["spec.nodeName": number.isMultiple(of: 20) ? "one" : "two"]
                return object
            }, in: Followed.path)
        let all = Followed(double)
        try await all.until("all") { await all.things.all.count == 5_000 }
        #expect(double.requests.count { !$0.isWatch } == 10)
        let mine = Followed(double, pageSize: 100, selector: "spec.nodeName=one")
        try await mine.until("mine") { await mine.things.all.count == 250 }
        var other = thing("late")
        other.fields = ["spec.nodeName": "two"]
        try await mine.until("both watches") { double.watchCount == 2 }
        double.put(other, in: Followed.path)
        try await all.until("the late one") { await all.things.all.count == 5_001 }
        #expect(await mine.things.all.count == 250)
        await mine.end()
        await all.end()
    }

    @Test("More objects than are kept: the rest is counted")
    func bound() async throws {
        let double = try await Followed.double()
        double.seed((0..<30).map { thing("pod-\($0)") }, in: Followed.path)
        let followed = Followed(double, pageSize: 20, itemLimit: 25)
        try await followed.until("some") { await followed.things.all.count == 25 }
        #expect(followed.watch.figures.leftOut == 5)
        await followed.things.limit(to: 25)
        try await followed.until("a watch") { double.watchCount == 1 }
        double.put(thing("one-more"), in: Followed.path)
        try await followed.until("it is left out") { followed.watch.figures.leftOut == 6 }
        #expect(await followed.things.all.count == 25)
        await followed.end()
    }

    @Test("A page that is forgotten half way is read again from the start")
    func expiredPage() async throws {
        let double = try await Followed.double()
        double.seed((0..<30).map { thing("pod-\($0)") }, in: Followed.path)
        double.fail(.status(410)) { $0.query["continue"] != nil }
        let followed = Followed(double, pageSize: 20)
        try await followed.until("all") { await followed.things.all.count == 30 }
        #expect(followed.watch.figures.errors == 1)
        await followed.end()
    }

    @Test("410 Gone, as a status and as an event: listed again, and the newest", arguments: [true, false])
    func expired(isEvent: Bool) async throws {
        let followed = Followed(try await Followed.double())
        let double = followed.double
        try await followed.until("a watch") { double.watchCount == 1 }
        double.fail(isEvent ? .expiredEvent : .status(410)) { $0.isWatch }
        double.put(thing("a"), in: Followed.path)
        try await followed.until("a") { await followed.things.all == ["a": "uid-a"] }
        double.closeConnections()
        try await followed.until("a second list") {
            followed.watch.figures.lists == 2 && double.watchCount == 1
        }
        let lists = double.requests.filter { !$0.isWatch }
        #expect(lists.map { $0.query["resourceVersion"] } == ["0", nil])
        double.put(thing("b"), in: Followed.path)
        try await followed.until("b") { await followed.things.all.count == 2 }
        await followed.end()
    }

    @Test("A connection that breaks: nothing is listed again, nothing is missed or told twice")
    func broken() async throws {
        let followed = Followed(try await Followed.double())
        let double = followed.double
        for round in 0..<5 {
            try await followed.until("a watch") { double.watchCount == 1 }
            double.put(thing("thing-\(round)"), in: Followed.path)
            double.closeConnections()
            double.put(thing("gap-\(round)"), in: Followed.path)
        }
        try await followed.until("all") { await followed.things.all.count == 10 }
        #expect(await followed.things.changes == 10)
        #expect(followed.watch.figures.lists == 1)
        await followed.end()
    }

    @Test("Bookmarks alone move the version on")
    func bookmarks() async throws {
        let followed = Followed(try await Followed.double())
        let double = followed.double
        try await followed.until("a watch") { double.watchCount == 1 }
        for _ in 0..<20 { double.bookmark() }
        double.forget()
        double.bookmark()
        let contact = ContinuousClock.now
        try await followed.until("contact") { (followed.watch.figures.lastContact ?? contact) > contact }
        double.closeConnections()
        try await followed.until("a second watch") { followed.watch.figures.watches == 2 }
        #expect(followed.watch.figures.lists == 1)
        #expect(double.requests.last?.query["resourceVersion"] == "22")
        await followed.end()
    }

    @Test(
        "Answers that fail in other ways",
        arguments: [DoubleFault.close, .cut, .nonsense, .status(500), .status(403), .silence, .trickle])
    func failures(fault: DoubleFault) async throws {
        let double = try await Followed.double()
        double.seed([thing("a")], in: Followed.path)
        double.fail(fault) { !$0.isWatch }
        double.fail(fault) { $0.isWatch }
        var timing = Followed.timing
        timing.silence = .milliseconds(300)
        timing.request = .milliseconds(600)
        timing.watchSeconds = 1
        let followed = Followed(double, timing: timing)
        try await followed.until("a") { await followed.things.all == ["a": "uid-a"] }
        #expect(followed.watch.figures.errors >= 1 && !followed.watch.figures.lastError.isEmpty)
        double.put(thing("b"), in: Followed.path)
        try await followed.until("b") { await followed.things.all.count == 2 }
        await followed.end()
    }

    @Test("429 with Retry-After: not asked before")
    func tooMany() async throws {
        let double = try await Followed.double()
        double.seed([thing("a")], in: Followed.path)
        double.fail(.status(429, retryAfter: 1)) { _ in true }
        let start = ContinuousClock.now
        let followed = Followed(double)
        try await followed.until("a") { await followed.things.all.count == 1 }
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(followed.watch.figures.lastError.contains("429"))
        await followed.end()
    }

    @Test("A line without end: the list is read again")
    func longLine() async throws {
        let double = try await Followed.double()
        double.seed([thing("a")], in: Followed.path)
        double.fail(.longLine(APIClient.lineBytes + 4_096)) { $0.isWatch }
        let followed = Followed(double)
        try await followed.until("a second list") { followed.watch.figures.lists == 2 }
        #expect(followed.watch.figures.lastError == KubernetesError.tooLarge(APIClient.lineBytes).description)
        await followed.end()
    }

    @Test("A token that is refused, then rotated")
    func rotation() async throws {
        let folder = try TestFolder()
        let path = try folder.write("token", "old")
        let double = try await Followed.double()
        double.seed([thing("a")], in: Followed.path)
        let followed = Followed(double, token: .file(path))
        try await followed.until("refusals") { followed.watch.figures.errors > 1 }
        #expect(followed.watch.figures.lastError == "the API server answered 401: Unauthorized")
        #expect(await followed.things.replacements == 0)
        try folder.write("token", "secret\n")
        try await followed.until("a") { await followed.things.all.count == 1 }
        await followed.end()
    }

    @Test("A server that is away: what is known stays, and it is found again")
    func away() async throws {
        let followed = Followed(try await Followed.double())
        let double = followed.double
        double.put(thing("a"), in: Followed.path)
        try await followed.until("a") { await followed.things.all.count == 1 && double.watchCount == 1 }
        double.goAway()
        try await followed.until("errors") { followed.watch.figures.errors > 2 }
        #expect(!followed.watch.figures.isConnected)
        #expect(await followed.things.all.count == 1)
        double.put(thing("b"), in: Followed.path)
        double.comeBack()
        try await followed.until("b") { await followed.things.all.count == 2 }
        #expect(followed.watch.figures.isConnected && followed.watch.figures.lists == 1)
        await followed.end()
    }

    @Test("A server with a certificate of somebody else is not believed")
    func stranger() async throws {
        let double = try await Followed.double()
        double.seed([thing("a")], in: Followed.path)
        var access = ClusterAccess(server: double.server)
        access.authority = .bytes(Array(try DoubleCertificates().authority.utf8))
        access.token = .bytes(Array("secret".utf8))
        let client = APIClient(access: access)
        await #expect(throws: KubernetesError.self) { try await client.get(Followed.path) }
        #expect(double.requests.isEmpty)
        await client.shutdown()
        await double.close()
    }
}
