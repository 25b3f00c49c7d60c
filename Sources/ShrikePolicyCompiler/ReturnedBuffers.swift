// SPDX-License-Identifier: Apache-2.0
// returnCopy: buffers that a function fills, read when it returns.

internal import ShrikePolicy

extension PolicyHook {
    /// Some buffer is read when the function returns.
    var copiesAtReturn: Bool { arguments.contains(where: \.returnCopy) }

    /// Filters on what is only known at the return, in a hook that acts at the entry.
    func filtersThatComeTooLate() -> [Diagnostic] {
        selectors.flatMap(\.matchArgs).filter { filter in
            filter.position(in: self).map { arguments[$0].returnCopy } ?? false
        }.map { filter in
            Diagnostic(
                .error, .impossibleOverride, at: filter.range,
                "what a buffer holds at the return of `\(target.value)` is not known at its entry, where the hook's actions are taken",
                help: "leave out the filter, or take the action in `matchReturnActions`")
        }
    }
}
