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
    var exportFileRotationInterval = DurationFlag(nanoseconds: 0)

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

/// A time as the incumbent's flags have it: `90s`, `1h30m`, `0`.
struct DurationFlag: ExpressibleByArgument, CustomStringConvertible {
    var nanoseconds: Int64

    init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init?(argument: String) {
        guard let duration = GoDuration(argument) else { return nil }
        nanoseconds = duration.nanoseconds
    }

    var description: String { nanoseconds == 0 ? "0" : GoDuration(nanoseconds: nanoseconds).text }
}
