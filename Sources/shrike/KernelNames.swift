// SPDX-License-Identifier: Apache-2.0
// Kernels on the command line.

import ShrikeLint

/// Kernels by their names, `6.1`.
enum KernelNames {
    /// Those that much is known about without asking a machine.
    static func known(_ names: [String]) throws -> [any LintKernel] {
        try names.map { name in
            guard let kernel = KnownKernel.all.first(where: { $0.label == name }) else {
                throw UsageError(
                    "nothing is known about the kernel \(name); known are "
                        + KnownKernel.all.map(\.label).joined(separator: ", "))
            }
            return kernel
        }
    }
}
