// SPDX-License-Identifier: Apache-2.0
// How images come into the tree, end, and leave it.

internal import ShrikeEvents
internal import ShrikeJSON

extension ProcessTree {
    /// Adds an image below its parent (-1: none), making room when the tree is full.
    internal func insert(_ key: ProcessKey, parent: Int32) -> Int32 {
        // The reference is taken first, so that making room cannot forget the parent.
        if parent >= 0 { table.entries[Int(parent)].references += 1 }
        if table.isFull { makeRoom() }
        let index = table.insert(key)
        table.entries[Int(index)].parent = parent
        if parent >= 0 {
            table.entries[Int(parent)].liveChildren += 1
            table.entries[Int(index)].depth = table.entries[Int(parent)].depth &+ 1
            if Int(table.entries[Int(index)].depth) > configuration.maximumAncestors { shorten(index) }
        }
        return index
    }

    /// Ends the images of a pid that are about to be followed by a new one. The kernel side names the one that
    /// the new image replaces; any other that has not ended had its exit lost.
    internal func endImages(of pid: UInt32, replaced: ProcessKey?) {
        let index = table.newest(pid)
        guard index >= 0, !table.entries[Int(index)].state.contains(.ended) else { return }
        if table.entries[Int(index)].key != replaced { losses.lostExits += 1 }
        end(index)
    }

    /// Marks an image as ended and queues it to be forgotten. Harmless when it has ended.
    internal func end(_ index: Int32) {
        guard !table.entries[Int(index)].state.contains(.ended) else { return }
        table.entries[Int(index)].state.insert(.ended)
        table.entries[Int(index)].endedBatch = batch
        table.entries[Int(index)].endedTime = latestTime
        table.entries[Int(index)].next = -1
        let parent = table.entries[Int(index)].parent
        if parent >= 0 { table.entries[Int(parent)].liveChildren -= 1 }
        if endedTail >= 0 { table.entries[Int(endedTail)].next = index } else { endedHead = index }
        endedTail = index
        endedCount += 1
    }

    internal func dequeueEnded() -> Int32 {
        let index = endedHead
        endedHead = table.entries[Int(index)].next
        if endedHead < 0 { endedTail = -1 }
        endedCount -= 1
        return index
    }

    /// Forgets an ended image, or leaves it for its descendants.
    internal func expire(_ index: Int32) {
        table.entries[Int(index)].state.insert(.expired)
        if table.entries[Int(index)].references == 0 { forget(index) }
    }

    /// Forgets an image that nobody descends from, and those that were only kept for it.
    private func forget(_ first: Int32) {
        var index = first
        while true {
            let parent = table.entries[Int(index)].parent
            releaseFragment(index)
            table.remove(index)
            guard parent >= 0 else { return }
            table.entries[Int(parent)].references -= 1
            let entry = table.entries[Int(parent)]
            guard entry.references == 0, entry.state.contains(.expired) else { return }
            index = parent
        }
    }

    /// Forgets one image: the first that ended, else a living one that nobody descends from.
    private func makeRoom() {
        while endedHead >= 0 {
            let index = dequeueEnded()
            let before = table.count
            expire(index)
            if table.count < before {
                losses.evictedEnded += 1
                return
            }
        }
        // A finite tree has leaves, and the parent of the image to come has a reference: this ends.
        while true {
            sweep = sweep + 1 < table.entries.count ? sweep + 1 : 0
            let entry = table.entries[sweep]
            guard entry.state.contains(.used), entry.references == 0 else { continue }
            if entry.parent >= 0, !entry.state.contains(.ended) {
                table.entries[Int(entry.parent)].liveChildren -= 1
            }
            losses.evictedLive += 1
            forget(Int32(sweep))
            return
        }
    }

    /// Cuts images out of the middle of a chain that has become too long, in front of its root: a chain of
    /// dead parents (daemons that fork and end, a script that execs itself) has no natural bound.
    private func shorten(_ leaf: Int32) {
        var cut = leaf
        var steps = 0
        while steps < configuration.maximumAncestors, !isBelowRoot(cut) {
            cut = table.entries[Int(cut)].parent
            steps += 1
        }
        table.entries[Int(leaf)].depth = UInt16(truncatingIfNeeded: steps + 1)
        guard !isBelowRoot(cut) else { return }
        var root = cut
        while !isBelowRoot(root) { root = table.entries[Int(root)].parent }
        let old = table.entries[Int(cut)].parent
        guard old != root else { return }
        losses.shortenedChains += 1
        // A fork that is not rendered yet takes its texts from the parent it now loses.
        ensureRendered(cut)
        let isLive = !table.entries[Int(cut)].state.contains(.ended)
        table.entries[Int(cut)].parent = root
        table.entries[Int(root)].references += 1
        table.entries[Int(old)].references -= 1
        if isLive {
            table.entries[Int(root)].liveChildren += 1
            table.entries[Int(old)].liveChildren -= 1
        }
        let entry = table.entries[Int(old)]
        if entry.references == 0, entry.state.contains(.expired) { forget(old) }
    }

    /// Whether an image has no parent to show above it: it is the root, or its parent is the kernel.
    private func isBelowRoot(_ index: Int32) -> Bool {
        let parent = table.entries[Int(index)].parent
        return parent < 0 || table.entries[Int(parent)].key.pid == 0
    }
}
