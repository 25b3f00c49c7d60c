// SPDX-License-Identifier: Apache-2.0
// What the records of each loaded plan mean, for the thread that reads them.

public import ShrikeEvents
internal import Synchronization

/// The layouts of all plans that records in the rings may still be of. Any thread.
public final class HookLayouts: Sendable {
    private struct Key: Hashable {
        var hookID: UInt32
        var generation: UInt32
    }

    private struct Known {
        var layouts: [Key: HookEventLayout] = [:]
        /// Replaced ones, oldest first; records of them may still wait in a ring.
        var retired: [Key] = []
    }

    /// Replaced layouts that are kept. The rings hold a few seconds of records at most, so it takes more changes
    /// of policies within that time than the kernel can load programs to forget one too early; the pipeline
    /// counts such records (`unknownLayouts`).
    private static let retiredLimit = 256

    private let known = Mutex(Known())

    /// No layouts yet.
    public init() {}

    func add(_ layout: HookEventLayout) {
        known.withLock { $0.layouts[Key(hookID: layout.hookID, generation: layout.generation)] = layout }
    }

    func retire(hookID: UInt32, generation: UInt32) {
        known.withLock { known in
            known.retired.append(Key(hookID: hookID, generation: generation))
            while known.retired.count > Self.retiredLimit { known.layouts[known.retired.removeFirst()] = nil }
        }
    }

    /// The layout of one generation of a hook, nil when it was never loaded or replaced long ago.
    public func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        known.withLock { $0.layouts[Key(hookID: hookID, generation: generation)] }
    }
}
