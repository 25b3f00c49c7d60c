// SPDX-License-Identifier: Apache-2.0
// A command of the system, with a limit on its time and its output.

internal import Glibc

/// What a command wrote.
public struct CommandResult: Sendable {
    /// What it wrote to standard output.
    public var output: [UInt8]
    /// What it wrote to standard error.
    public var errors: [UInt8]
    /// Why it is not complete; nil when it ended with status 0.
    public var problem: String?
}

/// Runs commands.
public enum Command {
    private static let outputLimit = 32 << 20

    /// Runs a program that is looked for in PATH; it gets nothing to read.
    /// - Parameter seconds: after which it is killed.
    public static func run(_ words: [String], seconds: Double = 5) -> CommandResult {
        var output: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        guard makePipe(&output) else { return failed("pipe") }
        guard makePipe(&errors) else {
            close(output[0])
            close(output[1])
            return failed("pipe")
        }
        defer { for end in [output[0], errors[0]] { close(end) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, words[0], &actions, nil, &arguments, environ)
        for end in [output[1], errors[1]] { close(end) }
        guard result == 0 else {
            return CommandResult(output: [], errors: [], problem: String(cString: strerror(result)))
        }
        return collect(pid, output[0], errors[0], ContinuousClock.now + .seconds(seconds))
    }

    private static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    private static func collect(
        _ pid: pid_t, _ output: Int32, _ errors: Int32, _ deadline: ContinuousClock.Instant
    ) -> CommandResult {
        var result = CommandResult(output: [], errors: [], problem: nil)
        var polled = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while polled.contains(where: { $0.fd >= 0 }) {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero || result.output.count + result.errors.count > outputLimit {
                result.problem = left <= .zero ? "it took too long" : "it wrote too much"
                kill(pid, SIGKILL)
                break
            }
            let milliseconds =
                left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            guard poll(&polled, 2, Int32(clamping: milliseconds + 1)) > 0 else { continue }
            for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
                let count = read(polled[index].fd, &chunk, chunk.count)
                if count <= 0 {
                    polled[index].fd = -1
                } else if index == 0 {
                    result.output += chunk[..<count]
                } else {
                    result.errors += chunk[..<count]
                }
            }
        }
        var status: Int32 = 0
        // What has closed both pipes may live on; it has had its time.
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline { kill(pid, SIGKILL) }
            usleep(1_000)
        }
        if result.problem == nil, status != 0 {
            result.problem = status & 0x7f == 0 ? "it ended with status \(status >> 8)" : "a signal ended it"
        }
        return result
    }

    private static func failed(_ what: String) -> CommandResult {
        CommandResult(output: [], errors: [], problem: "\(what): \(String(cString: strerror(errno)))")
    }
}
