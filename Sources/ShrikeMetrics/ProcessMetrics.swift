// SPDX-License-Identifier: Apache-2.0
// The daemon's own use of the machine, from proc(5).

internal import Glibc

/// The `process_…` family.
enum ProcessMetrics {
    static func families() -> [MetricFamily] {
        var families: [MetricFamily] = []
        func add(_ kind: MetricFamily.Kind, _ name: String, _ help: String, _ value: Double?) {
            guard let value else { return }
            families.append(
                MetricFamily(kind, "process_\(name)", help, [MetricFamily.Sample(value)], isPrefixed: false))
        }
        var usage = rusage()
        if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let times = [usage.ru_utime, usage.ru_stime]
            let seconds = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
            add(.counter, "cpu_seconds_total", "Processor time, user and system.", seconds)
        }
        // Fields behind the name in parentheses: state is the third one of the file.
        let stat = read("/proc/self/stat")
        let fields = stat.lastIndex(of: ")").map { stat[$0...].dropFirst().split(separator: " ") } ?? []
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        add(.gauge, "virtual_memory_bytes", "Virtual memory.", field(23))
        add(.gauge, "resident_memory_bytes", "Resident memory.", field(24).map { $0 * Double(getpagesize()) })
        if let ticks = field(22), let boot = bootTime() {
            let started = boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
            add(.gauge, "start_time_seconds", "When the daemon started, in seconds since 1970.", started)
        }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            add(.gauge, "max_fds", "Most file descriptors.", Double(limit.rlim_cur))
        }
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            let most = limit.rlim_cur == .max ? -1 : Double(limit.rlim_cur)
            add(.gauge, "virtual_memory_max_bytes", "Most virtual memory; -1: no limit.", most)
        }
        let network = networkBytes()
        add(
            .counter, "network_receive_bytes_total", "IP bytes received in this network namespace.",
            network?.received)
        add(
            .counter, "network_transmit_bytes_total", "IP bytes sent in this network namespace.",
            network?.sent)
        add(.gauge, "open_fds", "Open file descriptors.", openDescriptors().map(Double.init))
        return families
    }

    private static func bootTime() -> Double? {
        for line in read("/proc/stat").split(separator: "\n") where line.hasPrefix("btime ") {
            return Double(line.dropFirst("btime ".count))
        }
        return nil
    }

    /// `IpExt: InOctets … OutOctets`: a line of names, then one of values.
    private static func networkBytes() -> (received: Double, sent: Double)? {
        let lines = read("/proc/self/net/netstat").split(separator: "\n").filter { $0.hasPrefix("IpExt:") }
        guard lines.count == 2 else { return nil }
        let names = lines[0].split(separator: " ")
        let values = lines[1].split(separator: " ")
        func value(_ name: String) -> Double? {
            guard let place = names.firstIndex(of: Substring(name)), place < values.count else { return nil }
            return Double(values[place])
        }
        guard let received = value("InOctets"), let sent = value("OutOctets") else { return nil }
        return (received, sent)
    }

    private static func openDescriptors() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count - 3  // `.`, `..` and the folder itself
    }

    private static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20 {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
