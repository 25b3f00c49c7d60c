// SPDX-License-Identifier: Apache-2.0
// Texts that are not YAML, or YAML that policies do not use. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadYAMLTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## file: nothing
        -> 1:1: error: the file holds no policy; a policy starts with `apiVersion: cilium.io/v1alpha1`

        ## file: only a comment
        # nothing
        ---
        -> 1:1: error: the file holds no policy; a policy starts with `apiVersion: cilium.io/v1alpha1`

        ## file: prose
        This is not a policy.
        -> 1:1: error: expected the policy (a mapping of fields), got a string; a policy starts with `apiVersion: cilium.io/v1alpha1`

        ## file: a list
        - a
        - b
        -> 1:1: error: expected the policy (a mapping of fields), got a list; a policy starts with `apiVersion: cilium.io/v1alpha1`

        ## file: tab as indentation
        spec:
        	kprobes: []
        -> 2:1: error: not YAML: a value or key cannot start with this character; put the text in double quotes; indent with spaces, never with tabs

        ## file: bad indentation
        spec:
          a: 1
         b: 2
        -> 3:2: error: not YAML: a key is expected here; check the indentation: all keys of one mapping start in the same column

        ## file: open quote
        name: "abc
        -> 2:1: error: not YAML: the file ends inside the quotes begun at 1:7; close the quotes

        ## file: open bracket
        name: [a, b
        spec: c
        -> 2:5: error: not YAML: a `,` or `]` is expected here, for the list begun at 1:7; separate its items with `,` and end it with `]`

        ## file: colon in a plain text
        message: a: b
        -> 1:11: error: not YAML: a `:` is not expected here; check the indentation; put text that holds `: ` in double quotes

        ## file: unknown escape
        a: "\d"
        -> 1:5: error: not YAML: an unknown escape in double quotes; write `\\` for a backslash, or use single quotes

        ## policy: duplicate key
        options: []
        options: []
        -> 7:3: error: the key `options` occurs twice in this mapping, first on line 6; remove one of the two

        ## file: alias without anchor
        a: *b
        -> 1:4: error: the alias `*b` has no anchor before it; define it with `&b` above, or quote the text

        ## file: alias in its own anchor
        a: &a [*a]
        -> 1:8: error: the alias `*a` is part of its own anchor; write the value out

        ## policy: merge of a text
        <<: text
        loader: true
        -> 6:7: error: `<<` needs a mapping, not a string; write `<<: *anchor` where the anchor is on a mapping

        ## policy: tag
        loader: !secret true
        -> 6:11: error: the tag `!secret` has no meaning in a policy; remove it; put text that starts with `!` in double quotes

        ## file: list as key
        ? [a]
        : b
        -> 1:1: error: the policy needs `kind`; add `kind: TracingPolicy`
        -> 1:3: error: a key must be a string, not a list; put text that starts with `{` or `[` in double quotes
        """#)
}
