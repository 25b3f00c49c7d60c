// SPDX-License-Identifier: Apache-2.0
// What a writer's thread writes to: a descriptor, or a file that is rotated.

/// What became of the bytes that an output was given.
internal enum LineWriteResult {
    /// That many bytes from the front were written; none when it was not the time, to be tried again.
    case written(Int)
    /// That many bytes from the front, whole lines, can never be written: they are longer than a file may be.
    case tooLong(Int)
    /// Nothing was written.
    case failed(SinkError)
}

/// Takes bytes on the writer's thread, and on no other unless a member says so.
internal protocol LineOutput: AnyObject {
    /// Most bytes that the writer should offer at once.
    var offeredBytes: Int { get }

    /// Writes a prefix of two parts that follow one another.
    /// - Parameter isMidLine: the last write ended inside a line, and these bytes go on with it.
    func write(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, isMidLine: Bool
    ) -> LineWriteResult

    /// The line that was begun will not be continued: what comes next must not be taken for its rest.
    func cutLine()

    /// Called about once a second, between lines.
    func tick()

    /// Called once, after the last line.
    func close()
}
