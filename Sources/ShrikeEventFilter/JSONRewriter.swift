// SPDX-License-Identifier: Apache-2.0
// Copies one line of JSON and leaves some members of its objects out. It only needs to know where values
// end, so it decodes nothing; the decoder has checked, or will check, what is inside.

/// Rewrites one line; use it once.
struct JSONRewriter {
    private let input: [UInt8]
    private let keepsNamed: Bool
    private var index = 0
    private(set) var output: [UInt8] = []

    /// - Parameter keepsNamed: whether the fields of the tree are kept and the others left out, or the
    ///   other way round.
    init(_ input: [UInt8], keepsNamed: Bool) {
        self.input = input
        self.keepsNamed = keepsNamed
        output.reserveCapacity(input.count + 1)
    }

    /// Copies the envelope, and the fields of the event as the tree says.
    /// - Returns: whether the line was an object that could be followed to its end.
    mutating func rewriteEvent(_ tree: FieldTree) -> Bool {
        let isObject = copyObject { rewriter, key in
            EventKeys.all.contains(key) ? rewriter.filterValue(tree) : rewriter.copyValue()
        }
        skipSpace()
        return isObject && index == input.count
    }

    /// Copies an object; `member` copies the value after the key and says whether that went well.
    private mutating func copyObject(
        _ member: (inout JSONRewriter, String) -> Bool
    ) -> Bool {
        guard take(0x7B) else { return false }
        output.append(0x7B)
        if take(0x7D) {
            output.append(0x7D)
            return true
        }
        var isFirst = true
        repeat {
            let mark = output.count
            if !isFirst { output.append(0x2C) }
            skipSpace()
            let keyStart = index
            guard skipString() else { return false }
            let key = input[keyStart..<index]
            guard take(0x3A) else { return false }
            output.append(contentsOf: key)
            output.append(0x3A)
            let valueMark = output.count
            guard member(&self, FieldTree.canonical(key.dropFirst().dropLast())) else { return false }
            // A member that copied nothing is left out, with its key and comma.
            if output.count == valueMark { output.removeSubrange(mark...) } else { isFirst = false }
        } while take(0x2C)
        guard take(0x7D) else { return false }
        output.append(0x7D)
        return true
    }

    /// Copies an object, or each object of a list, with the fields that the tree leaves in it.
    private mutating func filterValue(_ tree: FieldTree) -> Bool {
        skipSpace()
        guard index < input.count else { return false }
        switch input[index] {
        case 0x7B:
            return copyObject { rewriter, key in
                guard let child = tree.children[key] else {
                    return rewriter.keepsNamed ? rewriter.skipValue() : rewriter.copyValue()
                }
                if child.isLeaf { return rewriter.keepsNamed ? rewriter.copyValue() : rewriter.skipValue() }
                return rewriter.filterValue(child)
            }
        case 0x5B: return filterList(tree)
        default: return keepsNamed ? skipValue() : copyValue()
        }
    }

    private mutating func filterList(_ tree: FieldTree) -> Bool {
        index += 1
        output.append(0x5B)
        if !take(0x5D) {
            repeat {
                if output.last != 0x5B { output.append(0x2C) }
                guard filterValue(tree) else { return false }
            } while take(0x2C)
            guard take(0x5D) else { return false }
        }
        output.append(0x5D)
        return true
    }

    private mutating func copyValue() -> Bool {
        skipSpace()
        let start = index
        guard skipValue() else { return false }
        var isInString = false
        var isEscaped = false
        for byte in input[start..<index] {
            // White space between tokens goes; white space in strings stays.
            if !isInString && Self.isSpace(byte) { continue }
            if isEscaped {
                isEscaped = false
            } else if byte == 0x22 {
                isInString.toggle()
            } else if byte == 0x5C {
                isEscaped = isInString
            }
            output.append(byte)
        }
        return true
    }

    /// Moves past one value. Nesting is counted and not recursed into: depth costs nothing.
    private mutating func skipValue() -> Bool {
        skipSpace()
        var depth = 0
        let start = index
        while index < input.count {
            switch input[index] {
            case 0x22:
                guard skipString() else { return false }
                if depth == 0 { return true }
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D:
                if depth == 0 { return index > start }
                depth -= 1
                if depth == 0 {
                    index += 1
                    return true
                }
            case 0x2C where depth == 0: return index > start
            default: break
            }
            index += 1
        }
        return false
    }

    private mutating func skipString() -> Bool {
        guard index < input.count, input[index] == 0x22 else { return false }
        index += 1
        while index < input.count {
            switch input[index] {
            case 0x22:
                index += 1
                return true
            case 0x5C: index += 2
            default: index += 1
            }
        }
        return false
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < input.count, input[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < input.count, Self.isSpace(input[index]) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

/// The keys of the envelope that hold an event.
private enum EventKeys {
    static let all: Set<String> = [
        "processexec", "processexit", "processkprobe", "processtracepoint", "processloader",
        "processuprobe", "processthrottle", "processlsm", "processusdt", "test", "ratelimitinfo",
    ]
}
