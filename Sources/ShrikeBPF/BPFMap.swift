// A map by its descriptor: written, read and frozen with bpf(2) through libbpf.

internal import CLibbpf
internal import Glibc

/// A map in the kernel. The descriptor belongs to the object that it came from.
public struct BPFMap: Sendable {
    /// The map's file descriptor.
    public let fileDescriptor: Int32
    /// The name, for messages.
    public let name: String
    /// Bytes of one value (of one CPU).
    public let valueSize: Int
    /// Entries, or bytes for a ring.
    public let maxEntries: Int

    /// Sets the value of a key. Sizes must be the map's.
    public func update(key: UnsafeRawPointer, value: UnsafeRawPointer) throws(BPFError) {
        let result = unsafe bpf_map_update_elem(fileDescriptor, key, value, UInt64(BPF_ANY))
        guard result == 0 else { throw BPFError("write map", name, errno: -result) }
    }

    /// Sets entry `index` of an array map.
    public func update(index: Int, value: [UInt8]) throws(BPFError) {
        precondition(value.count == valueSize, "value size of \(name)")
        var key = UInt32(index)
        let result = bpf_map_update_elem(fileDescriptor, &key, value, UInt64(BPF_ANY))
        guard result == 0 else { throw BPFError("write map", name, errno: -result) }
    }

    /// Sets a key of a hash or trie map.
    public func update(key: [UInt8], value: [UInt8]) throws(BPFError) {
        let result = bpf_map_update_elem(fileDescriptor, key, value, UInt64(BPF_ANY))
        guard result == 0 else { throw BPFError("write map", name, errno: -result) }
    }

    /// No more writes from user space, by anybody, for the map's whole life.
    public func freeze() throws(BPFError) {
        let result = bpf_map_freeze(fileDescriptor)
        guard result == 0 else { throw BPFError("freeze map", name, errno: -result) }
    }

    /// The sums over all CPUs of the 64-bit words of a per-CPU array, entry after entry.
    public func perCPUSums() throws(BPFError) -> [UInt64] {
        let cpus = Int(libbpf_num_possible_cpus())
        guard cpus > 0 else { throw BPFError("count", "CPUs", errno: EINVAL) }
        let words = valueSize / MemoryLayout<UInt64>.size
        var sums = [UInt64](repeating: 0, count: maxEntries * words)
        var values = [UInt64](repeating: 0, count: cpus * words)
        for index in 0..<maxEntries {
            var key = UInt32(index)
            let result = unsafe bpf_map_lookup_elem(fileDescriptor, &key, &values)
            guard result == 0 else { throw BPFError("read map", name, errno: -result) }
            for (position, value) in values.enumerated() { sums[index * words + position % words] &+= value }
        }
        return sums
    }
}
