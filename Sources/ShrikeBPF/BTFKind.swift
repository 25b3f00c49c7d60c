// SPDX-License-Identifier: Apache-2.0
// Kinds of BTF types; include/uapi/linux/btf.h. Spelt out since newer headers and libbpf's both define them.

internal import CLibbpf

enum BTFKind {
    static let integer: UInt32 = 1
    static let pointer: UInt32 = 2
    static let array: UInt32 = 3
    static let structure: UInt32 = 4
    static let union: UInt32 = 5
    static let enumeration: UInt32 = 6
    static let forward: UInt32 = 7
    static let typedef: UInt32 = 8
    static let volatile: UInt32 = 9
    static let const: UInt32 = 10
    static let restrict: UInt32 = 11
    static let function: UInt32 = 12
    static let float: UInt32 = 16
    static let typeTag: UInt32 = 18
    static let enumeration64: UInt32 = 19

    /// The kind of a type.
    static func of(_ type: UnsafePointer<btf_type>) -> UInt32 { unsafe (type.pointee.info >> 24) & 0x1f }
}
