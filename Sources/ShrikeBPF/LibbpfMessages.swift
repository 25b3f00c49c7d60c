// libbpf's messages: collected for the error that follows them, and handed to whoever logs.

internal import CShrikeShims
internal import Synchronization

/// Where libbpf's messages go. Set once, before the first object is opened.
public enum LibbpfMessages {
    /// The last warnings, for the error that a failing call is about to become; bounded.
    private static let recent = Mutex<[String]>([])
    private static let observer = Mutex<(@Sendable (_ message: String) -> Void)?>(nil)
    private static let maximumRecent = 4096

    /// Starts collecting, and sends each warning to `observer` as well (any thread).
    public static func collect(observer newObserver: (@Sendable (_ message: String) -> Void)?) {
        observer.withLock { $0 = newObserver }
        shrike_set_libbpf_sink { message in
            guard let message else { return }
            LibbpfMessages.add(String(cString: message))
        }
    }

    static func add(_ message: String) {
        recent.withLock { lines in
            for line in message.split(separator: "\n", omittingEmptySubsequences: true) {
                if lines.count == maximumRecent { lines.removeFirst(maximumRecent / 2) }
                lines.append(String(line))
            }
        }
        observer.withLock { $0 }?(message)
    }

    /// The line of the messages since the last call that tells most of a failed load: the verifier's last
    /// word before its statistics, else the first warning.
    static func takeTellingLine() -> String {
        let lines = recent.withLock { lines in
            defer { lines.removeAll() }
            return lines
        }
        if let end = lines.lastIndex(where: { $0.hasPrefix("processed ") && $0.contains("insns") }) {
            return end > 0 ? lines[end - 1] : lines[end]
        }
        return lines.first.map { $0.hasPrefix("libbpf: ") ? String($0.dropFirst(8)) : $0 } ?? ""
    }
}
