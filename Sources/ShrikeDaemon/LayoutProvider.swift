// SPDX-License-Identifier: Apache-2.0
// What the engine knows of its plans, in the form that the pipeline asks for.

internal import ShrikeEvents
internal import ShrikeExport
internal import ShrikeSensors

final class LayoutProvider: HookLayoutProvider {
    private let layouts: HookLayouts

    init(layouts: HookLayouts) { self.layouts = layouts }

    func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        layouts.layout(hookID: hookID, generation: generation)
    }
}
