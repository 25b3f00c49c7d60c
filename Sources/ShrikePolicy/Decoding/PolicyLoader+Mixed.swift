// SPDX-License-Identifier: Apache-2.0
// Streams in which policies stand beside other Kubernetes objects, as Helm renders them.

extension PolicyLoader {
    /// Reads the policies of a stream, and passes over documents that are plainly something else.
    ///
    /// A document is something else if it says so: with an `apiVersion` of another group, or a `kind`
    /// of this group that is no misspelt policy. All else is judged as `load` judges it.
    /// - Returns: the result, and how many documents were passed over.
    public static func loadMixed(_ bytes: [UInt8], file: String) -> (result: LoadResult, passedOver: Int) {
        let stream = YAMLStream(bytes, file: file)
        let context = DecodingContext(file: file)
        var policies: [TracingPolicy] = []
        var others = 0
        for document in stream.documents where !document.isNull {
            if isOtherObject(document) {
                others += 1
            } else if let policy = context.policy(document) {
                policies.append(policy)
            }
        }
        if stream.diagnostics.isEmpty, stream.documents.allSatisfy(\.isNull) {
            context.error(
                .noPolicy, SourceRange(file: file, at: .start), "the file holds no policy",
                help: "a policy starts with `apiVersion: \(PolicyAPI.version)`")
        }
        let diagnostics = (stream.diagnostics + context.diagnostics).sortedAndUnique()
        return (LoadResult(policies: policies, diagnostics: diagnostics), others)
    }

    private static func isOtherObject(_ document: YAMLNode) -> Bool {
        guard case .mapping(let pairs) = document.content else { return false }
        func text(_ key: String) -> String? {
            guard let node = pairs.first(where: { $0.key.value == key })?.value,
                case .scalar(let scalar) = node.content, scalar.resolved == .string
            else {
                return nil
            }
            return scalar.text
        }
        guard let version = text("apiVersion"), let kind = text("kind"), !version.isEmpty else {
            return false
        }
        let names = PolicyKind.allCases.map(\.rawValue)
        if Suggestion.nearest(to: kind, among: names) != nil { return false }
        let group = version.prefix { $0 != "/" }
        return group != "cilium.io" || kind.hasPrefix("Cilium")
    }
}
