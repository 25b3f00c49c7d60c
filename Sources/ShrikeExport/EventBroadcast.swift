// SPDX-License-Identifier: Apache-2.0
// Live readers of the stream: each has a bounded queue of its own, and loses its own events only.

internal import Synchronization

/// Hands lines to whoever is connected. Any thread.
public final class EventBroadcast: Sendable {
    private let subscribers = Mutex<[UInt64: EventSubscription]>([:])
    private let count = Atomic<Int>(0)
    private let nextID = Atomic<UInt64>(0)

    /// Nobody is connected yet.
    public init() {}

    /// How many readers there are.
    public var subscriberCount: Int { count.load(ordering: .relaxed) }

    /// Lines that readers lost because they were slow, those of readers that are gone among them.
    public var lostLines: UInt64 { lost.load(ordering: .relaxed) }
    private let lost = Atomic<UInt64>(0)

    /// Lines that could not be made into a message for a reader: a fault of this program, not of the reader.
    public var undecodableLines: UInt64 { undecodable.load(ordering: .relaxed) }
    private let undecodable = Atomic<UInt64>(0)

    /// Counts such a line.
    public func countUndecodable() { undecodable.wrappingAdd(1, ordering: .relaxed) }

    /// A reader of everything from now on.
    /// - Parameter limit: most lines that wait for it.
    public func subscribe(limit: Int) -> EventSubscription {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let subscription = EventSubscription(id: id, limit: limit)
        subscribers.withLock { $0[id] = subscription }
        count.wrappingAdd(1, ordering: .relaxed)
        return subscription
    }

    /// The reader is gone.
    public func end(_ subscription: EventSubscription) {
        let known = subscribers.withLock { $0.removeValue(forKey: subscription.id) }
        if known != nil { count.wrappingSubtract(1, ordering: .relaxed) }
    }

    /// Ends all readers, at the daemon's end; what they have queued they still get.
    public func endAll() {
        for subscription in subscribers.withLock({ Array($0.values) }) { subscription.finish() }
    }

    /// Whole lines for everybody. On the event thread: copies once if somebody listens, never waits for a reader.
    func publish(_ lines: UnsafeRawBufferPointer) {
        guard subscriberCount > 0 else { return }
        let chunk = unsafe [UInt8](lines)
        let lineCount = unsafe lines.newlineCount
        for subscription in subscribers.withLock({ Array($0.values) })
        where !subscription.push(chunk, lineCount) {
            lost.wrappingAdd(UInt64(lineCount), ordering: .relaxed)
        }
    }
}

/// One reader of the stream.
public final class EventSubscription: Sendable {
    /// What is waiting.
    public struct Batch: Sendable {
        /// Pieces of whole lines, each ending in `\n`.
        public var chunks: [[UInt8]]
        /// Lines that did not fit behind these.
        public var lost: UInt64
    }

    private struct State {
        var chunks: [[UInt8]] = []
        var lineCount = 0
        var lost: UInt64 = 0
    }

    let id: UInt64
    private let limit: Int
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(id: UInt64, limit: Int) {
        self.id = id
        self.limit = limit
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// - Returns: whether they fit; if not, they are counted and told with the next batch.
    func push(_ chunk: [UInt8], _ lineCount: Int) -> Bool {
        let fits = state.withLock { state in
            // A batch is larger than a small limit can be: an empty queue takes it whole.
            guard state.lineCount == 0 || state.lineCount + lineCount <= limit else {
                state.lost += UInt64(lineCount)
                return false
            }
            state.chunks.append(chunk)
            state.lineCount += lineCount
            return true
        }
        wake.yield()
        return fits
    }

    /// Ends `batches` when what waits is taken.
    public func finish() { wake.finish() }

    /// Batches as they come, until the daemon ends or the task is cancelled. One consumer.
    public func batches() -> AsyncMapSequence<AsyncStream<Void>, Batch> {
        wakeUps.map { [self] in
            state.withLock { state in
                defer { state = State() }
                return Batch(chunks: state.chunks, lost: state.lost)
            }
        }
    }
}

/// A sink and whoever is connected: the same lines for both.
public final class BroadcastSink: LineSink {
    private let primary: any LineSink
    private let broadcast: EventBroadcast

    /// Lines go to `primary`, which decides how many are taken, and to all readers of `broadcast`.
    public init(_ primary: any LineSink, _ broadcast: EventBroadcast) {
        self.primary = primary
        self.broadcast = broadcast
    }

    /// See `LineSink`.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe broadcast.publish(bytes)
        return unsafe primary.write(bytes)
    }
}
