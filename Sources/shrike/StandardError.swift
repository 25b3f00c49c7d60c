// SPDX-License-Identifier: Apache-2.0
// Standard error, for errors, warnings and what --debug asks for. Events never go here.

import Glibc

/// Standard error.
enum StandardError {
    /// Prints one line.
    static func print(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
