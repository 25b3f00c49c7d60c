// SPDX-License-Identifier: Apache-2.0
// Where lines go: the pipeline's only way out.

/// Takes whole lines.
///
/// Called on the pipeline's thread, so it must not block: what does not fit is refused, and the pipeline
/// counts it by kind of event.
public protocol LineSink: AnyObject {
    /// Takes a prefix of the lines.
    /// - Parameter bytes: one or more lines, each ending in `\n`; valid during the call only.
    /// - Returns: how many bytes were taken, always up to and including a `\n`. The rest is lost.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int
}
