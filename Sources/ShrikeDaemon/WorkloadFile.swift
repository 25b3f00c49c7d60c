// SPDX-License-Identifier: Apache-2.0
// Facts of control groups from a file: for machines without Kubernetes, and for tests.

internal import Glibc
internal import ShrikePolicyCompiler

/// A text file with one control group a line; `#` starts a comment line.
///
///     /sys/fs/cgroup host
///     /sys/fs/cgroup/pods undecided
///     /sys/fs/cgroup/pods/one container namespace=shop name=web repo=nginx label.app=web
enum WorkloadFile {
    /// Reads the file; each directory must be there.
    static func read(_ path: String) throws(DaemonError) -> [ScopeFacts] {
        guard let file = unsafe fopen(path, "re") else {
            throw .refused("cannot read the workload file \(path): \(String(cString: strerror(errno)))")
        }
        defer { unsafe fclose(file) }
        var facts: [ScopeFacts] = []
        var number = 0
        var line = [CChar](repeating: 0, count: 8192)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            number += 1
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\n" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard let content = content(words.dropFirst().map(String.init)) else {
                throw .refused(
                    "\(path):\(number): expected `DIRECTORY host`, `DIRECTORY undecided` or `DIRECTORY container NAME=VALUE...`"
                )
            }
            var status = stat()
            guard unsafe stat(String(first), &status) == 0 else {
                throw .refused("\(path):\(number): there is no control group \(first)")
            }
            facts.append(ScopeFacts(cgroupID: UInt64(status.st_ino), content: content))
        }
        return facts
    }

    private static func content(_ words: [String]) -> ScopeFacts.Content? {
        switch words.first {
        case "host" where words.count == 1: return .host
        case "undecided" where words.count == 1: return .undecided
        case "container":
            var container = ContainerFacts(namespace: "default", name: "")
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { return nil }
                let value = String(parts[1])
                switch parts[0] {
                case "namespace": container.namespace = value
                case "name": container.name = value
                case "repo": container.repository = value
                default:
                    guard parts[0].hasPrefix("label.") else { return nil }
                    container.podLabels[String(parts[0].dropFirst("label.".count))] = value
                }
            }
            return .container(container)
        default: return nil
        }
    }
}
