// SPDX-License-Identifier: Apache-2.0
// The iterator's file as seeds.

internal import ShrikeEvents

enum TaskSeeds {
    /// The seeds of whole records; the kernel side writes nothing else, so what does not decode is left out.
    static func decode(_ bytes: [UInt8]) -> [TaskSeed] {
        unsafe bytes.withUnsafeBytes { (unsafe try? TaskSeed.decode($0)) ?? [] }
    }
}
