// SPDX-License-Identifier: Apache-2.0
// Events counted by kind, by policy and hook, and system calls by number; each by the binary of their process and its pod.

internal import ShrikeEvents
public import ShrikeProcesses

/// Counts by series: of kinds, of policies on hooks, and of system calls.
public struct EventSeries: Sendable {
    /// The kinds, by their names in the API.
    public static let kinds = [
        "PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE", "PROCESS_LSM", "PROCESS_TRACEPOINT",
        "PROCESS_UPROBE", "PROCESS_USDT", "PROCESS_LOADER",
    ]
    internal static let exec = 0
    internal static let exit = 1
    internal static let loader = 7

    /// What the series are; the first stands for all that have none of their own.
    public internal(set) var labels = SeriesLabels()
    /// Row after row, one for each series with a count for each kind.
    internal var counts: [UInt64]
    /// By number, those of the other ABI behind those of the machine's, then what has no place.
    private var calls = SeriesCounts()
    /// By the number that a policy has on a hook.
    private var policies = SeriesCounts()
    private var hooks: [PolicyOnHook] = []
    private var hookNumbers: [PolicyOnHook: Int32] = [:]

    /// All zero.
    public init() { counts = [UInt64](repeating: 0, count: Self.kinds.count) }

    /// How many events of a kind a series has.
    public func count(kind: Int, series: Int) -> UInt64 {
        let place = series * Self.kinds.count + kind
        return place < counts.count ? counts[place] : 0
    }

    @inline(__always)
    internal mutating func add(_ events: UInt64, kind: Int, series: Int) {
        let place = series * Self.kinds.count + kind
        // Grows with the number of series, which is bounded.
        if place >= counts.count {
            counts += [UInt64](repeating: 0, count: place + Self.kinds.count - counts.count)
        }
        counts[place] &+= events
    }

    /// Series have ended; their numbers may come to mean others.
    internal mutating func clear(_ ended: [Int]) {
        guard !ended.isEmpty else { return }
        for series in ended {
            let start = series * Self.kinds.count
            guard start < counts.count else { continue }
            for place in start..<start + Self.kinds.count { counts[place] = 0 }
        }
        let numbers = Set(ended.map { Int32($0) })
        calls.clear(numbers)
        policies.clear(numbers)
    }
}

/// A policy, by its name, and a hook, by the name that metrics have for it (`HookEventKind.metricName`).
public struct PolicyOnHook: Sendable, Hashable {
    /// The policy's name; those of several namespaces that have it alike are counted together, as in the incumbent's metric.
    public var policy: String
    /// The hook.
    public var hook: String

    /// A policy on a hook.
    public init(policy: String, hook: String) {
        self.policy = policy
        self.hook = hook
    }
}

extension EventSeries {
    /// Most names of policies on hooks in a daemon's life before their counts begin anew.
    private static let hookLimit = 16_384

    /// The events of policies; only what there was.
    public var policyEvents: [(hook: PolicyOnHook, series: Int, count: UInt64)] {
        policies.rows.map { (hooks[Int($0.item)], Int($0.series), $0.count) }
    }

    /// Whether there may be as many more names as a hook's layout has policies. If not, `forgetHooks` makes room.
    internal func hasRoom(for layout: HookEventLayout) -> Bool {
        hooks.count + layout.policies.count <= Self.hookLimit
    }

    /// The numbers to count the events of a layout's policies by, in its order.
    internal mutating func numbers(of layout: HookEventLayout) -> [Int32] {
        let name = layout.kind.metricName(function: layout.functionName)
        return layout.policies.map { policy in
            let hook = PolicyOnHook(policy: policy.name, hook: name)
            if let known = hookNumbers[hook] { return known }
            let number = Int32(hooks.count)
            hooks.append(hook)
            hookNumbers[hook] = number
            return number
        }
    }

    /// Numbers and counts of policies on hooks begin anew, as those of a daemon that has been started do: who scrapes
    /// counters knows that.
    internal mutating func forgetHooks() {
        policies.removeAll()
        hooks = []
        hookNumbers = [:]
    }

    /// Counts an event of a policy.
    @inline(__always)
    internal mutating func add(policyEventOf hook: Int32, kind: Int, series: Int) {
        add(1, kind: kind, series: series)
        policies.add(1, item: hook, series: series)
    }
}

/// A system call as an ABI numbers it.
public struct SystemCallNumber: Sendable, Equatable {
    /// The number; nil stands for all that are too large to be one.
    public var number: Int?
    /// Whether it is of the ABI of 32 bits that the machine has besides its own.
    public var isCompat: Bool

    /// A number of one of the ABIs.
    public init(_ number: Int?, isCompat: Bool = false) {
        self.number = number
        self.isCompat = isCompat
    }
}

extension EventSeries {
    /// Larger numbers than those of any kernel.
    private static let numbers = 1_024

    /// How often each was told of by events of `raw_syscalls/sys_enter`; only what there was.
    public var systemCalls: [(call: SystemCallNumber, series: Int, count: UInt64)] {
        calls.rows.map { row in
            let place = Int(row.item)
            let isCounted = place < 2 * Self.numbers
            let call = SystemCallNumber(
                isCounted ? place % Self.numbers : nil, isCompat: isCounted && place >= Self.numbers)
            return (call, Int(row.series), row.count)
        }
    }

    /// Counts events of a call.
    /// - Parameter value: the number as records have it; the highest of 32 bits says that it is the other ABI's.
    internal mutating func add(_ events: UInt64, systemCall value: UInt64, series: Int) {
        let bits = UInt32(truncatingIfNeeded: value)
        let number = Int(bits & 0x7fff_ffff)
        let place = number < Self.numbers ? number + (bits >> 31 == 0 ? 0 : Self.numbers) : 2 * Self.numbers
        calls.add(events, item: Int32(place), series: series)
    }
}

extension HookEventKind {
    /// Its place in `EventSeries.kinds`.
    internal var seriesKind: Int {
        switch self {
        case .kprobe: 2
        case .lsm: 3
        case .tracepoint: 4
        case .uprobe: 5
        case .usdt: 6
        }
    }
}
