// SPDX-License-Identifier: Apache-2.0
// Which program text decides at a hook.

public import ShrikeABI

/// The texts that a hook's program is made of. Each decides what the plan says; the narrower one takes less of the
/// verifier's time and of each call's, and serves fewer plans.
public enum HookProgram: Sendable {
    /// `bpf/hooks/file.bpf.c`: one argument, a file or a path.
    case file
    /// `bpf/hooks/function.bpf.c`: whatever a policy can ask for.
    case function

    /// The narrowest one that serves the configuration.
    public init(_ configuration: shrike_hook_config, _ mechanism: HookMechanism) {
        let isEnteredBefore =
            switch mechanism {
            case .fentry, .modifyReturn, .lsm: true
            case .fexit, .kprobe, .rawTracepoint, .tracepoint, .userProbe, .userReturn: false
            }
        let asksForLittle =
            configuration.flags & ~SHRIKE_FILE_HOOK_FLAGS.rawValue == 0 && configuration.dimension_count == 0
            && configuration.large_argument == 0 && configuration.enforcers == 0
        let hasOneFile = configuration.argument_count == 1 && configuration.arguments.0.is_typed != 0
        self = isEnteredBefore && asksForLittle && hasOneFile ? .file : .function
    }
}
