// SPDX-License-Identifier: Apache-2.0
// Numbers for what events are counted by, a binary in a pod, so that counting one is an addition and no look-up.

internal import ShrikeJSON

/// What metrics say of the pod of a process.
public struct PodLabels: Sendable, Hashable {
    /// Its uid; empty: it is in none.
    public var uid = ""
    /// Its namespace.
    public var namespace = ""
    /// What it belongs to.
    public var workload = ""
    /// Its name.
    public var pod = ""

    /// Of no pod.
    public init() {}

    /// A pod's.
    public init(uid: String, namespace: String, workload: String, pod: String) {
        self.uid = uid
        self.namespace = namespace
        self.workload = workload
        self.pod = pod
    }
}

/// The series that there are. Bounded: neither who runs programs nor who makes pods decides how many a scraper keeps.
public struct SeriesLabels: Sendable {
    /// Most series; beyond them a binary's events of all pods are counted together.
    internal static let limit = 8_192

    /// The binaries' paths; the first, empty, stands for all without a series of their own.
    public internal(set) var binaries = [""]
    /// The pods; the first stands for none.
    public private(set) var pods = [PodLabels()]
    /// What each series counts: places in the two lists above. One that has ended counts nothing.
    public private(set) var series: [(binary: Int32, pod: Int32)] = [(0, 0)]

    private var numbers: [UInt64: Int32] = [0: 0]
    private var podNumbers: [String: Int32] = [:]
    private var freePods: [Int32] = []
    private var freeSeries: [Int32] = []
    /// Whose counts are to be forgotten before they can be used for others.
    private var ended: [Int32] = []

    /// One series, of no pod.
    public init() {}

    private static func key(_ binary: Int32, _ pod: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: binary)) << 32 | UInt64(UInt32(bitPattern: pod))
    }

    internal func knows(pod uid: String) -> Bool { podNumbers[uid] != nil }

    /// The number of a pod; a later word on it replaces what was known.
    internal mutating func number(of labels: PodLabels) -> Int32 {
        if let known = podNumbers[labels.uid] {
            pods[Int(known)] = labels
            return known
        }
        let number = freePods.popLast() ?? Int32(pods.count)
        if Int(number) == pods.count { pods.append(labels) } else { pods[Int(number)] = labels }
        podNumbers[labels.uid] = number
        return number
    }

    /// The series of a binary in a pod, or what comes nearest to it.
    internal mutating func number(binary: Int32, pod: Int32) -> Int32 {
        if let known = numbers[Self.key(binary, pod)] { return known }
        // Those of binaries alone always have room: there are no more than of binaries.
        guard pod == 0 || series.count - freeSeries.count < Self.limit else {
            return number(binary: binary, pod: 0)
        }
        let number = freeSeries.popLast() ?? Int32(series.count)
        if Int(number) == series.count {
            series.append((binary, pod))
        } else {
            series[Int(number)] = (binary, pod)
        }
        numbers[Self.key(binary, pod)] = number
        return number
    }

    /// Forgets a pod.
    /// - Returns: the series that end, with those that go on for their binaries; empty: it had none.
    internal mutating func end(pod uid: String) -> [Int32: Int32] {
        guard let pod = podNumbers.removeValue(forKey: uid) else { return [:] }
        var successors: [Int32: Int32] = [:]
        for number in series.indices where series[number].pod == pod {
            let binary = series[number].binary
            numbers[Self.key(binary, pod)] = nil
            series[number] = (0, 0)
            ended.append(Int32(number))
            successors[Int32(number)] = self.number(binary: binary, pod: 0)
        }
        pods[Int(pod)] = PodLabels()
        freePods.append(pod)
        return successors
    }

    /// Series that have ended since the last call; whoever counts starts them at nothing.
    internal mutating func takeEnded() -> [Int32] {
        guard !ended.isEmpty else { return [] }
        defer { ended = [] }
        freeSeries += ended
        return ended
    }
}

extension ProcessTree {
    /// The series that events of an image are counted in; 0 for those without one of their own.
    @inline(__always)
    public func seriesNumber(of process: ProcessReference) -> Int {
        Int(table.entries[Int(process.index)].series)
    }

    /// What the series are.
    public var seriesLabels: SeriesLabels {
        var labels = series
        labels.binaries = binaries.names
        return labels
    }

    /// Series that have ended since the last call.
    public func takeEndedSeries() -> [Int] { series.takeEnded().map { Int($0) } }

    /// Whether a pod has series of its own.
    public func hasSeries(ofPod uid: String) -> Bool { series.knows(pod: uid) }

    /// A pod has been gone for long enough: its series end. Events of what may still run in it are counted without it. Walks
    /// the whole tree.
    public func end(podOfSeries uid: String) {
        containers.forgetLabels(ofPod: uid)
        let successors = series.end(pod: uid)
        guard !successors.isEmpty else { return }
        for index in table.entries.indices {
            if let successor = successors[table.entries[index].series] {
                table.entries[index].series = successor
            }
        }
    }

    /// Counts the events of an image where they belong.
    internal func chooseSeries(of index: Int32) {
        let entry = table.entries[Int(index)]
        let labels = containers.text(of: entry.container)?.labels
        let pod = labels.map { series.number(of: $0) } ?? 0
        table.entries[Int(index)].series = series.number(binary: entry.binaryNumber, pod: pod)
    }
}
