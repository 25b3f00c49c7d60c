// SPDX-License-Identifier: Apache-2.0
// Hostile lines and filters: whatever comes, an answer or an error.

import ShrikeEventFilter
import ShrikeTestSupport
import Testing

@Suite("Hostile lines and filters")
struct HostileInputTests {
    private static let corpus = [
        FilterListTests.exec, FilterListTests.exit, FilterListTests.limit, "", "{", "}", "[", "\"", "\\",
        "{\"",
        #"{"process_exec":"#, #"{"process_exec":{"process":{"pid":"#, #"{"process_exec":[[[[{{{{"#,
        #"{"process_exec":{"process":{"binary":"\ud83d\u"}}}"#, #"{"a":1,"a":2}"#, "\u{0}\u{ff}", "{}{}",
    ]

    private func mutated(_ text: String, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<1 + random.next() % 6 {
            let place = bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
            switch random.next() % 4 {
            case 0 where !bytes.isEmpty: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2: bytes.insert("{}[]\",:\\u0"[random.next()], at: place)
            default: bytes = Array(bytes.prefix(place))
            }
        }
        return bytes
    }

    @Test("lines")
    func lines() throws {
        let filters = try FilterList.events(
            #"""
            {"binary_regex":["a"],"labels":["a"]} {"pid_set":[1]} {"health_check":true}
            {"capabilities":{"permitted":{"any":["CAP_KILL"]}}} {"ancestor_binary_regex":["a"]}
            {"cel_expression":["process_exec.process.pod.pod_labels['app'] == 'x' || process_exec.args[0].a == 1"]}
            """#, features: .all)
        let fields = try FilterList.fields(
            #"{"fields":"process.binary,args"} {"fields":"parent","action":"EXCLUDE"}"#)
        var random = SeededRandom(seed: 3)
        var looked = 0
        for _ in 0..<20_000 {
            let line = mutated(Self.corpus[Int(random.next() % UInt64(Self.corpus.count))], &random)
            line.withUnsafeBytes { bytes in
                guard let event = EventLine(bytes) else { return }
                looked += 1
                for filter in filters { _ = filter.matches(event) }
            }
            for filter in fields { _ = filter.apply(to: line) }
        }
        #expect(looked > 1_000)
    }

    @Test("filters")
    func filters() {
        let texts = [
            #"{"event_set":["PROCESS_EXEC"],"labels":["a in (b),!c"],"cel_expression":["process_exec.a == 'b'"]}"#,
            #"{"fields":"process.binary","action":"EXCLUDE"}"#,
            #"{"redact":["a(b)*"],"binary_regex":["^x$"]}"#,
        ]
        var random = SeededRandom(seed: 5)
        var refused = 0
        for _ in 0..<5_000 {
            let text = String(
                decoding: mutated(texts[Int(random.next() % 3)], &random), as: UTF8.self)
            if (try? FilterList.events(text, features: .all)) == nil { refused += 1 }
            if (try? FilterList.fields(text)) == nil { refused += 1 }
            if (try? FilterList.redactions(text)) == nil { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}

extension String {
    /// One of the bytes.
    fileprivate subscript(number: UInt64) -> UInt8 { Array(utf8)[Int(number % UInt64(utf8.count))] }
}
