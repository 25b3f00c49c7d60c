// SPDX-License-Identifier: Apache-2.0
// From ring bytes to lines: the one object that the ring thread drives.

public import ShrikeProcesses

/// Turns records into lines. One thread; not Sendable.
public final class EventPipeline {
    /// Makes a pipeline that knows no process yet.
    public init(
        configuration: ExportConfiguration, processes: ProcessTreeConfiguration = ProcessTreeConfiguration(),
        layouts: any HookLayoutProvider, sink: any LineSink,
        clock: @escaping () -> ClockReading = ClockReading.now
    ) {
    }

    /// Takes the processes that were there before the agent, in the order of `ProcfsReader`, and exports
    /// the exec event of each that is not a kernel thread.
    public func seed(_ seeds: [SeededProcess]) {
    }

    /// Takes one sample of a ring.
    public func process(_ record: UnsafeRawBufferPointer) {
    }

    /// Hands the collected lines to the sink, retires what ended and reads the clocks.
    public func endOfBatch() {
    }
}
