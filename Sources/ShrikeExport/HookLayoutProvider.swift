// SPDX-License-Identifier: Apache-2.0
// How the pipeline learns what the records of a hook mean.

public import ShrikeEvents

/// Knows the layouts of the plans that are or were in the kernel.
public protocol HookLayoutProvider: AnyObject {
    /// The layout of one generation of a hook, or nil when it was never loaded.
    ///
    /// Called on the pipeline's thread for the first record of a generation (the answer is cached), so it
    /// may lock but must not wait. A generation must stay known until its records are out of the ring.
    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout?
}
