// SPDX-License-Identifier: Apache-2.0
// The running kernel's answers to the policy checker.

internal import ShrikeBPF
internal import ShrikePolicy

/// Facts from the kernel's BTF.
struct BTFKernelFacts: KernelFacts {
    let types: KernelBTF

    func function(named name: String) -> FunctionPrototype? {
        types.function(named: name).map { function in
            FunctionPrototype(
                name: function.name, parameters: function.parameters.map { ParameterType($0.type) },
                returnType: ParameterType(function.returnType))
        }
    }

    func similarFunctions(to name: String) -> [String] {
        Suggestion.nearest(to: name, among: types.functionNames).map { [$0] } ?? []
    }

    func hasLSMHook(_ name: String) -> Bool { types.function(named: "bpf_lsm_\(name)") != nil }
}

extension ParameterType {
    fileprivate init(_ type: BTFType) {
        switch type {
        case .void: self.init("void", .void)
        case .integer(let name, let bytes, let isSigned):
            self.init(name, .integer(bytes: bytes, isSigned: isSigned))
        case .pointer(let target): self.init("\(target) *", .pointer(to: target))
        case .other(let name, _): self.init(name, .other)
        }
    }
}
