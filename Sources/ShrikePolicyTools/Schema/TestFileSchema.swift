// SPDX-License-Identifier: Apache-2.0
// The schema of test files, for editors. What reads them is Testing/TestFile.swift.

internal import ShrikeLint
internal import ShrikePolicy

/// What editors know of *_test.yaml files.
public enum TestFileSchema {
    /// JSON Schema (draft 7).
    public static var jsonSchema: String {
        guard case .object(let members) = file.json(.editor) else {
            preconditionFailure("a file is a mapping")
        }
        let head: [(String, JSONValue)] = [
            ("$schema", .string("http://json-schema.org/draft-07/schema#")),
            ("title", .string("Tests of tracing policies")),
        ]
        return JSONValue.object(head + members).text() + "\n"
    }

    private static let file = SchemaNode.object(
        SchemaObject(
            [
                (
                    "policies", "Policy files, relative to this file. Left out: its own name without _test.",
                    .either([.text(), .list(.text())])
                ),
                (
                    "processes", "The world: names to processes.",
                    .names(.either([.text(), .object(process)]))
                ),
                ("tests", "Cases, or tables of cases.", .list(.object(test))),
            ], required: ["tests"]))

    private static let number = SchemaNode.integer(0...4_294_967_295)

    private static let capabilities = SchemaNode.either([
        .text(), .unsigned, .list(.text(among: Capability.names)),
    ])

    private static let capabilitySets = SchemaNode.either([
        .text(), .unsigned, .list(.text(among: Capability.names)),
        .object(
            SchemaObject([
                ("effective", "Those that count.", capabilities),
                ("permitted", "Those that it may take up.", capabilities),
                ("inheritable", "Those that an exec may keep.", capabilities),
            ])),
    ])

    private static let namespaces = SchemaNode.object(
        SchemaObject(
            NamespaceKind.allCases.map {
                ($0.rawValue, "An inode number, or `host_ns`.", SchemaNode.either([.text(), number]))
            }))

    private static let process = SchemaObject([
        ("binary", "The executable's resolved path, at most 255 bytes.", .text()),
        ("parent", "Another process of the world.", .text()),
        ("pid", "Its id in the host's pid namespace.", number),
        ("namespacePID", "Its id in its own pid namespace.", number),
        ("kernelThread", "It has no binary.", .boolean),
        ("uid", "Its user ids.", number),
        ("gid", "Its group ids.", number),
        ("capabilities", "Effective and permitted ones, or each set.", capabilitySets),
        ("namespaces", "Those that are not the host's.", namespaces),
        (
            "before", "What it had at its last exec, for filters on changes.",
            .object(
                SchemaObject([
                    ("capabilities", "As above.", capabilitySets), ("namespaces", "As above.", namespaces),
                ]))
        ),
        (
            "pod", "Where it runs; left out: on the host.",
            .object(
                SchemaObject([
                    ("namespace", "The pod's namespace; left out: `default`.", .text()),
                    ("labels", "The pod's labels.", .names(.text())),
                    ("container", "What container selectors compare, such as `name`.", .names(.text())),
                ]))
        ),
    ])

    private static let verdict = SchemaNode.text(among: Expectation.verdicts)
    private static let verdicts = SchemaNode.either([verdict, .list(verdict)])

    private static let expected = SchemaNode.either([
        verdict, .list(verdict),
        .object(
            SchemaObject(
                [
                    ("verdict", "What comes of the call, exactly.", verdicts),
                    ("policy", "The policy that matches.", .text()),
                    (
                        "selector", "The selector that matches: its position from 0, or its label.",
                        .either([.text(), number])
                    ),
                    ("not", "Policies that must not match.", .either([.text(), .list(.text())])),
                    ("error", "The error that the caller gets, negative.", .integer(-4095...0)),
                    ("signal", "The signal that is sent.", .integer(1...64)),
                    ("posted", "Whether an event is sent beside an enforcement.", .boolean),
                ], required: ["verdict"])),
    ])

    /// What a case may say, and a table for all of its cases.
    private static let call: [(String, String, SchemaNode)] = [
        ("name", "Shown when it fails.", .text()),
        (
            "hook",
            "lsm/NAME, kprobe/FUNCTION, syscall/NAME, tracepoint/SUBSYSTEM/EVENT or raw/EVENT.", .text()
        ),
        (
            "process", "Who calls: a name from `processes`, a binary's path, or a process.",
            .either([.text(), .object(process)])
        ),
        (
            "args", "The arguments, by the function's own parameter numbers, or by label.",
            .either([.list(.anything), .names(.anything)])
        ),
        ("returns", "What the function returns.", .either([.integer(Int.min...Int.max), .text()])),
        ("expect", "What must come of it.", expected),
    ]

    private static let test = SchemaObject(
        call + [
            (
                "cases", "A table: what a case does not say is taken from above it.",
                .list(.object(SchemaObject(call)))
            )
        ])
}
