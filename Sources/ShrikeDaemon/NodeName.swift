// SPDX-License-Identifier: Apache-2.0
// The name of the node in events.

internal import Glibc

enum NodeName {
    /// HUBBLE_NODE_NAME, else NODE_NAME (the downward API's usual variables), else the host's name.
    static func ofThisMachine() -> String {
        for variable in ["HUBBLE_NODE_NAME", "NODE_NAME"] {
            if let value = unsafe getenv(variable), unsafe value.pointee != 0 {
                return unsafe String(cString: value)
            }
        }
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
