// SPDX-License-Identifier: Apache-2.0
// What the names of files in a folder of policies mean.

/// Names of files.
public enum PolicyFileName {
    /// Whether a file holds tests of the policies beside it: `*_test.yaml`, `*_test.yml`. A folder of policies is read
    /// without them.
    public static func isTest(_ name: String) -> Bool {
        name.hasSuffix("_test.yaml") || name.hasSuffix("_test.yml")
    }
}
