// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next try: longer each time, never for long, and not all nodes at once.

/// Times between tries.
public struct Backoff: Sendable {
    let first: Duration
    let most: Duration
    private var current: Duration

    /// - Parameter most: no pause is longer, unless the server asks for it.
    public init(first: Duration, most: Duration) {
        (self.first, self.most) = (first, most)
        current = first
    }

    /// The next pause: between half of the current one and all of it, and as much more if the server asks for more time.
    public mutating func next(
        after error: KubernetesError? = nil, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let share = Double.random(in: 0.5...1, using: &random)
        let pause = current * share
        current = min(current * 2, most)
        guard let asked = error?.retryAfter, asked > pause else { return pause }
        return asked + first * share
    }

    /// After a success.
    public mutating func reset() { current = first }
}
