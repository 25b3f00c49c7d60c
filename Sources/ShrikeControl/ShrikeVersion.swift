// SPDX-License-Identifier: Apache-2.0
// The one place where the version is written down: both programs print it from here.

/// The version of Shrike.
public enum ShrikeVersion {
    /// The version as `shrike version` prints it, without a leading `v`.
    public static let current = "0.1.0"
}
