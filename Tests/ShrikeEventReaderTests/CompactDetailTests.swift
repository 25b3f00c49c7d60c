// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ShrikeEventReader

@Suite("Quotes, colours and the lines below a compact line")
struct CompactDetailTests {
    static let esc = "\u{1B}"

    @Test(
        "text with spaces or without a shape is quoted as Go quotes it",
        arguments: [
            ("plain", "plain"),
            ("ünïcode", "ünïcode"),
            ("two words", #""two words""#),
            (#"-r "api key""#, #""-r \"api key\"""#),
            (#"back\slash"#, #"back\slash"#),
            (#"back\ slash"#, #""back\\ slash""#),
            ("tab\there", #""tab\there""#),
            ("\u{7}\u{8}\u{C}\n\r\u{B}", #""\a\b\f\n\r\v""#),
            ("\u{1B}[2J", #""\x1b[2J""#),
            ("\u{7F}", #""\x7f""#),
            ("a\u{A0}b", #""a\u00a0b""#),
            ("right\u{202E}left", #""right\u202eleft""#),
            ("\u{E0001}", #""\U000e0001""#),
            ("\u{FFFD}", "\u{FFFD}"),
            ("", ""),
        ])
    func quoting(text: String, printed: String) {
        var line = CompactLine(isColoured: false, quotes: true)
        line.value(text)
        #expect(String(decoding: line.bytes, as: UTF8.self) == printed)
    }

    @Test("--compat quotes nothing")
    func noQuotes() throws {
        let json = JSON.event("process_exec", process: #"{"binary":"/bin/sh","arguments":"-c \"a b\"\tx"}"#)
        #expect(try compact(json) == #"🚀 process node-1 /bin/sh "-c \"a b\"\tx""#)
        #expect(try compatible(json) == "🚀 process node-1 /bin/sh -c \"a b\"\tx")
    }

    @Test("colours")
    func colours() throws {
        let esc = Self.esc
        let json = JSON.kprobe(
            "security_file_open", #"{"file_arg":{"path":"/x"}}"#, #""action":"KPROBE_ACTION_SIGKILL""#)
        let title =
            "\(esc)[34m❓ syscall\(esc)[0m \(esc)[32mshop/cart-7d9c\(esc)[0m \(esc)[35m/app/cart\(esc)[0m"
        #expect(
            try compact(json) { $0.isColoured = true }
                == "\(title) security_file_open \(esc)[36m/x\(esc)[0m  \(esc)[31mkilled\(esc)[0m")
        let exit = try compact(JSON.event("process_exit", #""status":3"#)) { $0.isColoured = true }
        #expect(exit.hasPrefix("\(esc)[34m💥 exit   \(esc)[0m "))
        #expect(exit.hasSuffix(" \(esc)[36m\(esc)[0m \(esc)[31m3\(esc)[0m"))
        let throttle = try compact(#"{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"c"}}"#) {
            $0.isColoured = true
        }
        #expect(throttle == "\(esc)[31m🧬 throttle\(esc)[0m \(esc)[32mSTOP \(esc)[0m c")
    }

    @Test("stack traces follow the event, unless they are not wanted")
    func stackTraces() throws {
        let json = JSON.kprobe(
            "f", "",
            #"""
            "kernel_stack_trace":[{"offset":"1","symbol":"security_file_permission"},
            {"address":"255","offset":"148","symbol":"vfs_read"}],
            "user_stack_trace":[{"offset":"1126002","symbol":"read","module":"/lib/libc.so.6"},
            {"address":"16","offset":"32","module":"/a b"}]
            """#)
        let lines = try compact(json).split(separator: "\n").dropFirst()
        #expect(
            lines == [
                "Kernel:", "   0x0: security_file_permission+0x1", "   0xff: vfs_read+0x94",
                "User:", "   0x0: read (/lib/libc.so.6+0x112e72)", #"   0x10: ("/a b"+0x20)"#,
            ])
        #expect(try compact(json) { $0.printsStackTraces = false }.split(separator: "\n").count == 1)
    }

    @Test("the colours of a stack trace end on their line, and with --compat on the next one")
    func stackTraceColours() throws {
        let esc = Self.esc
        let json = JSON.kprobe("f", "", #""kernel_stack_trace":[{"offset":"1","symbol":"g"}]"#)
        let ours = try compact(json) { $0.isColoured = true }
        #expect(ours.hasSuffix("\(esc)[32m   0x0:\(esc)[0m\(esc)[34m g\(esc)[0m+\(esc)[33m0x1\(esc)[0m"))
        let theirs = try compact(json) {
            $0.isColoured = true
            $0.isCompatible = true
        }
        // The helper has cut the last byte off, which is the m of the reset here.
        #expect(theirs.hasSuffix("+\(esc)[33m0x1\n\(esc)[0"))
    }

    @Test(
        "IMA hashes follow the hooks whose file they are of",
        arguments: [
            ("file_open", #"{"file_arg":{"path":"/bin/x"}}"#, true),
            ("mmap_file", #"{"file_arg":{"path":"/bin/x"}}"#, true),
            ("bprm_check_security", #"{"linux_binprm_arg":{"path":"/bin/x"}}"#, true),
            ("path_truncate", #"{"file_arg":{"path":"/bin/x"}}"#, false),
            ("file_open", "", false),
        ])
    func imaHash(hook: String, arguments: String, isPrinted: Bool) throws {
        let json = JSON.event(
            "process_lsm", #""function_name":"\#(hook)","args":[\#(arguments)],"ima_hash":"sha256:0f34""#)
        let lines = try compact(json).split(separator: "\n").dropFirst()
        #expect(lines == (isPrinted ? ["   /bin/x sha256:0f34"] : []))
        #expect(try compact(json) { $0.printsIMAHash = false }.split(separator: "\n").count == 1)
    }

    @Test("the sign for CAP_SYS_ADMIN is on the right, and stands for that capability")
    func capabilitySign() throws {
        func event(_ capabilities: String) -> String {
            JSON.event(
                "process_exec", process: #"{"binary":"/bin/x","cap":{"effective":[\#(capabilities)]}}"#)
        }
        let admin = try compact(event(#""CAP_SYS_ADMIN""#))
        #expect(admin.hasPrefix("🚀 process node-1 /bin/x  "))
        #expect(admin.hasSuffix(" 🛑 CAP_SYS_ADMIN"))
        #expect(try compact(event(#""CAP_KILL""#)) == "🚀 process node-1 /bin/x ")
        // The incumbent counts instead of looking.
        #expect(try compatible(event(#""CAP_SYS_ADMIN""#)) == "🚀 process node-1 /bin/x ")
        let many = (0...21).map { _ in #""CAP_KILL""# }.joined(separator: ",")
        #expect(try compact(event(many)) == "🚀 process node-1 /bin/x ")
        let line = try compatible(event(many))
        #expect(line.hasSuffix(" 🛑 CAP_SYS_ADMIN"))
        // 27 bytes of line, a space, and the sign to the right of the 93 columns up to 120.
        #expect(line.utf8.count == 27 + 1 + 93 + 3)
    }

    @Test("system calls are named by ABI, with as many arguments as are known")
    func syscalls() throws {
        func line(_ arguments: String) throws -> String {
            let json = JSON.event(
                "process_tracepoint",
                #""subsys":"raw_syscalls","event":"sys_enter","args":[\#(arguments)]"#)
            return String(try compact(json).dropFirst("☎  syscall shop/cart-7d9c /app/cart ".count))
        }
        #expect(
            try line(#"{"syscall_id":{"id":59,"abi":"x64"}},{"size_arg":"4096"}"#)
                == "execve(const char *filename=0x1000, const char *const *argv=?, const char *const *envp=?)"
        )
        #expect(try line(#"{"syscall_id":{"id":39,"abi":"x64"}}"#) == "getpid()")
        #expect(try line(#"{"syscall_id":{"id":11,"abi":"i386"}}"#) == "i386/execve")
        #expect(try line(#"{"syscall_id":{"id":221,"abi":"arm64"}}"#) == "arm64/execve")
        #expect(try line(#"{"syscall_id":{"id":462,"abi":"x64"}}"#).hasPrefix("mseal("))
        #expect(try line(#"{"syscall_id":{"id":9999,"abi":"x64"}}"#) == "unknown")
        #expect(try line(#"{"syscall_id":{"id":1,"abi":"vax"}}"#) == "unknown")
        #expect(try line("") == "unknown")
    }
}
