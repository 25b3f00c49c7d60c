// SPDX-License-Identifier: Apache-2.0
// How an export file is made, rotated and kept.

/// When a file is rotated and how many rotated ones are kept. May change while it is written.
public struct ExportFileRotation: Sendable, Equatable {
    /// Bytes that a file may have; a longer line is not written.
    public var maximumBytes: Int
    /// Time after which a file that is not empty is rotated; nil: its size alone decides.
    public var interval: Duration?
    /// Rotated files that are kept; 0: all.
    public var keptFiles: Int

    /// Makes settings; the defaults are the incumbent's.
    public init(maximumBytes: Int = 10 << 20, interval: Duration? = nil, keptFiles: Int = 5) {
        self.maximumBytes = maximumBytes
        self.interval = interval
        self.keptFiles = keptFiles
    }
}

/// How an export file is made, rotated and kept.
public struct ExportFileSettings: Sendable, Equatable {
    /// When it is rotated.
    public var rotation: ExportFileRotation
    /// Mode of new files; the process's umask applies.
    public var permissions: UInt32
    /// Whether rotated files are compressed with gzip.
    public var compresses: Bool

    /// Makes settings; everything has a default.
    public init(
        rotation: ExportFileRotation = ExportFileRotation(), permissions: UInt32 = 0o600,
        compresses: Bool = false
    ) {
        self.rotation = rotation
        self.permissions = permissions
        self.compresses = compresses
    }

    /// The mode that an operator's octal text stands for: never executable, never writable for all, always
    /// readable and writable for the owner.
    /// - Returns: nil when the text is not octal or above 777.
    public static func permissions(octal text: String) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
            let bits = UInt32(text, radix: 8), bits <= 0o777
        else { return nil }
        return bits & ~0o113 | 0o600
    }
}
