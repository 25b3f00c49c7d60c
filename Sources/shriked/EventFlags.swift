// SPDX-License-Identifier: Apache-2.0
// The part of the command line that says which events are exported and what is in them.

internal import ArgumentParser
internal import ShrikeDaemon
internal import ShrikeEventFilter
internal import ShrikeExport
internal import ShrikeProcesses
internal import ShrikeSensors

/// Which events are exported and what is in them.
struct EventFlags: ParsableArguments {
    @Option(help: "Export only events that match one of these filters: JSON objects, one after the other.")
    var exportAllowlist = ""

    @Option(help: "Do not export events that match one of these filters.")
    var exportDenylist = ""

    @Option(help: "Members of events to keep or leave out: JSON objects, one after the other.")
    var fieldFilters = ""

    @Option(help: "What is taken out of arguments and environments: JSON objects, one after the other.")
    var redactionFilters = ""

    @Flag(inversion: .prefixedNo, help: "Allow pid_set in the lists above.")
    var enablePidSetFilter = false

    @Option(help: "Events exported a minute; -1 for all, 0 for none.")
    var exportRateLimit = "-1"

    @Flag(inversion: .prefixedNo, help: "Fold events that differ in their time only.")
    var enableExportAggregation = false

    @Option(help: "Time for which identical events are folded.")
    var exportAggregationWindowSize = DurationFlag(nanoseconds: 15_000_000_000)

    @Option(help: "Different events that are held back to be folded.")
    var exportAggregationBufferSize = 10_000

    @Flag(inversion: .prefixedNo, help: "Add credentials, capabilities and what an exec changed about them.")
    var enableProcessCred = false

    @Flag(inversion: .prefixedNo, help: "Add namespaces.")
    var enableProcessNs = false

    @Flag(
        inversion: .prefixedNo, help: "Add environments; what --redaction-filters say is taken out of them.")
    var enableProcessEnvironmentVariables = false

    @Option(help: "Names of the environment variables that are added, separated by commas; default: all.")
    var filterEnvironmentVariables: [String] = []

    @Option(
        help: "Kinds of events with all ancestors: base, kprobe, tracepoint, lsm; or all, none.")
    var enableAncestors = "all"

    @Option(
        help: ArgumentHelp(
            "Forks, execs and exits that a control group may send from each CPU in a time; what is above is not told: 1000,1s.",
            valueName: "events,time"))
    var cgroupRate = ""

    @Flag(
        inversion: .prefixedNo,
        help: "Tell the addresses in stack traces: they say where the kernel and programs are in memory.")
    var exposeStackAddresses = false

    @Option(help: "How long events of a container wait until its pod is known; then they go without.")
    var podWait = DurationFlag(nanoseconds: 5_000_000_000)

    @Option(help: "Process images that are remembered, the ended ones that others descend from among them.")
    var processCacheSize = 65_536

    @Option(
        help: "Bytes of texts about processes above which long arguments are cut; K, M or G may follow.")
    var processCacheMemory = RingSize(bytes: 256 << 20)

    func validate() throws {
        guard exportAggregationWindowSize.nanoseconds > 0 else {
            throw ValidationError("--export-aggregation-window-size: a window has a length")
        }
        guard exportAggregationBufferSize > 0 else {
            throw ValidationError(
                "--export-aggregation-buffer-size: \(exportAggregationBufferSize) is too small")
        }
        guard (16...4 << 20).contains(processCacheSize) else {
            throw ValidationError("--process-cache-size: \(processCacheSize) is not between 16 and 4194304")
        }
        guard (0...60_000_000_000).contains(podWait.nanoseconds) else {
            throw ValidationError("--pod-wait: \(podWait) is not between 0 and 1m")
        }
        _ = try ancestors()
        _ = try stage()
        _ = try redactor()
        _ = try rate()
    }

    private func rate() throws -> CgroupRate? {
        guard !cgroupRate.isEmpty else { return nil }
        let parts = cgroupRate.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let events = UInt32(parts[0]), events > 0, let time = GoDuration(parts[1]),
            time.nanoseconds > 0
        else {
            throw ValidationError(
                "--cgroup-rate: \"\(cgroupRate)\" is not a number and a time, such as 1000,1s")
        }
        return CgroupRate(events: events, intervalNanoseconds: UInt64(time.nanoseconds))
    }

    /// Puts the flags into the configuration.
    func apply(to configuration: inout DaemonConfiguration) throws {
        configuration.exportStage = try stage()
        configuration.ancestors = try ancestors()
        configuration.exposesStackAddresses = exposeStackAddresses
        configuration.processes.credentials = enableProcessCred
        configuration.processes.namespaces = enableProcessNs
        if enableProcessEnvironmentVariables {
            let names = filterEnvironmentVariables.flatMap { $0.split(separator: ",").map(String.init) }
            configuration.processes.environment = EnvironmentSelection(names: Set(names))
        }
        configuration.cgroupRate = try rate()
        configuration.podPatience = .nanoseconds(podWait.nanoseconds)
        configuration.processes.capacity = processCacheSize
        configuration.processes.fragmentBytes = processCacheMemory.bytes
        configuration.processes.redactor = try redactor()
        // The incumbent's: no event a minute is no export at all.
        if Int(exportRateLimit) == 0 { configuration.exportFilename = "" }
    }

    private func stage() throws -> ExportStageSettings {
        var features: EventFilterFeatures = []
        if enablePidSetFilter { features.insert(.pidSets) }
        if enableProcessCred { features.insert(.capabilities) }
        if try ancestors() == .all { features.insert(.ancestors) }
        var stage = ExportStageSettings()
        stage.allowList = try read("export-allowlist", exportAllowlist) { text throws(FilterListError) in
            try FilterList.events(text, features: features)
        }
        stage.denyList = try read("export-denylist", exportDenylist) { text throws(FilterListError) in
            try FilterList.events(text, features: features)
        }
        stage.fieldFilters = try read("field-filters", fieldFilters, FilterList.fields)
        if enableExportAggregation {
            stage.aggregationWindow = .nanoseconds(exportAggregationWindowSize.nanoseconds)
            stage.aggregationLimit = exportAggregationBufferSize
        }
        guard let limit = Int(exportRateLimit) else {
            throw ValidationError("--export-rate-limit: \"\(exportRateLimit)\" is not a whole number")
        }
        if limit > 0 { stage.eventsPerMinute = limit }
        return stage
    }

    private func redactor() throws -> Redactor? {
        let rules = try read("redaction-filters", redactionFilters, FilterList.redactions)
        guard !rules.isEmpty else { return nil }
        return Redactor(rules: rules.map { RedactionRule(binaries: $0.binaries, patterns: $0.patterns) })
    }

    private func ancestors() throws -> AncestorOptions {
        var options: AncestorOptions = []
        for name in enableAncestors.split(separator: ",") {
            switch name {
            case "all": options.formUnion(.all)
            case "none": break
            case "base": options.formUnion([.exec, .exit])
            case "kprobe", "tracepoint", "lsm", "uprobe", "usdt": options.formUnion(.hook)
            default: throw ValidationError("--enable-ancestors: no kind of event is called \"\(name)\"")
            }
        }
        return options
    }

    private func read<Value>(
        _ flag: String, _ text: String, _ parse: (String) throws(FilterListError) -> [Value]
    ) throws -> [Value] {
        do throws(FilterListError) {
            return try parse(text)
        } catch {
            throw ValidationError("--\(flag): \(error)")
        }
    }
}
