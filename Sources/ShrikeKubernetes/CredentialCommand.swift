// SPDX-License-Identifier: Apache-2.0
// One run of a program that fetches credentials: its output is bounded, and so is its time.

internal import Glibc
internal import ShrikeJSON

enum CredentialCommand {
    private static let outputLimit = 1 << 20

    /// Runs the program. What it writes to standard error is for whoever runs `shrike`, and so are its questions.
    /// - Returns: its standard output.
    static func run(
        _ settings: CredentialProgram.Settings, patience: Duration
    ) throws(CredentialProgram.Problem) -> [UInt8] {
        let hasTerminal = isatty(STDIN_FILENO) == 1
        guard hasTerminal || settings.interaction != .always else {
            throw .init("it wants to ask somebody (`interactiveMode: Always`), and there is no terminal")
        }
        let isInteractive = hasTerminal && settings.interaction != .never
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .init("pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let pid = try spawn(settings, output: ends[1], isInteractive: isInteractive)
        return try collect(pid, ends[0], .now + (isInteractive ? patience * 5 : patience))
    }

    /// - Parameter output: closed here, so that its end is seen.
    private static func spawn(
        _ settings: CredentialProgram.Settings, output: Int32, isInteractive: Bool
    ) throws(CredentialProgram.Problem) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            close(output)
        }
        if !isInteractive {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        // Whoever reads this process's signals by a descriptor has blocked them; its children shall not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = copies([settings.command] + settings.arguments)
        var environment = copies(variables(settings, isInteractive))
        defer { for text in arguments + environment { free(text) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, settings.command, &actions, &attributes, &arguments, &environment)
        guard result == 0 else {
            let hint = settings.installHint.isEmpty ? "" : "; \(settings.installHint)"
            throw .init(String(cString: strerror(result)) + hint)
        }
        return pid
    }

    private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// This process's variables, those of the kubeconfig, and what the program is told.
    private static func variables(
        _ settings: CredentialProgram.Settings, _ isInteractive: Bool
    ) -> [String] {
        var variables: [String: String] = [:]
        var position = 0
        while let entry = unsafe environ[position] {
            let parts = unsafe String(cString: entry).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            position += 1
        }
        for (name, value) in settings.environment { variables[name] = value }
        var info = ByteBuffer(capacity: 256)
        info.append("{\"apiVersion\":")
        info.append(jsonString: settings.version)
        info.append(",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":")
        info.append(utf8: isInteractive ? "true" : "false")
        if let cluster = settings.cluster {
            info.append(",\"cluster\":")
            info.append(utf8: cluster)
        }
        info.append("}}")
        variables["KUBERNETES_EXEC_INFO"] = String(decoding: info.bytes, as: UTF8.self)
        return variables.map { "\($0.key)=\($0.value)" }
    }

    private static func collect(
        _ pid: pid_t, _ output: Int32, _ deadline: ContinuousClock.Instant
    ) throws(CredentialProgram.Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        var problem: String?
        while problem == nil {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                problem = "it took too long"
                break
            }
            var polled = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, Int32(clamping: Int64(left / .milliseconds(1)) + 1)) > 0 else { continue }
            let count = read(output, &chunk, chunk.count)
            if count <= 0 { break }
            bytes += chunk[..<count]
            if bytes.count > outputLimit { problem = "it wrote more than \(outputLimit) bytes" }
        }
        var status: Int32 = 0
        if problem != nil { kill(pid, SIGKILL) }
        // What has closed its output may live on; it has had its time.
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline {
                kill(pid, SIGKILL)
                problem = problem ?? "it took too long"
            }
            usleep(1_000)
        }
        if let problem { throw .init(problem) }
        guard status == 0 else {
            throw .init(
                status & 0x7f == 0
                    ? "it ended with status \(status >> 8 & 0xff)" : "signal \(status & 0x7f) ended it")
        }
        return bytes
    }
}
