// SPDX-License-Identifier: Apache-2.0
// Annotated bytes to records.

import ShrikeEvents

/// Bytes from lines of hex; everything behind `#` is a comment.
func hex(_ text: String) -> [UInt8] {
    text.split(separator: "\n").flatMap { line in
        line.prefix { $0 != "#" }.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
}

/// Decodes, and hands the record on while its bytes live.
func decode<R>(_ bytes: [UInt8], _ body: (EventRecord) throws -> R) throws -> R {
    try bytes.withUnsafeBytes { try body(try EventRecord(decoding: $0)) }
}

/// The error that the bytes are refused with.
func decodeError(_ bytes: [UInt8]) -> DecodeError? {
    bytes.withUnsafeBytes { bytes in
        do throws(DecodeError) {
            _ = try EventRecord(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }
}
