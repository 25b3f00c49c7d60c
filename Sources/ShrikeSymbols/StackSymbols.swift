// SPDX-License-Identifier: Apache-2.0
// Names for the addresses of stacks. Files are read when the first address in them is asked for.

internal import ShrikeELF
internal import Synchronization

/// Names addresses of the kernel and of processes. Any thread; the reader of events waits while a file is read.
public final class StackSymbols: Sendable {
    /// Processes whose memory is remembered.
    private static let processLimit = 256
    /// Files whose functions are remembered.
    private static let fileLimit = 64
    /// A module that is loaded later is found at the next look.
    private static let kernelSeconds: Int64 = 60

    private struct FileKey: Hashable {
        var device: String
        var inode: UInt64
    }

    private struct ProcessKey: Hashable {
        var pid: UInt32
        var start: UInt64
    }

    private final class File: Sendable {
        let file: ELFFile
        let functions: [ELFFunction]
        init(_ file: ELFFile) {
            self.file = file
            functions = (try? file.functions()) ?? []
        }
    }

    private struct State {
        var kernel: KernelSymbols?
        var kernelRead: ContinuousClock.Instant?
        var processes: [ProcessKey: ProcessMaps] = [:]
        /// nil: it cannot be read.
        var files: [FileKey: File?] = [:]
        var unnamed: UInt64 = 0
    }

    private let procfs: String
    private let state = Mutex(State())

    /// Knows nothing yet.
    /// - Parameter procfs: where procfs is mounted, usually `/proc`.
    public init(procfs: String = "/proc") { self.procfs = procfs }

    /// Addresses of processes that could not be named: the process or the file was gone.
    public var unnamedFrames: UInt64 { state.withLock { $0.unnamed } }

    /// Reads the kernel's functions, unless they have been read.
    public func prepareKernel() {
        state.withLock { state in
            guard state.kernel == nil else { return }
            state.kernel = KernelSymbols(procfs: procfs)
            state.kernelRead = .now
        }
    }

    /// The kernel's function at an address; nil for what is no function, as our own programs.
    public func kernelFrame(at address: UInt64) -> StackFrame? {
        prepareKernel()
        return state.withLock { state in
            if let frame = state.kernel?.frame(at: address) { return frame }
            // Perhaps of a module that has been loaded since.
            let last = state.kernelRead ?? .now
            guard last + .seconds(Self.kernelSeconds) < .now else { return nil }
            state.kernel = KernelSymbols(procfs: procfs)
            state.kernelRead = .now
            return state.kernel?.frame(at: address)
        }
    }

    /// The place of an address in a process.
    /// - Parameters:
    ///   - pid: as procfs names the process.
    ///   - start: what tells this image from an earlier one of the same pid.
    /// - Returns: nil when it is in no file, or the process has ended.
    public func userFrame(at address: UInt64, pid: UInt32, start: UInt64) -> StackFrame? {
        state.withLock { state in
            let frame = mapping(of: address, ProcessKey(pid: pid, start: start), &state)
                .map { self.frame(at: address, $0, pid, &state) }
            if frame == nil { state.unnamed &+= 1 }
            return frame
        }
    }

    private func mapping(
        of address: UInt64, _ key: ProcessKey, _ state: inout State
    ) -> ProcessMaps.Mapping? {
        if let known = state.processes[key]?.mapping(of: address) { return known }
        // Not known yet, or more has been loaded since.
        guard let maps = ProcessMaps(procfs: procfs, pid: key.pid) else { return nil }
        if state.processes.count >= Self.processLimit { state.processes.removeAll(keepingCapacity: true) }
        state.processes[key] = maps
        return maps.mapping(of: address)
    }

    private func frame(
        at address: UInt64, _ mapping: ProcessMaps.Mapping, _ pid: UInt32, _ state: inout State
    ) -> StackFrame {
        let offset = address - mapping.addresses.lowerBound &+ mapping.offset
        guard let file = file(of: mapping, pid, &state), let linked = file.file.address(ofOffset: offset)
        else {
            return StackFrame(symbol: nil, offset: offset, module: mapping.path)
        }
        guard let function = file.functions.containing(linked) else {
            return StackFrame(symbol: nil, offset: linked, module: mapping.path)
        }
        return StackFrame(symbol: function.name, offset: linked - function.address, module: mapping.path)
    }

    private func file(of mapping: ProcessMaps.Mapping, _ pid: UInt32, _ state: inout State) -> File? {
        let key = FileKey(device: mapping.device, inode: mapping.inode)
        if let known = state.files[key] { return known }
        // The very file, even when its name is gone or means another one; else by its name, as the process sees it.
        let opened =
            (try? ELFFile(path: "\(procfs)/\(pid)/map_files/\(mapping.name)"))
            ?? (try? ELFFile(path: "\(procfs)/\(pid)/root\(mapping.path)"))
        let file = opened.map { File($0) }
        if state.files.count >= Self.fileLimit { state.files.removeAll(keepingCapacity: true) }
        state.files.updateValue(file, forKey: key)
        return file
    }
}

extension [ELFFunction] {
    /// The function that an address is in; they are ordered.
    fileprivate func containing(_ address: UInt64) -> ELFFunction? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let function = self[low - 1]
        return function.size == 0 || address - function.address < function.size ? function : nil
    }
}
