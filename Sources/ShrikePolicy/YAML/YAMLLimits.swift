// SPDX-License-Identifier: Apache-2.0
// What a policy file may cost. A hostile file must cost an error, never memory or time.

/// Bounds on a YAML text, far above what policies need.
public struct YAMLLimits: Sendable {
    /// Bytes of a file: a thousand values of a thousand bytes fit.
    public var bytes: Int
    /// Mappings and lists inside each other; a policy has about twelve.
    public var depth: Int
    /// Nodes of a file with every alias counted as often as it is used; 64 bytes of text count as
    /// one more node.
    public var nodes: Int
    /// Findings; what is behind them is not read.
    public var diagnostics: Int

    /// The bounds for policy files.
    public static let standard = YAMLLimits(bytes: 2 << 20, depth: 64, nodes: 200_000, diagnostics: 100)
}
