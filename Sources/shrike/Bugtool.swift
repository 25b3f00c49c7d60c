// SPDX-License-Identifier: Apache-2.0
// shrike bugtool

import ArgumentParser
import Glibc
import ShrikeBugtool
import ShrikeControl
import ShrikeProbes
import ShrikeRPC
import SwiftProtobuf

/// Collects what helps to find a fault.
struct Bugtool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect what helps to find a fault in a daemon on this machine into one file.",
        discussion: """
            The file holds events, names of processes with their arguments, and policies: look through it before you \
            give it away.
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("The file, a compressed tar archive.", valueName: "file"))
    var out = "shrike-bugtool.tar.gz"

    @Option(help: ArgumentHelp("The program bpftool; default: as PATH says.", valueName: "file"))
    var bpftool = "bpftool"

    @Option(help: .hidden) var gops = ""

    @Option(help: ArgumentHelp("What the daemon wrote about itself.", valueName: "file"))
    var infoFile = "/var/run/tetragon/tetragon-info.json"

    @OptionGroup(title: "Global") var global: GlobalFlags

    func run() async throws {
        guard let bytes = Collector.tail(of: infoFile, limit: 1 << 20),
            let info = try? Google_Protobuf_Struct(jsonUTF8Bytes: bytes)
        else { throw CommandError("cannot read \(infoFile): does the daemon run?") }
        var now = time(nil)
        var date = tm()
        gmtime_r(&now, &date)
        var name = [CChar](repeating: 0, count: 64)
        strftime(&name, name.count, "shrike-bugtool-%Y%m%d%H%M%S", &date)
        let folder = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            let collector = Collector(try Archive(path: out, folder: folder, time: now))
            try collector.add("tetragon-info.json", bytes)
            try addFiles(to: collector, info)
            try await addAnswers(to: collector)
            try addKernel(to: collector)
            try collector.finish(logName: "tetragon-bugtool.log")
        } catch let error as Archive.Failure {
            throw CommandError(error.description)
        }
        print("\(out) is written")
    }

    private func addFiles(to collector: Collector, _ info: Google_Protobuf_Struct) throws {
        func text(_ key: String) -> String { info.fields[key]?.stringValue ?? "" }
        let log = text("export_fname")
        if !log.isEmpty { try collector.add("tetragon.log", file: log) }
        let metrics = text("metrics_address")
        if !metrics.isEmpty { try collector.add("metrics", HTTPText.get("/metrics", at: metrics)) }
        guard let pid = info.fields["pid"]?.numberValue, pid > 0 else { return }
        let process = "/proc/\(Int(pid))"
        try collector.add("pmap.out", file: "\(process)/smaps")
        for file in ["status", "limits", "cmdline"] {
            try collector.add("process.\(file)", file: "\(process)/\(file)")
        }
        let group = Collector.tail(of: "\(process)/cgroup", limit: 4_096).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let path = group?.split(separator: "\n").first(where: { $0.hasPrefix("0::") })?.dropFirst(3)
        else {
            return collector.note("memory.current: the daemon is in no control group of version 2")
        }
        for file in ["memory.current", "memory.stat"] {
            try collector.add(file, file: "/sys/fs/cgroup\(path == "/" ? "" : path)/\(file)")
        }
    }

    /// What the daemon says; one that does not answer is told in the log.
    private func addAnswers(to collector: Collector) async throws {
        do {
            let policies = try await global.callDaemon { calls in
                try await calls.sensors.listTracingPolicies(
                    Tetragon_ListTracingPoliciesRequest(), options: calls.options)
            }
            try collector.add("tracing-policies.json", text: try ProtoJSON.line(policies) + "\n")
            let health = try await global.callDaemon { calls in
                try await calls.sensors.getHealth(Tetragon_GetHealthStatusRequest(), options: calls.options)
            }
            try collector.add("health.json", text: try ProtoJSON.line(health) + "\n")
            let processes = try await global.processes()
            let lines = try processes.map { try ProtoJSON.line($0) + "\n" }
            try collector.add("processcache.json", text: lines.joined())
        } catch let error as Archive.Failure {
            throw error
        } catch {
            collector.note("the daemon's answers: \(error)")
        }
    }

    private func addKernel(to collector: Collector) throws {
        let probes = KernelProbe.all().map { "\($0.name): \($0.isAvailable)\n" }
        try collector.add("probe.out", text: probes.joined())
        let options = KernelView().options.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)\n" }
        try collector.add("config.out", text: options.joined())
        try collector.add("btf", file: "/sys/kernel/btf/vmlinux")
        try collector.add("trace", file: "/sys/kernel/tracing/trace")
        try collector.add("dmesg.out", command: ["dmesg"])
        try collector.add("bpftool-progs.json", command: [bpftool, "-j", "prog", "show"])
        try collector.add("bpftool-maps.json", command: [bpftool, "-j", "map", "show"])
        try collector.add("bpftool-cgroups.json", command: [bpftool, "-j", "cgroup", "tree"])
    }
}
