// SPDX-License-Identifier: Apache-2.0
// Bounded reads of a file that may hold anything: nothing is mapped, since a file that shrinks would end the reader.

internal import Glibc

/// Where the bytes of an ELF file come from.
struct ELFBytes: Sendable {
    /// More than any symbol table of a real program; a hostile header costs no more memory than this.
    static let maximumPart = 512 << 20

    let count: UInt64
    private let source: Source

    private enum Source: Sendable {
        case memory([UInt8])
        case file(Descriptor)
    }

    private final class Descriptor: Sendable {
        let number: Int32
        init(_ number: Int32) { self.number = number }
        deinit { close(number) }
    }

    init(_ bytes: [UInt8]) {
        count = UInt64(bytes.count)
        source = .memory(bytes)
    }

    /// Opens a regular file.
    /// - Returns: its bytes and what it is.
    static func open(_ path: String) throws(ELFError) -> (ELFBytes, FileIdentity) {
        // Not blocking: the path may be a pipe's.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ELFError(Self.reason(errno)) }
        let owner = Descriptor(descriptor)
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw ELFError(Self.reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ELFError("it is not a regular file") }
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return (ELFBytes(count: UInt64(status.st_size), source: .file(owner)), identity)
    }

    private init(count: UInt64, source: Source) {
        self.count = count
        self.source = source
    }

    private static func reason(_ number: Int32) -> String {
        number == ENOENT
            ? "there is no such file"
            : "it cannot be read: \(unsafe String(cString: strerror(number)))"
    }

    /// A part of the file, whole.
    func read(_ offset: UInt64, _ size: UInt64) throws(ELFError) -> [UInt8] {
        guard size <= UInt64(Self.maximumPart), offset <= count, size <= count - offset else {
            throw ELFError("it is cut off or damaged")
        }
        switch source {
        case .memory(let bytes):
            return Array(bytes[Int(offset)..<Int(offset + size)])
        case .file(let descriptor):
            var part = [UInt8](repeating: 0, count: Int(size))
            var done = 0
            while done < part.count {
                let read = unsafe part.withUnsafeMutableBytes { room in
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[done...])
                    return unsafe pread(
                        descriptor.number, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                }
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { throw ELFError("it is cut off or damaged") }
                done += read
            }
            return part
        }
    }
}

/// Which file it is, whatever it is called.
public struct FileIdentity: Sendable, Hashable {
    /// `st_dev`
    public var device: UInt64
    /// `st_ino`
    public var inode: UInt64

    /// An identity.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

extension [UInt8] {
    /// A little-endian number; 0 outside of the bytes.
    func number<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type = Value.self) -> Value {
        guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return 0 }
        return unsafe withUnsafeBytes {
            unsafe Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
    }

    /// The text from an offset to its NUL; nil outside of the bytes, and without a NUL.
    func text(_ offset: Int) -> String? {
        guard indices.contains(offset), let end = self[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: self[offset..<end], as: UTF8.self)
    }

    /// Whether the text at an offset is this one.
    func hasText(_ text: [UInt8], _ offset: Int) -> Bool {
        guard offset >= 0, offset < count, text.count < count - offset else { return false }
        return self[offset + text.count] == 0 && self[offset..<offset + text.count].elementsEqual(text)
    }
}
