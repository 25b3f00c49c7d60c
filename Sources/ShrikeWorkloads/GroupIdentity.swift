// SPDX-License-Identifier: Apache-2.0
// What the path of a control group tells: whose processes are in it. Pure; component by component, so that a group's
// identity follows from its parent's and its own name.

/// Whose processes are in a control group, as its path tells.
///
/// Shapes: kubelet's groups with systemd (`kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope`) or without
/// (`kubepods/burstable/pod<uid>/<id>`), containerd's `…:cri-containerd:<id>`, `crio-<id>.scope`, `docker-<id>.scope`
/// and `docker/<id>`, `libpod-<id>.scope`; the same for each hierarchy of cgroup v1.
///
/// Of containers inside containers the outermost one that belongs to a pod counts, since that is the one that the API
/// knows: in a node that is itself a container (kind) the pod's, not the node's; of a container that a pod's own
/// Docker has made the pod's. Without any pod it is the outermost.
public struct GroupIdentity: Sendable, Hashable {
    /// Id of the container; 64 hexadecimal digits. Nil: of none.
    public private(set) var containerID: String?
    /// The pod's uid as kubelet wrote it, with `-`; nil: of none. Of a static pod it is not the API's uid.
    public private(set) var podUID: String?
    /// Whether it is below the group of all pods.
    public private(set) var isBelowPods = false
    /// Whether it is a runtime's own process beside a container (conmon), not in it.
    public private(set) var isHelper = false

    /// The root of the hierarchy: the host.
    public init() {}

    /// Follows a path from the root of the hierarchy.
    public init(path: String) {
        for name in path.split(separator: "/") { self = child(String(name)) }
    }

    /// The line of /proc/PID/cgroup that tells most: the first one that names a container, else a pod, else the host.
    ///
    /// With cgroup v2 there is one line, `0::/path`; with v1 one for each hierarchy, `4:memory:/path`.
    public init(procLines text: String) {
        self.init()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let found = GroupIdentity(path: String(parts[2]))
            if found.containerID != nil {
                self = found
                return
            }
            if found.podUID != nil, podUID == nil { self = found }
        }
    }

    /// The identity of a group in this one.
    /// - Parameter name: of its directory.
    public func child(_ name: String) -> GroupIdentity {
        // A pod's container: whatever it makes inside is its own.
        if containerID != nil, podUID != nil { return self }
        var child = self
        let bytes = Array(name.utf8)
        let uid = Self.podUID(in: bytes)
        if uid != nil || Self.isGroupOfPods(bytes) {
            child.isBelowPods = true
            child.isHelper = false
            // The container so far is a node.
            child.containerID = nil
        }
        if let uid { child.podUID = uid }
        guard child.containerID == nil else { return child }
        guard let id = Self.containerID(in: bytes) else { return child }
        if Self.isHelper(bytes) {
            child.isHelper = true
        } else {
            child.containerID = id
            child.isHelper = false
        }
        return child
    }

    /// Digits of a container's id.
    private static let idDigits = 64

    /// `kubepods`, `kubepods.slice`, `kubelet-kubepods.slice`, `kubepods-besteffort.slice`.
    private static func isGroupOfPods(_ name: [UInt8]) -> Bool {
        var base = name[...]
        if base.hasSuffix(".slice") { base = base.dropLast(6) }
        return base.split(separator: UInt8(ascii: "-")).contains { $0.elementsEqual("kubepods".utf8) }
    }

    /// The pod in `pod<uid>` or `kubepods-burstable-pod<uid>.slice`, and in what containerd makes of the latter:
    /// `kubepods-burstable-pod<uid>.slice:cri-containerd:<id>`.
    private static func podUID(in name: [UInt8]) -> String? {
        var base = name.prefix { $0 != UInt8(ascii: ":") }
        if base.hasSuffix(".slice") { base = base.dropLast(6) }
        // Behind the last `pod` that begins the name or follows a dash. A uid has no `p`.
        guard let start = base.lastIndex(of: UInt8(ascii: "p")),
            start == base.startIndex || base[start - 1] == UInt8(ascii: "-"),
            base[start...].starts(with: "pod".utf8)
        else { return nil }
        let digits = base[(start + 3)...]
        // A dash would be a deeper slice to systemd, which is why there are underscores.
        let uid = digits.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        // Of the API, or, of a static pod, the hash of its manifest.
        guard isUUID(uid) || uid.count == 32 && uid.allSatisfy(isHexadecimal) else { return nil }
        return String(decoding: uid, as: UTF8.self)
    }

    private static func isUUID(_ text: [UInt8]) -> Bool {
        guard text.count == 36 else { return false }
        return text.enumerated().allSatisfy { position, byte in
            [8, 13, 18, 23].contains(position) ? byte == UInt8(ascii: "-") : isHexadecimal(byte)
        }
    }

    /// The id in `<id>`, `<runtime>-<id>`, `<runtime>-<id>.scope` or `…:<runtime>:<id>`.
    private static func containerID(in name: [UInt8]) -> String? {
        var base = name[...]
        if let colon = base.lastIndex(of: UInt8(ascii: ":")) { base = base[(colon + 1)...] }
        if base.hasSuffix(".scope") { base = base.dropLast(6) }
        if let dash = base.lastIndex(of: UInt8(ascii: "-")) { base = base[(dash + 1)...] }
        guard base.count == idDigits, base.allSatisfy(isHexadecimal) else { return nil }
        return String(decoding: base, as: UTF8.self)
    }

    /// `crio-conmon-<id>.scope`, `libpod-conmon-<id>.scope`.
    private static func isHelper(_ name: [UInt8]) -> Bool {
        name.split(separator: UInt8(ascii: "-")).contains { $0.elementsEqual("conmon".utf8) }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        return self.count >= count && suffix(count).elementsEqual(text.description.utf8)
    }
}
