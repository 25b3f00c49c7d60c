// SPDX-License-Identifier: Apache-2.0

import ShrikeEventFilter
import Testing

@Suite struct ConditionListTests {
    @Test(
        "commas separate conditions, but not arguments and literals",
        arguments: [
            ("a == 1", ["a == 1"]),
            ("a == 1,b == 2", ["a == 1", "b == 2"]),
            ("f(a, b),c in [1, 2],{1: 2, 3: 4}[1] == 2", ["f(a, b)", "c in [1, 2]", "{1: 2, 3: 4}[1] == 2"]),
            (#"a == "x,y",b == 'z,"'"#, [#"a == "x,y""#, #"b == 'z,"'"#]),
            (#"a == "x\",y""#, [#"a == "x\",y""#]),
            // As the incumbent wants it.
            (#""f(a, ""b,c"")",d"#, [#"f(a, "b,c")"#, "d"]),
            (#""a, b" == c || c == "d""#, [#""a, b" == c || c == "d""#]),
            ("a),b", ["a)", "b"]),
            ("", [""]),
            (#"""#, [#"""#]),
        ])
    func split(text: String, conditions: [String]) {
        #expect(ConditionList.split(text) == conditions)
    }
}
