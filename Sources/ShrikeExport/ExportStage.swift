// SPDX-License-Identifier: Apache-2.0
// What stands between the queue and the file: lists, field filters, aggregation and the rate limit, in this order.

public import ShrikeEventFilter
public import ShrikeJSON
internal import Synchronization

/// What the operator wants done with lines before they are written.
public struct ExportStageSettings: Sendable {
    /// An event passes when one of them matches; empty: every event.
    public var allowList: [EventFilter] = []
    /// An event is left out when one of them matches.
    public var denyList: [EventFilter] = []
    /// Applied one after the other.
    public var fieldFilters: [FieldFilter] = []
    /// Time for which identical events are folded into one; nil: they are not.
    public var aggregationWindow: Duration?
    /// Different events that are held back at a time; more pass as they are.
    public var aggregationLimit = 10_000
    /// Events a minute; nil: as many as there are.
    public var eventsPerMinute: Int?

    /// Nothing is done.
    public init() {}

    /// Whether lines go through as they are.
    public var isEmpty: Bool {
        allowList.isEmpty && denyList.isEmpty && fieldFilters.isEmpty && aggregationWindow == nil
            && eventsPerMinute == nil
    }
}

/// What became of the lines that a stage was given.
public struct ExportStageCounters: Sendable, Equatable {
    /// Lines taken.
    public var taken: UInt64 = 0
    /// Lines that the lists left out.
    public var filtered: UInt64 = 0
    /// Lines folded into another one.
    public var folded: UInt64 = 0
    /// Lines above the rate limit.
    public var rateLimited: UInt64 = 0
    /// Lines that went on to be written.
    public var passed: UInt64 = 0

    /// All zero.
    public init() {}
}

/// Does with lines what the operator wants. Every line that it takes is passed or counted.
public final class ExportStage: LineStage, @unchecked Sendable {
    // SAFETY (unchecked): everything but `published`, which synchronises itself, is the writer's thread's.
    private let settings: ExportStageSettings
    private let notice: LossNotice
    private var aggregator: LineAggregator?
    private var limiter: RateLimiter?
    private let clock: () -> ClockInstant
    private var counts = ExportStageCounters()
    private let published = Mutex(ExportStageCounters())

    /// A time that only goes forward.
    public typealias ClockInstant = ContinuousClock.Instant

    /// Makes a stage.
    /// - Parameters:
    ///   - notice: writes the lines that tell of loss.
    ///   - clock: tells the time; once a line with a rate limit or aggregation, and once a second.
    public init(
        _ settings: ExportStageSettings, notice: LossNotice,
        clock: @escaping () -> ContinuousClock.Instant = { .now }
    ) {
        self.settings = settings
        self.notice = notice
        self.clock = clock
        let now = clock()
        aggregator = settings.aggregationWindow.map {
            LineAggregator(window: $0, limit: settings.aggregationLimit, now: now)
        }
        limiter = settings.eventsPerMinute.map { RateLimiter(eventsPerMinute: $0, now: now) }
    }

    /// What became of the lines so far, as of the last second; any thread.
    public var counters: ExportStageCounters { published.withLock { $0 } }

    /// Decides about one line.
    public func take(_ line: UnsafeRawBufferPointer, into lines: inout ByteBuffer) {
        let text = UnsafeRawBufferPointer(rebasing: line.dropLast())
        // What tells of loss is for everybody, whatever he wants to see.
        if LossNotice.isNotice(text) {
            lines.append(line)
            return
        }
        counts.taken &+= 1
        guard let event = EventLine(text), passes(event) else {
            counts.filtered &+= 1
            return
        }
        var bytes: [UInt8]?
        for filter in settings.fieldFilters where filter.concerns(event.type) {
            bytes = filter.apply(to: bytes ?? Array(text)) ?? bytes
        }
        if var bytes {
            bytes.append(0x0a)
            bytes.withUnsafeBytes { aggregate($0, into: &lines) }
        } else {
            aggregate(line, into: &lines)
        }
    }

    /// Brings out what is due: a window that is over, the report of the rate limit.
    public func tick(into lines: inout ByteBuffer) {
        let now = clock()
        flushAggregator(now, isLast: false, into: &lines)
        if let dropped = limiter?.report(now) { notice.append(count: dropped, to: &lines) }
        published.withLock { $0 = counts }
    }

    /// Brings out what was held back.
    public func finish(into lines: inout ByteBuffer) {
        flushAggregator(clock(), isLast: true, into: &lines)
        if let dropped = limiter?.finish() { notice.append(count: dropped, to: &lines) }
        published.withLock { $0 = counts }
    }

    private func passes(_ event: EventLine) -> Bool {
        // Each filter is asked, since those with a `pid_set` learn from what they see.
        var isAllowed = settings.allowList.isEmpty
        for filter in settings.allowList where filter.matches(event) { isAllowed = true }
        var isDenied = false
        for filter in settings.denyList where filter.matches(event) { isDenied = true }
        return isAllowed && !isDenied
    }

    private func aggregate(_ line: UnsafeRawBufferPointer, into lines: inout ByteBuffer) {
        guard aggregator != nil else { return limit(line, into: &lines) }
        switch aggregator?.take(line) {
        case .folded: counts.folded &+= 1
        case .held: break
        case .refused, nil: limit(line, into: &lines)
        }
    }

    private func flushAggregator(_ now: ClockInstant, isLast: Bool, into lines: inout ByteBuffer) {
        for line in aggregator?.due(now, isLast: isLast) ?? [] {
            line.withUnsafeBytes { limit($0, into: &lines) }
        }
    }

    private func limit(_ line: UnsafeRawBufferPointer, into lines: inout ByteBuffer) {
        if limiter?.admits(clock()) == false {
            counts.rateLimited &+= 1
            return
        }
        counts.passed &+= 1
        lines.append(line)
    }
}
