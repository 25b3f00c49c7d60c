// SPDX-License-Identifier: Apache-2.0
// The schema's fields are the decoder's own: an unknown field makes the decoder list what it knows.

import Testing

@testable import ShrikePolicy
@testable import ShrikePolicyTools

@Suite struct PolicySchemaTests {
    /// A spec with an unknown field in one mapping, and the way to that mapping in the schema.
    static let places: [(spec: String, path: [String])] = [
        ("{zzz: 1}", []),
        ("{kprobes: [{call: f, zzz: 1}]}", ["kprobes"]),
        ("{fentries: [{call: f, zzz: 1}]}", ["fentries"]),
        ("{tracepoints: [{subsystem: s, event: e, zzz: 1}]}", ["tracepoints"]),
        ("{lsmhooks: [{hook: h, zzz: 1}]}", ["lsmhooks"]),
        ("{uprobes: [{path: /p, zzz: 1}]}", ["uprobes"]),
        ("{usdts: [{path: /p, provider: p, name: n, zzz: 1}]}", ["usdts"]),
        ("{lists: [{name: l, zzz: 1}]}", ["lists"]),
        ("{enforcers: [{calls: [a], zzz: 1}]}", ["enforcers"]),
        ("{options: [{name: o, zzz: 1}]}", ["options"]),
        ("{podSelector: {zzz: 1}}", ["podSelector"]),
        (
            "{podSelector: {matchExpressions: [{key: k, operator: Exists, zzz: 1}]}}",
            ["podSelector", "matchExpressions"]
        ),
        ("{kprobes: [{call: f, args: [{index: 0, zzz: 1}]}]}", ["kprobes", "args"]),
        ("{kprobes: [{call: f, returnArg: {index: 0, zzz: 1}}]}", ["kprobes", "returnArg"]),
        ("{kprobes: [{call: f, ignore: {zzz: true}}]}", ["kprobes", "ignore"]),
        ("{kprobes: [{call: f, selectors: [{zzz: 1}]}]}", ["kprobes", "selectors"]),
        filter("matchArgs", "operator: Equal"), filter("matchBinaries", "operator: In, values: [a]"),
        filter("matchPIDs", "operator: In, values: [1]"),
        filter("matchNamespaces", "namespace: Net, operator: In, values: [a]"),
        filter("matchNamespaceChanges", "operator: In, values: [a]"),
        filter("matchCapabilities", "operator: In, values: [a]"), filter("matchActions", "action: Post"),
        (
            "{kprobes: [{call: f, selectors: [{matchWorkloads: {zzz: 1}}]}]}",
            ["kprobes", "selectors", "matchWorkloads"]
        ),
    ]

    private static func filter(_ name: String, _ fields: String) -> (spec: String, path: [String]) {
        (
            "{kprobes: [{call: f, selectors: [{\(name): [{\(fields), zzz: 1}]}]}]}",
            ["kprobes", "selectors", name]
        )
    }

    @Test(arguments: places) func theSchemaHasTheDecodersFields(_ place: (spec: String, path: [String]))
        throws
    {
        let text =
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\nspec: \(place.spec)\n"
        let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
        let help = try #require(
            result.diagnostics.first { $0.code == .unknownField }?.help, "\(result.diagnostics)")
        let known = help.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
        var node = SpecSchema.spec(isNamespaced: false)
        for name in place.path {
            guard case .object(let object) = Self.item(node) else { break }
            node = try #require(object.fields.first { $0.name == name }?.shape)
        }
        guard case .object(let object) = Self.item(node) else {
            Issue.record("no mapping at \(place.path)")
            return
        }
        #expect(Set(object.fields.map(\.name)) == Set(known))
    }

    private static func item(_ node: SchemaNode) -> SchemaNode {
        if case .list(let item, _) = node { item } else { node }
    }

    @Test func theWordsOfOperatorsAreTheDecoders() {
        #expect(Set(Operator.ofArguments) == Set(Operator.allCases).subtracting(Operator.ofSets))
        #expect(Set(Operator.ofBinaries) == [.in, .notIn, .prefix, .notPrefix, .postfix, .notPostfix])
    }

    /// JSON is YAML; the reader refuses what is broken, keys that stand twice too.
    @Test func bothAreDocuments() {
        for (text, count) in [(PolicySchema.jsonSchema, 1), (PolicySchema.customResourceDefinitions, 3)] {
            let stream = YAMLStream(Array(text.utf8), file: "schema")
            #expect(stream.diagnostics == [])
            #expect(stream.documents.count == count)
        }
    }

    /// A column whose path leads nowhere is empty for ever.
    @Test func everyPrinterColumnIsOfAFieldOfTheSchema() throws {
        let text = PolicySchema.customResourceDefinitions
        for document in YAMLStream(Array(text.utf8), file: "crds").documents {
            let version = try #require(document["spec"]?["versions"]?.elements.first)
            let columns = try #require(version["additionalPrinterColumns"]).elements
            #expect(columns.contains { $0["name"]?.text == "Age" || $0["name"]?.text == "Observed" })
            for column in columns {
                let path = try #require(column["jsonPath"]?.text)
                // What every object has is not part of its schema.
                if path == ".metadata.creationTimestamp" { continue }
                var node = try #require(version["schema"]?["openAPIV3Schema"])
                for step in path.split(separator: ".").filter({ !$0.hasSuffix(")]") }) {
                    let name = String(step.prefix { $0 != "[" })
                    node = try #require(node["properties"]?[name], "\(path): \(name)")
                    if step.contains("[") { node = try #require(node["items"], "\(path): \(name)") }
                }
                let type = try #require(node["type"]?.text, "\(path)")
                let shown = try #require(column["type"]?.text)
                #expect(shown == "date" ? node["format"]?.text == "date-time" : type == shown, "\(path)")
            }
        }
    }
}

extension YAMLNode {
    fileprivate subscript(_ name: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key.value == name }?.value
    }

    fileprivate var elements: [YAMLNode] {
        if case .sequence(let nodes) = content { nodes } else { [] }
    }

    fileprivate var text: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }
}
