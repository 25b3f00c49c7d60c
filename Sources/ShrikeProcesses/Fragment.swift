// SPDX-License-Identifier: Apache-2.0
// A process as JSON, and where in it the parts are that differ between events or between a fork and its parent.

/// Where the parts of a rendered process begin. Every part but the first begins with its comma.
internal struct FragmentOffsets: BitwiseCopyable {
    /// The base64 text of `exec_id` is `execIDStart..<execIDEnd`.
    internal static let execIDStart = 12  // {"exec_id":"
    internal var execIDEnd: UInt32 = 0
    /// `uid`, `cwd`, `binary`, `arguments`: what a forked process shares with its parent.
    internal var uid: UInt32 = 0
    /// `arguments`, the end of the above: dropped from a fork when memory is short.
    internal var arguments: UInt32 = 0
    /// `flags`, `start_time`.
    internal var flags: UInt32 = 0
    /// `auid`: shared again.
    internal var auid: UInt32 = 0
    /// `pod`, `docker`: shared but for the pid in the container, which is between the two below; 0: none is.
    internal var container: UInt32 = 0
    internal var containerPID: UInt32 = 0
    internal var containerPIDEnd: UInt32 = 0
    internal var parentExecID: UInt32 = 0
    /// Where `refcnt` goes; a stored one (forks) ends at `refcntEnd`.
    internal var refcnt: UInt32 = 0
    /// `cap`, `ns`: shared.
    internal var refcntEnd: UInt32 = 0
    internal var tid: UInt32 = 0
    /// `process_credentials`: shared.
    internal var tidEnd: UInt32 = 0
    /// `in_init_tree`; an exec event's `binary_properties` go before it.
    internal var inInitTree: UInt32 = 0
    /// `environment_variables`: shared; the object's end follows.
    internal var inInitTreeEnd: UInt32 = 0

    /// Moves everything from `parent_exec_id` on.
    internal mutating func moveBehindContainer(by distance: UInt32) {
        parentExecID &+= distance
        refcnt &+= distance
        refcntEnd &+= distance
        tid &+= distance
        tidEnd &+= distance
        inInitTree &+= distance
        inInitTreeEnd &+= distance
    }
}

/// A process as JSON, in a block of the pool.
internal struct Fragment: BitwiseCopyable {
    internal var block: PoolBlock
    internal var count: UInt32
    internal var offsets: FragmentOffsets

    /// The whole object.
    @inline(__always)
    internal var bytes: UnsafeRawBufferPointer {
        // SAFETY: the block belongs to the entry that holds this fragment, and `count` of its bytes were
        // written when it was rendered.
        UnsafeRawBufferPointer(start: block.start, count: Int(count))
    }

    /// A part of the object.
    @inline(__always)
    internal func bytes(_ start: UInt32, _ end: UInt32) -> UnsafeRawBufferPointer {
        precondition(start <= end && end <= count)
        // SAFETY: checked above.
        return UnsafeRawBufferPointer(start: block.start + Int(start), count: Int(end - start))
    }

    /// The text of `exec_id`.
    internal var execID: UnsafeRawBufferPointer {
        bytes(UInt32(FragmentOffsets.execIDStart), offsets.execIDEnd)
    }
}
