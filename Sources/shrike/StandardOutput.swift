// SPDX-License-Identifier: Apache-2.0
// Text for standard output, all of it.

import Glibc

enum StandardOutput {
    /// Writes all of a text; a reader that goes away is no error.
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
