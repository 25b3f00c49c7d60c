// SPDX-License-Identifier: Apache-2.0
// Addresses as operators write them, and listening sockets made of them.

internal import Glibc

/// An address to listen at.
enum ServerAddress: Equatable {
    case unix(path: String)
    case tcp(host: String, port: String)

    /// The port of an address without one.
    private static let defaultPort = "54321"

    /// Parses `unix:///path`, `host:port`, `host`, `:port` or `[v6]:port`.
    init(_ text: String) throws(ServerError) {
        if text.hasPrefix("unix:") {
            let path =
                text.hasPrefix("unix://") ? text.dropFirst("unix://".count) : text.dropFirst("unix:".count)
            guard path.hasPrefix("/") else {
                throw ServerError(
                    "\(text): a unix address needs an absolute path: unix:///var/run/shrike/shrike.sock")
            }
            self = .unix(path: String(path))
            return
        }
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            self = .tcp(host: text, port: Self.defaultPort)
            return
        }
        let host = text[..<colon]
        let port = text[text.index(after: colon)...]
        guard let number = UInt16(port), !host.contains(":") || host.hasPrefix("[") && host.hasSuffix("]")
        else {
            throw ServerError("\(text): an address is host:port, [host]:port or unix:///path")
        }
        self = .tcp(host: String(host.filter { $0 != "[" && $0 != "]" }), port: "\(number)")
    }

    /// A socket that listens here.
    /// - Parameters:
    ///   - mode: permissions of a unix socket.
    ///   - group: its group; nil leaves the process's own.
    /// - Returns: its descriptor, for the caller to close.
    func listen(mode: mode_t, group: gid_t?) throws(ServerError) -> Int32 {
        switch self {
        case .unix(let path): try Self.listen(path, mode, group)
        case .tcp(let host, let port): try Self.listen(host, port)
        }
    }

    /// The socket appears under its name with the right permissions already, in place of one that a dead daemon left.
    private static func listen(_ path: String, _ mode: mode_t, _ group: gid_t?) throws(ServerError) -> Int32 {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        makeFolders(folder)
        let temporary = "\(path).\(getpid())"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard temporary.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ServerError("\(path): the path of a unix socket is at most 100 bytes long")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: temporary.utf8) }
        guard !isAnswered(path) else { throw ServerError("another daemon serves \(path)") }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("make a socket", path) }
        unlink(temporary)
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, chmod(temporary, mode) == 0, group.map({ chown(temporary, 0, $0) == 0 }) ?? true,
            Glibc.listen(descriptor, 128) == 0, rename(temporary, path) == 0
        else {
            let error = failure("listen at", path)
            close(descriptor)
            unlink(temporary)
            throw error
        }
        return descriptor
    }

    /// Whether somebody listens at a unix socket; what a dead daemon left refuses.
    private static func isAnswered(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func listen(_ host: String, _ port: String) throws(ServerError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host.isEmpty ? nil : host, port, &hints, &found)
        guard result == 0, unsafe found != nil else {
            throw ServerError("\(host):\(port): \(unsafe String(cString: gai_strerror(result)))")
        }
        defer { unsafe freeaddrinfo(found) }
        var last = ServerError("\(host):\(port): no address to listen at")
        var next = unsafe found
        while let info = unsafe next {
            unsafe next = info.pointee.ai_next
            let descriptor = unsafe socket(
                info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                info.pointee.ai_protocol)
            guard descriptor >= 0 else { continue }
            var yes: Int32 = 1
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            if unsafe bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
                Glibc.listen(descriptor, 128) == 0
            {
                return descriptor
            }
            last = failure("listen at", "\(host):\(port)")
            close(descriptor)
        }
        throw last
    }

    private static func failure(_ what: String, _ where: String) -> ServerError {
        ServerError("cannot \(what) \(`where`): \(unsafe String(cString: strerror(errno)))")
    }

    /// Makes a folder and those above it, open to everybody for looking: the socket has permissions of its own.
    static func makeFolders(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o755)
        }
    }
}

/// Groups by name.
enum GroupName {
    /// The number of a group, by name or number.
    static func number(of group: String) throws(ServerError) -> gid_t {
        if let number = gid_t(group) { return number }
        guard let entry = unsafe getgrnam(group) else { throw ServerError("there is no group \(group)") }
        return unsafe entry.pointee.gr_gid
    }
}
