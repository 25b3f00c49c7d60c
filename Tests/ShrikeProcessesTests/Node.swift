// SPDX-License-Identifier: Apache-2.0
// A node for the tests: a tree that is fed with records and asked for JSON.

import ShrikeEvents
import ShrikeJSON
import ShrikeProcesses
import ShrikeTestSupport

/// A tree, and the short forms that the scenarios are written in.
final class Node {
    let tree: ProcessTree

    init(_ configuration: ProcessTreeConfiguration = ProcessTreeConfiguration()) {
        tree = ProcessTree(
            nodeName: "n", configuration: configuration,
            clock: ClockReading(realtime: 1_000_000_000_000, monotonic: 0, boottime: 0))
    }

    /// pid 0 and pid 1, as the start-up scan finds them.
    func boot() {
        tree.seed([
            ProcfsReader.kernel,
            SeededProcess(
                seed: TaskSeed(process: ProcessKey(ktime: 10_000_000, pid: 1), parent: .kernel),
                flags: [.procfs, .rootWorkingDirectory], binary: Array("/sbin/init".utf8),
                workingDirectory: Array("/".utf8)),
        ])
    }

    static let initKey = RecordKey(10_000_000, 1)

    func apply(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            switch try EventRecord(decoding: bytes) {
            case .fork(let record): tree.apply(record)
            case .exec(let record): _ = tree.apply(record)
            case .execArgs(let record): tree.apply(record)
            case .execEnvironment(let record): tree.apply(environment: record)
            case .exit(let record): _ = tree.apply(record)
            case .groupMade, .groupGone, .hash, .hook, .loader, .throttle: break
            }
        }
    }

    func fork(_ process: RecordKey, of parent: RecordKey, flags: UInt32 = 0) throws {
        try apply(RecordBuilder.fork(process, of: parent, flags: flags))
    }

    func exec(
        _ process: RecordKey, parent: RecordKey, replaced: RecordKey, _ filename: String = "/bin/x",
        cwd: String = "/home/ana", arguments: [String] = [],
        details: RecordBuilder.ExecDetails = RecordBuilder.ExecDetails()
    ) throws {
        try apply(
            RecordBuilder.exec(
                process, parent: parent, replaced: replaced, filename: filename, cwd: cwd,
                arguments: arguments, details: details))
    }

    func exit(_ process: RecordKey, at ktime: UInt64) throws {
        try apply(RecordBuilder.exit(process, at: ktime))
    }

    func knows(_ key: RecordKey) -> Bool { tree.find(ProcessKey(ktime: key.ktime, pid: key.pid)) != nil }

    func text(_ key: RecordKey, tid: UInt32? = nil) -> String? {
        guard let reference = tree.find(ProcessKey(ktime: key.ktime, pid: key.pid)) else { return nil }
        var buffer = ByteBuffer()
        if let tid {
            tree.append(reference, tid: tid, to: &buffer)
        } else {
            tree.append(reference, to: &buffer)
        }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    func json(_ key: RecordKey, tid: UInt32? = nil) throws -> StrictJSON? {
        try text(key, tid: tid).map { try StrictJSON(Array($0.utf8)) }
    }

    func parentPID(_ key: RecordKey) throws -> Int? {
        guard let reference = tree.find(ProcessKey(ktime: key.ktime, pid: key.pid)),
            let parent = tree.parent(of: reference)
        else { return nil }
        var buffer = ByteBuffer()
        tree.append(parent, to: &buffer)
        return try StrictJSON(Array(buffer.bytes))["pid"]?.integer
    }

    func ancestorPIDs(_ key: RecordKey) throws -> [Int] {
        guard let reference = tree.find(ProcessKey(ktime: key.ktime, pid: key.pid)) else { return [] }
        var buffer = ByteBuffer()
        buffer.append("[")
        _ = tree.appendAncestors(of: reference, lineStart: 0, to: &buffer)
        buffer.append("]")
        return try StrictJSON(Array(buffer.bytes)).elements.compactMap { $0["pid"]?.integer }
    }
}
