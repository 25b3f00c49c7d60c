// SPDX-License-Identifier: Apache-2.0
// Names of BTF types, found by hash: a kernel has some 60,000 functions, and text of its own for each would take
// megabytes and longer than loading a program.

internal import CLibbpf
internal import Glibc

/// The ids of all types of one kind that have a name; of several with one name the first, as the kernel's own
/// look-up takes it.
struct BTFNameTable {
    /// Open addressing; 0 is free.
    private var slots: [UInt32]

    /// - Parameter isWanted: whether a type belongs into the table.
    init(_ handle: OpaquePointer, where isWanted: (UnsafePointer<btf_type>) -> Bool) {
        var wanted: [UInt32] = []
        for id in 1..<(unsafe btf__type_cnt(handle)) {
            guard let type = unsafe btf__type_by_id(handle, id), isWanted(type),
                unsafe type.pointee.name_off != 0
            else { continue }
            wanted.append(id)
        }
        var capacity = 64
        while capacity < wanted.count * 2 { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        for id in wanted {
            guard let name = unsafe Self.name(of: id, handle) else { continue }
            let slot = unsafe find(name, handle)
            if slots[slot] == 0 { slots[slot] = id }
        }
    }

    /// The type of this name; nil when there is none.
    func id(of name: String, _ handle: OpaquePointer) -> UInt32? {
        let id = name.withCString { slots[unsafe find($0, handle)] }
        return id == 0 ? nil : id
    }

    /// All of them, in no order.
    var ids: some Sequence<UInt32> { slots.lazy.filter { $0 != 0 } }

    private func find(_ name: UnsafePointer<CChar>, _ handle: OpaquePointer) -> Int {
        let mask = slots.count - 1
        var slot = unsafe Int(truncatingIfNeeded: Self.hash(name)) & mask
        while slots[slot] != 0 {
            if let other = unsafe Self.name(of: slots[slot], handle), unsafe strcmp(other, name) == 0 {
                break
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private static func name(of id: UInt32, _ handle: OpaquePointer) -> UnsafePointer<CChar>? {
        guard let type = unsafe btf__type_by_id(handle, id) else { return nil }
        return unsafe btf__name_by_offset(handle, type.pointee.name_off)
    }

    /// FNV-1a.
    private static func hash(_ name: UnsafePointer<CChar>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var next = unsafe name
        while unsafe next.pointee != 0 {
            hash = unsafe (hash ^ UInt64(UInt8(bitPattern: next.pointee))) &* 0x100_0000_01b3
            unsafe next += 1
        }
        return hash ^ hash >> 32
    }
}
