// SPDX-License-Identifier: Apache-2.0
// The part of the command line that says where events go and what becomes of the file.

internal import ArgumentParser
internal import Logging
internal import ShrikeDaemon
internal import ShrikeExport

/// `--export-…`
struct ExportFlags: ParsableArguments {
    @Option(help: "Where events go: a file, or - for stdout; empty for nowhere.")
    var exportFilename = "-"

    @Option(help: "Mode of the export file, octal. Never executable, never writable for all.")
    var exportFilePerm = "600"

    @Option(
        name: .customLong("export-file-max-size-mb"),
        help: "MiB at which the export file is rotated; 0 stands for 100.")
    var exportFileMaxSize = 10

    @Option(help: "Rotated export files that are kept; 0 for all.")
    var exportFileMaxBackups = 5

    @Option(help: "Time after which the export file is rotated, such as 1h30m; 0 for never.")
    var exportFileRotationInterval = GoDuration(nanoseconds: 0)

    @Flag(inversion: .prefixedNo, help: "Compress rotated export files with gzip.")
    var exportFileCompress = false

    func validate() throws {
        guard exportFileMaxSize >= 0, exportFileMaxSize <= 1 << 20 else {
            throw ValidationError(
                "--export-file-max-size-mb: \(exportFileMaxSize) is not between 0 and 1048576")
        }
        guard exportFileMaxBackups >= 0 else {
            throw ValidationError("--export-file-max-backups: \(exportFileMaxBackups) is negative")
        }
        guard exportFileRotationInterval.nanoseconds >= 0 else {
            throw ValidationError("--export-file-rotation-interval: a time cannot be negative")
        }
    }

    /// Puts the flags into the configuration.
    func apply(to configuration: inout DaemonConfiguration, _ logger: Logger) {
        configuration.exportFilename = exportFilename
        configuration.exportFile.rotation = ExportFileRotation(
            maximumBytes: (exportFileMaxSize == 0 ? 100 : exportFileMaxSize) << 20,
            interval: exportFileRotationInterval.nanoseconds == 0
                ? nil : .nanoseconds(exportFileRotationInterval.nanoseconds),
            keptFiles: exportFileMaxBackups)
        configuration.exportFile.compresses = exportFileCompress
        if let permissions = ExportFileSettings.permissions(octal: exportFilePerm) {
            configuration.exportFile.permissions = permissions
        } else {
            logger.warning(
                "--export-file-perm is not an octal mode up to 777: 600 is used",
                metadata: ["flag.value": "\(exportFilePerm)"])
        }
    }
}

/// A time as the incumbent's flags have it: `90s`, `1h30m`, `1.5h`, `-1s`, `0`.
struct GoDuration: ExpressibleByArgument, CustomStringConvertible {
    var nanoseconds: Int64

    init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init?(argument: String) {
        let units: [String: Double] = [
            "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
        ]
        var rest = argument[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        if rest == "0" {
            nanoseconds = 0
            return
        }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { "0123456789.".contains($0) }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !"0123456789.".contains($0) }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[String(unit)] else { return nil }
            total += value * factor
        }
        guard total < 9e18 else { return nil }
        nanoseconds = Int64(total) * (isNegative ? -1 : 1)
    }

    var description: String { nanoseconds == 0 ? "0" : "\(Double(nanoseconds) / 1e9)s" }
}
