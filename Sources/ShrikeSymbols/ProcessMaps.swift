// SPDX-License-Identifier: Apache-2.0
// What files a process has in its memory as code, from /proc/PID/maps.

/// The code in a process's memory at one time.
struct ProcessMaps: Sendable {
    struct Mapping: Sendable {
        var addresses: Range<UInt64>
        var offset: UInt64
        /// As in the line: `7f0000000000-7f0000001000`.
        var name: String
        /// As the process names it.
        var path: String
        var device: String
        var inode: UInt64
    }

    /// More than a process has that does not want to be looked at.
    private static let maximumBytes = 4 << 20

    private(set) var mappings: [Mapping] = []

    /// Reads them; nil when the process is gone.
    init?(procfs: String, pid: UInt32) {
        guard let text = TextFile.read("\(procfs)/\(pid)/maps", atMost: Self.maximumBytes), !text.isEmpty
        else {
            return nil
        }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if let mapping = Mapping(line) { mappings.append(mapping) }
        }
    }

    func mapping(of address: UInt64) -> Mapping? {
        // In order of addresses.
        var low = 0
        var high = mappings.count
        while low < high {
            let middle = (low + high) / 2
            if mappings[middle].addresses.upperBound <= address { low = middle + 1 } else { high = middle }
        }
        guard low < mappings.count, mappings[low].addresses.contains(address) else { return nil }
        return mappings[low]
    }
}

extension ProcessMaps.Mapping {
    /// `7f0000000000-7f0000001000 r-xp 00001000 fe:01 1234    /usr/bin/x`; nil for memory that is no file's code.
    fileprivate init?(_ line: ArraySlice<UInt8>) {
        var fields = FieldReader(line)
        let range = fields.next()
        let permissions = fields.next()
        let offset = FieldReader.hexadecimal(fields.next())
        let device = fields.next()
        let inode = FieldReader.decimal(fields.next())
        let path = fields.rest()
        let ends = range.split(separator: UInt8(ascii: "-")).map { FieldReader.hexadecimal($0) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end, let offset, let inode,
            permissions.count == 4, permissions.dropFirst(2).first == UInt8(ascii: "x"),
            path.first == UInt8(ascii: "/")
        else { return nil }
        self.init(
            addresses: start..<end, offset: offset, name: String(decoding: range, as: UTF8.self),
            path: String(decoding: path, as: UTF8.self), device: String(decoding: device, as: UTF8.self),
            inode: inode)
    }
}
