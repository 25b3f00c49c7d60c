// SPDX-License-Identifier: Apache-2.0

import ShrikeDigests
import Testing

@Suite("Digests of contents") struct ContentDigestTests {
    private func digest(_ algorithm: DigestAlgorithm, _ parts: [String]) -> String {
        var rest = parts.map { Array($0.utf8) }[...]
        return algorithm.digest { rest.popFirst() }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("are those of FIPS 180-4, however the content is cut")
    func known() {
        let expected: [DigestAlgorithm: String] = [
            .sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
            .sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            .sha384:
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            .sha512:
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ]
        for algorithm in DigestAlgorithm.allCases {
            #expect(digest(algorithm, ["abc"]) == expected[algorithm])
            #expect(digest(algorithm, ["a", "", "bc"]) == expected[algorithm])
            #expect(expected[algorithm]?.utf8.count == algorithm.byteCount * 2)
        }
    }

    @Test("of nothing are digests too")
    func empty() {
        #expect(digest(.sha1, []) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }
}
