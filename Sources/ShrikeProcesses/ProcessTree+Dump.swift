// SPDX-License-Identifier: Apache-2.0
// The whole tree as text, for whoever looks for a leak.

internal import ShrikeJSON

extension ProcessTree {
    /// One line of JSON for each image: the process as in events, whether it is still needed, and by how many.
    public func dump() -> [UInt8] {
        var text = ByteBuffer(capacity: 1 << 20)
        for index in table.entries.indices where table.entries[index].state.contains(.used) {
            let entry = table.entries[index]
            text.append("{\"process\":")
            append(ProcessReference(index: Int32(index)), to: &text)
            let isEnded = entry.state.contains(.ended)
            text.append(",\"color\":\"")
            text.append(
                isEnded ? (entry.state.contains(.expired) ? "deleteReady" : "deletePending") : "inUse")
            text.append("\",\"refcnt\":")
            text.append(decimal: UInt32(truncatingIfNeeded: entry.references) + (isEnded ? 0 : 1))
            text.append(",\"refcnt_ops\":{\"process++\":1")
            if isEnded { text.append(",\"process--\":1") }
            if entry.references > 0 {
                text.append(",\"parent++\":")
                text.append(decimal: UInt32(truncatingIfNeeded: entry.references))
            }
            text.append("}}\n")
        }
        return Array(text.bytes)
    }
}
