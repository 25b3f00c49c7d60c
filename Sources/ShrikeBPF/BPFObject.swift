// A BPF object file through libbpf: opened (still to be shaped), then loaded (in the kernel). Two types,
// so that "too late to set that" does not compile.

internal import CLibbpf
internal import Glibc

/// Closes the object when the last of its two stages is gone.
private final class ObjectHandle {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe bpf_object__close(pointer) }
}

/// An object that is parsed and not loaded: maps can still be sized, replaced or left out, programs chosen.
public struct OpenBPFObject: ~Copyable {
    private let owner: ObjectHandle
    private var handle: OpaquePointer { unsafe owner.pointer }
    /// The object's name, for messages.
    public let name: String

    /// Parses the ELF file in `bytes`, which must stay valid while the object is open.
    /// - Parameter types: what it is relocated against; nil: all types of the kernel.
    /// - Throws: `BPFError` when libbpf cannot read it.
    public init(
        _ bytes: UnsafeRawBufferPointer, name: String, types: RelocationTypes? = nil
    ) throws(BPFError) {
        var options = bpf_object_open_opts()
        options.sz = MemoryLayout<bpf_object_open_opts>.size
        // SAFETY: libbpf copies the texts; the bytes outlive the call by the caller's promise.
        let path = types?.path ?? ""
        let opened = unsafe name.withCString { cName in
            unsafe path.withCString { cPath in
                unsafe options.object_name = cName
                if !path.isEmpty { unsafe options.btf_custom_path = cPath }
                return unsafe bpf_object__open_mem(bytes.baseAddress, bytes.count, &options)
            }
        }
        guard let opened = unsafe opened else {
            throw BPFError("open", name, errno: errno, detail: LibbpfMessages.takeTellingLine())
        }
        owner = unsafe ObjectHandle(opened)
        self.name = name
    }

    /// The names of its own types.
    var typeNames: Set<String> {
        guard let types = unsafe bpf_object__btf(handle) else { return [] }
        return unsafe BTFSubset.names(in: types)
    }

    private borrowing func map(_ mapName: String) throws(BPFError) -> OpaquePointer {
        guard let map = unsafe bpf_object__find_map_by_name(handle, mapName) else {
            throw BPFError("find map", "\(name)/\(mapName)", errno: ENOENT)
        }
        return unsafe map
    }

    /// Whether the object has a map of this name.
    public borrowing func hasMap(_ mapName: String) -> Bool {
        unsafe bpf_object__find_map_by_name(handle, mapName) != nil
    }

    private borrowing func program(_ programName: String) throws(BPFError) -> OpaquePointer {
        guard let program = unsafe bpf_object__find_program_by_name(handle, programName) else {
            throw BPFError("find program", "\(name)/\(programName)", errno: ENOENT)
        }
        return unsafe program
    }

    /// Sizes a map before it is made; nil leaves a property as declared.
    public borrowing func setMap(
        _ mapName: String, maxEntries: Int? = nil, keySize: Int? = nil, valueSize: Int? = nil
    ) throws(BPFError) {
        let map = try unsafe map(mapName)
        var result: Int32 = 0
        if let maxEntries { result = unsafe bpf_map__set_max_entries(map, UInt32(maxEntries)) }
        if let keySize, result == 0 { result = unsafe bpf_map__set_key_size(map, UInt32(keySize)) }
        if let valueSize, result == 0 { result = unsafe bpf_map__set_value_size(map, UInt32(valueSize)) }
        guard result == 0 else { throw BPFError("size map", "\(name)/\(mapName)", errno: -result) }
    }

    /// Leaves a map out, if the object has it at all: no program that is loaded may reach its use.
    public borrowing func omitMap(_ mapName: String) throws(BPFError) {
        guard hasMap(mapName) else { return }
        let result = try unsafe bpf_map__set_autocreate(map(mapName), false)
        guard result == 0 else { throw BPFError("omit map", "\(name)/\(mapName)", errno: -result) }
    }

    /// Uses a map that exists already in place of the object's own of the same name.
    public borrowing func reuseMap(_ mapName: String, _ existing: borrowing BPFMap) throws(BPFError) {
        let result = try unsafe bpf_map__reuse_fd(map(mapName), existing.fileDescriptor)
        guard result == 0 else { throw BPFError("reuse map", "\(name)/\(mapName)", errno: -result) }
    }

    /// Sets the content of a read-only data section before it is frozen.
    public borrowing func setInitialValue<Value: BitwiseCopyable>(
        _ mapName: String, _ value: Value
    ) throws(BPFError) {
        let map = try unsafe map(mapName)
        var value = value
        let result = unsafe bpf_map__set_initial_value(map, &value, MemoryLayout<Value>.size)
        guard result == 0 else { throw BPFError("set data", "\(name)/\(mapName)", errno: -result) }
    }

    /// Loads only these programs; the others are dropped.
    public borrowing func keepPrograms(_ names: [String]) throws(BPFError) {
        var program = unsafe bpf_object__next_program(handle, nil)
        while let current = unsafe program {
            let isKept = unsafe names.contains(String(cString: bpf_program__name(current)))
            let result = unsafe bpf_program__set_autoload(current, isKept)
            guard result == 0 else { throw BPFError("choose programs", name, errno: -result) }
            unsafe program = bpf_object__next_program(handle, current)
        }
    }

    /// Names the kernel function that a tracing or LSM program is for.
    public borrowing func setAttachTarget(_ programName: String, _ function: String) throws(BPFError) {
        let result = try unsafe bpf_program__set_attach_target(program(programName), 0, function)
        guard result == 0 else {
            throw BPFError(
                "target", function, errno: -result, detail: LibbpfMessages.takeTellingLine())
        }
    }

    /// Hands the object to the kernel: maps are made, programs verified.
    /// - Throws: `BPFError` with the verifier's telling line; nothing stays behind.
    public consuming func load() throws(BPFError) -> LoadedBPFObject {
        let result = unsafe bpf_object__load(handle)
        guard result == 0 else {
            throw BPFError("load", name, errno: -result, detail: LibbpfMessages.takeTellingLine())
        }
        _ = LibbpfMessages.takeTellingLine()
        return LoadedBPFObject(owner: owner, name: name)
    }
}

/// An object in the kernel. Its programs and maps live as long as this, or a link or another object uses them.
public struct LoadedBPFObject: ~Copyable {
    private let owner: ObjectHandle
    private var handle: OpaquePointer { unsafe owner.pointer }
    /// The object's name, for messages.
    public let name: String

    fileprivate init(owner: ObjectHandle, name: String) {
        self.owner = owner
        self.name = name
    }

    /// A map by its name; the descriptor is the object's and closes with it.
    public borrowing func map(_ mapName: String) throws(BPFError) -> BPFMap {
        guard let map = unsafe bpf_object__find_map_by_name(handle, mapName) else {
            throw BPFError("find map", "\(name)/\(mapName)", errno: ENOENT)
        }
        return unsafe BPFMap(
            fileDescriptor: bpf_map__fd(map), name: mapName,
            valueSize: Int(bpf_map__value_size(map)), maxEntries: Int(bpf_map__max_entries(map)))
    }

    /// Attaches a program as its section says.
    public borrowing func attach(_ programName: String) throws(BPFError) -> BPFLink {
        guard let program = unsafe bpf_object__find_program_by_name(handle, programName) else {
            throw BPFError("find program", "\(name)/\(programName)", errno: ENOENT)
        }
        guard let link = unsafe bpf_program__attach(program) else {
            throw BPFError(
                "attach", "\(name)/\(programName)", errno: errno, detail: LibbpfMessages.takeTellingLine())
        }
        return unsafe BPFLink(handle: link)
    }

    /// Attaches a program to a raw tracepoint.
    public borrowing func attachRawTracepoint(_ programName: String, event: String) throws(BPFError)
        -> BPFLink
    {
        try unsafe link(programName, event) { unsafe bpf_program__attach_raw_tracepoint($0, event) }
    }

    /// Attaches a program to a tracepoint, through tracefs.
    public borrowing func attachTracepoint(
        _ programName: String, subsystem: String, event: String
    ) throws(BPFError) -> BPFLink {
        try unsafe link(programName, event) { unsafe bpf_program__attach_tracepoint($0, subsystem, event) }
    }

    /// Attaches a program to the entry of a kernel function by a kprobe.
    public borrowing func attachKprobe(_ programName: String, function: String) throws(BPFError) -> BPFLink {
        try unsafe link(programName, function) { unsafe bpf_program__attach_kprobe($0, false, function) }
    }

    /// Attaches a program to a place in a user space file, in every process that runs it.
    /// - Parameters:
    ///   - offset: of the instruction, from the file's beginning.
    ///   - atReturn: of the function that begins there, not at its entry.
    ///   - referenceCounterOffset: of a counter of the probes on it, from the file's beginning; 0: none.
    public borrowing func attachUserProbe(
        _ programName: String, path: String, offset: UInt64, atReturn: Bool = false,
        referenceCounterOffset: UInt64
    ) throws(BPFError) -> BPFLink {
        var options = bpf_uprobe_opts()
        options.sz = MemoryLayout<bpf_uprobe_opts>.size
        options.retprobe = atReturn
        options.ref_ctr_offset = Int(truncatingIfNeeded: referenceCounterOffset)
        let everyProcess: pid_t = -1
        return try unsafe link(programName, path) {
            unsafe bpf_program__attach_uprobe_opts(
                $0, everyProcess, path, Int(truncatingIfNeeded: offset), &options)
        }
    }

    private borrowing func link(
        _ programName: String, _ target: String, _ attach: (OpaquePointer) -> OpaquePointer?
    ) throws(BPFError) -> BPFLink {
        guard let program = unsafe bpf_object__find_program_by_name(handle, programName) else {
            throw BPFError("find program", "\(name)/\(programName)", errno: ENOENT)
        }
        guard let link = unsafe attach(program) else {
            throw BPFError("attach", target, errno: errno, detail: LibbpfMessages.takeTellingLine())
        }
        return unsafe BPFLink(handle: link)
    }

    /// Takes a program out of the kernel that has done what it was for, unless it is attached.
    public borrowing func unload(_ programName: String) {
        guard let program = unsafe bpf_object__find_program_by_name(handle, programName) else { return }
        unsafe bpf_program__unload(program)
    }

    /// Bytes of kernel memory of programs and of the object's maps, as the kernel accounts them
    /// (`memlock` in /proc/self/fdinfo).
    /// - Parameter shared: names of maps that are another object's.
    public borrowing func kernelBytes(programs: [String], except shared: [String]) throws(BPFError) -> Int {
        var total = 0
        for program in programs { total += Self.accountedBytes(try programDescriptor(program)) }
        var map = unsafe bpf_object__next_map(handle, nil)
        while let current = unsafe map {
            let name = unsafe String(cString: bpf_map__name(current))
            if !shared.contains(name) { total += unsafe Self.accountedBytes(bpf_map__fd(current)) }
            unsafe map = bpf_object__next_map(handle, current)
        }
        return total
    }

    private static func accountedBytes(_ descriptor: Int32) -> Int {
        guard descriptor >= 0 else { return 0 }
        let file = open("/proc/self/fdinfo/\(descriptor)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(file, &bytes, bytes.count)
        guard count > 0 else { return 0 }
        for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("memlock:") else { continue }
            return Int(line.dropFirst("memlock:".count).drop { $0 == "\t" || $0 == " " }) ?? 0
        }
        return 0
    }

    /// The descriptor of a program; the object's own.
    public borrowing func programDescriptor(_ programName: String) throws(BPFError) -> Int32 {
        guard let program = unsafe bpf_object__find_program_by_name(handle, programName) else {
            throw BPFError("find program", "\(name)/\(programName)", errno: ENOENT)
        }
        return unsafe bpf_program__fd(program)
    }
}

/// An attached program; detached when this ends.
public struct BPFLink: ~Copyable {
    private let handle: OpaquePointer

    init(handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe bpf_link__destroy(handle) }

    /// Keeps the program attached beyond this process: as long as the file exists, which must be on bpffs.
    public borrowing func pin(at path: String) throws(BPFError) {
        let result = unsafe bpf_link__pin(handle, path)
        guard result == 0 else { throw BPFError("pin", path, errno: -result) }
    }

    /// Runs an iterator once and reads all that it writes.
    public borrowing func readIterator() throws(BPFError) -> [UInt8] {
        let descriptor = unsafe bpf_iter_create(bpf_link__fd(handle))
        guard descriptor >= 0 else { throw BPFError("create", "iterator", errno: -descriptor) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw BPFError("read", "iterator", errno: errno)
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
