// SPDX-License-Identifier: Apache-2.0
// Mutates a corpus for a fixed number of rounds: the same inputs in each run, unless somebody has more time.
//
//   SHRIKE_FUZZ_ROUNDS=1000000 swift test --filter FuzzTests      longer
//   SHRIKE_FUZZ_KEEP=/tmp/fuzz swift test --filter FuzzTests      the latest input of each decoder is in that folder

import Foundation
import ShrikeTestSupport

/// Runs a decoder on what a corpus can become.
struct Fuzzer {
    /// Inputs of a run of `make test`.
    static let rounds = ProcessInfo.processInfo.environment["SHRIKE_FUZZ_ROUNDS"].flatMap(Int.init) ?? 8_000
    private static let keep = ProcessInfo.processInfo.environment["SHRIKE_FUZZ_KEEP"]
    private static let longest = 64 << 10
    /// Numbers at which lengths and counts go wrong.
    private static let numbers: [UInt64] = [
        0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, .max, 1 << 63,
    ]

    let name: String
    let corpus: [[UInt8]]
    private var random: SeededRandom

    /// A fuzzer with entries of its own and those of `Corpus/<name>.*`: one a line, of `.hex` in hexadecimal.
    init(_ name: String, _ entries: [[UInt8]] = []) throws {
        self.name = name
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Corpus")
        var corpus = entries
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where file.hasPrefix(name + ".") {
            let text = try Data(contentsOf: folder.appendingPathComponent(file))
            for line in text.split(separator: 0x0a) {
                corpus.append(file.hasSuffix(".hex") ? Self.bytes(hex: line) : Array(line))
            }
        }
        self.corpus = corpus
        random = SeededRandom(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    }

    /// Runs `body` on each entry as it is, then on mutations.
    mutating func run(_ body: ([UInt8]) throws -> Void) rethrows {
        for entry in corpus { try body(entry) }
        for _ in 0..<Self.rounds {
            let input = next()
            if let keep = Self.keep { try? Data(input).write(to: URL(fileURLWithPath: "\(keep)/\(name)")) }
            try body(input)
        }
    }

    private mutating func next() -> [UInt8] {
        var bytes = corpus[below(corpus.count)]
        for _ in 0...below(4) { mutate(&bytes) }
        return Array(bytes.prefix(Self.longest))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = below(bytes.count + 1)
        let end = place + below(bytes.count - place + 1)
        switch below(8) {
        case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes.removeSubrange(place..<min(end, place + 16))
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4:
            let other = corpus[below(corpus.count)]
            bytes.insert(contentsOf: other[below(other.count + 1)...].prefix(64), at: place)
        case 5: bytes.removeSubrange(place...)
        case 6:
            let number = withUnsafeBytes(of: Self.numbers[below(Self.numbers.count)].littleEndian) {
                Array($0)
            }
            let width = [1, 2, 4, 8][below(4)]
            guard place + width <= bytes.count else { return }
            bytes.replaceSubrange(place..<place + width, with: number.prefix(width))
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
    }

    private mutating func below(_ count: Int) -> Int {
        count <= 0 ? 0 : Int(random.next() % UInt64(count))
    }

    private static func bytes(hex line: Data) -> [UInt8] {
        String(decoding: line, as: UTF8.self).prefix { $0 != "#" }.split(separator: " ").compactMap {
            UInt8($0, radix: 16)
        }
    }
}
