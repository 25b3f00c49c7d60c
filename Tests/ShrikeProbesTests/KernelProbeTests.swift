// SPDX-License-Identifier: Apache-2.0
// Probes of a kernel that is made of files.

import Foundation
import Testing

@testable import ShrikeProbes

@Suite struct KernelProbeTests {
    /// BTF with a string section and nothing else.
    private func btf(_ names: [String]) -> [UInt8] {
        let strings: [UInt8] = [0] + names.flatMap { Array($0.utf8) + [0] }
        var blob: [UInt8] = [0x9f, 0xeb, 1, 0]
        for word in [24, 0, 0, 0, strings.count] {
            blob += withUnsafeBytes(of: UInt32(word).littleEndian) { Array($0) }
        }
        return blob + strings
    }

    private func withKernel(_ files: [String: [UInt8]], _ body: (KernelView) -> Void) throws {
        let root = NSTemporaryDirectory() + "kernel-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        for (path, bytes) in files {
            let url = URL(fileURLWithPath: root + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        body(KernelView(root: root))
    }

    @Test func namesAndOrderAreTheIncumbents() throws {
        try withKernel([:]) { kernel in
            let probes = KernelProbe.all(kernel)
            #expect(
                probes.map(\.name).joined(separator: " ") == """
                    override_return buildid kprobe_multi uprobe_multi fmodret fmodret_syscall signal large link_pin lsm \
                    missed_stats_kprobe_multi missed_stats_kprobe batch_update uprobe_refctroff audit_loginuid \
                    probe_write_user uprobe_regs_change mix_bpf_and_tail_calls fentry get_func_ret substring_kfunc \
                    copy_from_user_str
                    """)
            #expect(probes.allSatisfy { !$0.isAvailable })
        }
    }

    @Test func whatTheKernelPublishesIsFound() throws {
        try withKernel([
            "/sys/kernel/btf/vmlinux": btf([
                "BPF_TRACE_KPROBE_MULTI", "BPF_FUNC_send_signal", "BPF_MODIFY_RETURN",
            ]),
            "/sys/kernel/security/lsm": Array("lockdown,capability,bpf\n".utf8),
            "/proc/sys/kernel/osrelease": Array("6.1.0\n".utf8),
            "/boot/config-6.1.0": Array(
                "# comment\nCONFIG_BPF_KPROBE_OVERRIDE=y\nCONFIG_HZ=250\n# CONFIG_X is not set\n".utf8),
        ]) { kernel in
            let found = KernelProbe.all(kernel).filter(\.isAvailable).map(\.name)
            #expect(found == ["override_return", "kprobe_multi", "fmodret", "signal", "large", "lsm"])
            #expect(kernel.options == ["CONFIG_BPF_KPROBE_OVERRIDE": "y", "CONFIG_HZ": "250"])
        }
    }

    @Test func brokenTypeInformationIsNone() {
        var blob = btf(["a"])
        #expect(BTFNames.read(blob) == ["a"])
        for length in 0..<blob.count { #expect(BTFNames.read(Array(blob[..<length])).isEmpty) }
        blob[20] = 0xff
        blob[23] = 0xff
        #expect(BTFNames.read(blob).isEmpty)
    }
}
