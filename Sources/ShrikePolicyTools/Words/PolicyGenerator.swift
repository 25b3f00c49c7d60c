// SPDX-License-Identifier: Apache-2.0
// A first policy from an intent. LSM hooks are preferred: they see the kernel's own object, whichever way it was
// reached, and can refuse.

internal import ShrikeLint

/// What a policy is to do.
public struct PolicyIntent: Sendable {
    /// The policy's name.
    public var name = "generated"
    /// Files that must not be opened; a folder ends in a slash.
    public var deniedOpens: [String] = []
    /// Files that must not be read.
    public var deniedReads: [String] = []
    /// Files that must not be written.
    public var deniedWrites: [String] = []
    /// Programs that must not be executed.
    public var deniedPrograms: [String] = []
    /// Files whose opening is reported.
    public var watchedOpens: [String] = []
    /// Report each execution.
    public var watchesExecutions = false
    /// System calls that are reported, by name.
    public var watchedSystemCalls: [String] = []
    /// System calls that are reported, by what they are for.
    public var watchedClasses: [SystemCallClass] = []
    /// Kill, beside refusing.
    public var kills = false
    /// Only processes of these executables.
    public var binaries: [String] = []
    /// Never processes of these.
    public var exceptedBinaries: [String] = []

    /// Nothing.
    public init() {}

    /// Whether nothing is asked for.
    public var isEmpty: Bool {
        deniedOpens.isEmpty && deniedReads.isEmpty && deniedWrites.isEmpty && deniedPrograms.isEmpty
            && watchedOpens.isEmpty && !watchesExecutions && calls.isEmpty
    }

    /// Every watched system call once, as lists name it.
    private var calls: [String] {
        var seen: Set<String> = []
        return (watchedSystemCalls + watchedClasses.flatMap(\.names))
            .map { $0.hasPrefix("sys_") ? $0 : "sys_" + $0 }.filter { seen.insert($0).inserted }
    }

    /// The policy as YAML, with its reasons in comments; two documents when system calls are watched too.
    public var yaml: String {
        var documents: [String] = []
        var hooks: [String] = []
        if !deniedOpens.isEmpty || !watchedOpens.isEmpty { hooks.append(openHook) }
        if !deniedReads.isEmpty || !deniedWrites.isEmpty { hooks.append(accessHook) }
        if !deniedReads.isEmpty { hooks.append(mappingHook) }
        if !deniedPrograms.isEmpty || watchesExecutions { hooks.append(executionHook) }
        if !hooks.isEmpty { documents.append(head(name) + "  lsmhooks:\n" + hooks.joined()) }
        if !calls.isEmpty {
            documents.append(head(documents.isEmpty ? name : name + "-calls") + callHooks)
        }
        return documents.joined(separator: "---\n")
    }

    private func head(_ name: String) -> String {
        "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n  name: \(name)\nspec:\n"
    }

    // MARK: Hooks

    private var openHook: String {
        """
          # file_open is asked for every way to open a file: open, openat2, creat, handles, io_uring, other names for it.
          - hook: file_open
            args:
            - {index: 0, type: file}
            selectors:

        """ + fileSelectors(deniedOpens, action: enforcement) + fileSelectors(watchedOpens, action: nil)
    }

    private var accessHook: String {
        """
          # file_permission is asked at each read and write, with what is wanted in bits: 2 is MAY_WRITE, 4 is MAY_READ. A
          # file that is mapped writable is written without it: refuse its opening too if that matters.
          - hook: file_permission
            args:
            - {index: 0, type: file}
            - {index: 1, type: int}
            selectors:

        """
            + fileSelectors(deniedReads, action: enforcement, more: mask(4))
            + fileSelectors(deniedWrites, action: enforcement, more: mask(2))
    }

    private var mappingHook: String {
        """
          # What is mapped is read without being asked again, so the mapping is refused.
          - hook: mmap_file
            args:
            - {index: 0, type: file}
            selectors:

        """ + fileSelectors(deniedReads, action: enforcement)
    }

    private func mask(_ bits: Int) -> String { "      - {index: 1, operator: Mask, values: [\"\(bits)\"]}\n" }

    private var executionHook: String {
        """
          # bprm_check_security is asked before a program runs, with the file that will be executed: scripts too, once for
          # the script and once for its interpreter.
          - hook: bprm_check_security
            args:
            - {index: 0, type: linux_binprm}
            selectors:

        """ + fileSelectors(deniedPrograms, action: enforcement)
            + (watchesExecutions ? selector([], action: nil) : "")
    }

    private var callHooks: String {
        "  # System calls are seen as they are asked for, on user memory: good for watching, too early to decide on.\n"
            + "  lists:\n  - name: watched\n    type: syscalls\n    values:\n"
            + calls.map { "    - \(JSONValue.quoted($0))\n" }.joined()
            + "  kprobes:\n  - call: list:watched\n    selectors:\n" + selector([], action: nil)
    }

    private var enforcement: String {
        kills
            ? "      # Refused too: the signal alone may come when the operation is done.\n"
                + "      - {action: Override, argError: -1}\n      - action: Sigkill\n"
            : "      # -1 is EPERM.\n      - {action: Override, argError: -1}\n"
    }

    // MARK: Selectors

    /// Files by Equal, folders by Prefix: with the slash, so that /etc/ssh/ does not mean /etc/sshfoo.
    private func fileSelectors(_ paths: [String], action: String?, more: String = "") -> String {
        let files = paths.filter { !$0.hasSuffix("/") }
        let folders = paths.filter { $0.hasSuffix("/") }
        var text = ""
        for (name, values) in [("Equal", files), ("Prefix", folders)] where !values.isEmpty {
            let filter = "      - {index: 0, operator: \(name), values: [\(list(values))]}\n"
            text += selector(["    - matchArgs:\n" + filter + more], action: action)
        }
        return text
    }

    private func selector(_ conditions: [String], action: String?) -> String {
        var parts = conditions
        if !binaries.isEmpty { parts.append(binaryFilter("In", binaries, isFirst: parts.isEmpty)) }
        if binaries.isEmpty, !exceptedBinaries.isEmpty {
            parts.append(binaryFilter("NotIn", exceptedBinaries, isFirst: parts.isEmpty))
        }
        let start = parts.isEmpty ? "    - " : "      "
        let actions = action ?? "      - action: Post\n"
        return parts.joined() + start + "matchActions:\n" + actions
    }

    private func binaryFilter(_ operator: String, _ values: [String], isFirst: Bool) -> String {
        "\(isFirst ? "    - " : "      ")matchBinaries:\n      - {operator: \(`operator`), values: [\(list(values))]}\n"
    }

    private func list(_ values: [String]) -> String { values.map(JSONValue.quoted).joined(separator: ", ") }
}
