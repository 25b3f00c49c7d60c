// A map by its descriptor: written, read and frozen with bpf(2) through libbpf.

internal import CLibbpf
internal import Glibc

/// A map that no object declares; its descriptor closes with this.
public final class OwnedBPFMap: Sendable {
    /// The map.
    public let map: BPFMap

    /// Makes a hash that forgets what was used least recently when it is full.
    /// - Throws: `BPFError` when the kernel does not.
    public init(
        leastRecentlyUsed name: String, keySize: Int, valueSize: Int, maxEntries: Int
    ) throws(BPFError) {
        let descriptor = unsafe bpf_map_create(
            BPF_MAP_TYPE_LRU_HASH, name, UInt32(keySize), UInt32(valueSize), UInt32(maxEntries), nil)
        guard descriptor >= 0 else { throw BPFError("make map", name, errno: -descriptor) }
        map = BPFMap(fileDescriptor: descriptor, name: name, valueSize: valueSize, maxEntries: maxEntries)
    }

    deinit { close(map.fileDescriptor) }
}

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

    /// Sets `count` keys, with one system call for many of them where the kernel has that
    /// for this type of map.
    /// - Parameter entry: key and value of the n-th. Sizes must be the map's.
    public func fill(
        count: Int, _ entry: (Int) -> (key: [UInt8], value: [UInt8])
    ) throws(BPFError) {
        var next = 0
        while next < count {
            let chunk = next..<min(next + Self.batchEntries, count)
            var keys: [UInt8] = []
            var values: [UInt8] = []
            for number in chunk {
                let (key, value) = entry(number)
                keys += key
                values += value
            }
            precondition(values.count == valueSize * chunk.count, "value size of \(name)")
            try update(keys: keys, values: values, count: chunk.count)
            next = chunk.upperBound
        }
    }

    /// Entries that are put together in memory at a time.
    private static let batchEntries = 1024

    private func update(keys: [UInt8], values: [UInt8], count: Int) throws(BPFError) {
        var done = UInt32(count)
        var options = bpf_map_batch_opts()
        options.sz = MemoryLayout<bpf_map_batch_opts>.size
        var result = bpf_map_update_batch(fileDescriptor, keys, values, &done, &options)
        guard result == -Self.notSupported || result == -EINVAL else {
            guard result == 0 else { throw BPFError("write map", name, errno: -result) }
            return
        }
        let keySize = keys.count / count
        for number in 0..<count {
            let key = keys[number * keySize..<(number + 1) * keySize]
            let value = values[number * valueSize..<(number + 1) * valueSize]
            result = bpf_map_update_elem(fileDescriptor, Array(key), Array(value), UInt64(BPF_ANY))
            guard result == 0 else { throw BPFError("write map", name, errno: -result) }
        }
    }

    /// ENOTSUPP of the kernel, which is none of user space's numbers (include/linux/errno.h).
    private static let notSupported: Int32 = 524

    /// Removes a key; it need not be there.
    public func remove(key: [UInt8]) throws(BPFError) {
        let result = bpf_map_delete_elem(fileDescriptor, key)
        guard result == 0 || result == -ENOENT else {
            throw BPFError("write map", name, errno: -result)
        }
    }

    /// No more writes from user space, by anybody, for the map's whole life.
    public func freeze() throws(BPFError) {
        let result = bpf_map_freeze(fileDescriptor)
        guard result == 0 else { throw BPFError("freeze map", name, errno: -result) }
    }

    /// The sums over all CPUs of the 64-bit words of a per-CPU array, entry after entry.
    public func perCPUSums() throws(BPFError) -> [UInt64] {
        var sums: [UInt64] = []
        for values in try perCPUValues() {
            if sums.isEmpty {
                sums = values
            } else {
                for index in sums.indices { sums[index] &+= values[index] }
            }
        }
        return sums
    }

    /// The 64-bit words of a per-CPU array, entry after entry, for each CPU that there may be.
    public func perCPUValues() throws(BPFError) -> [[UInt64]] {
        let cpus = Int(libbpf_num_possible_cpus())
        guard cpus > 0 else { throw BPFError("count", "CPUs", errno: EINVAL) }
        let words = valueSize / MemoryLayout<UInt64>.size
        var byCPU = [[UInt64]](repeating: [UInt64](repeating: 0, count: maxEntries * words), count: cpus)
        var values = [UInt64](repeating: 0, count: cpus * words)
        for index in 0..<maxEntries {
            var key = UInt32(index)
            let result = unsafe bpf_map_lookup_elem(fileDescriptor, &key, &values)
            guard result == 0 else { throw BPFError("read map", name, errno: -result) }
            for (position, value) in values.enumerated() {
                byCPU[position / words][index * words + position % words] = value
            }
        }
        return byCPU
    }

    /// The 64-bit words of one entry of a per-CPU hash, CPU after CPU; nil when there is no such entry.
    public func perCPUWords(of key: UInt64) throws(BPFError) -> [UInt64]? {
        let cpus = Int(libbpf_num_possible_cpus())
        guard cpus > 0 else { throw BPFError("count", "CPUs", errno: EINVAL) }
        // Values of CPUs lie 8 bytes aligned, which those of words are by themselves.
        var values = [UInt64](repeating: 0, count: cpus * ((valueSize + 7) / 8))
        var key = key
        let result = unsafe bpf_map_lookup_elem(fileDescriptor, &key, &values)
        if result == -ENOENT || (result == -1 && errno == ENOENT) { return nil }
        guard result == 0 else { throw BPFError("read map", name, errno: -result) }
        return values
    }
}
