// SPDX-License-Identifier: Apache-2.0
// Actions.

extension MappingDecoder {
    mutating func actions(_ name: String) -> [Action] {
        list(name, atMost: PolicyLimits.actions) { $1.action($0) }
    }
}

extension DecodingContext {
    fileprivate func action(_ node: YAMLNode) -> Action? {
        guard var fields = MappingDecoder(node, "an action", self) else { return nil }
        let kind = fields.word("action", among: ActionKind.allCases, required: true)
        let signal = fields.integer("argSig", in: 0...Int(UInt32.max))
        let errorNumber = fields.integer("argError", in: Int(Int32.min)...Int(Int32.max))
        let rateLimit = fields.nonEmptyString("rateLimit")
        let scope = fields.word("rateLimitScope", among: RateLimitScope.allCases)
        let kernelStack = fields.bool("kernelStackTrace")
        let userStack = fields.bool("userStackTrace")
        let imaHash = fields.bool("imaHash")
        let url = fields.nonEmptyString("argUrl")
        let domain = fields.nonEmptyString("argFqdn")
        let socket = fields.integer("argSock", in: 0...Int(UInt32.max))
        let target = fields.integer("argIndex", in: 0...Int(UInt32.max))
        let value = fields.integer("argValue", in: 0...UInt32.max)
        let registers = fields.list("argRegs", atMost: PolicyLimits.registers) { $1.string($0) }
        let symbol = fields.nonEmptyString("argNewSymbol")
        let address = fields.integer("argNewAddr", in: 0...UInt64.max)
        let offset = fields.integer("argNewOffset", in: 0...UInt64.max)
        let places = fields.finish()
        checkNewAddress(places)
        guard let kind else { return nil }
        return Action(
            kind: kind, signal: signal, errorNumber: errorNumber, rateLimit: rateLimit, rateLimitScope: scope,
            kernelStackTrace: kernelStack, userStackTrace: userStack, imaHash: imaHash, url: url,
            domainName: domain, socketPosition: socket, targetPosition: target, newValue: value,
            registers: registers, newSymbol: symbol, newAddress: address, newOffset: offset, fields: places,
            range: node.range)
    }

    private func checkNewAddress(_ fields: FieldPlaces) {
        let given = ["argNewSymbol", "argNewAddr", "argNewOffset"].filter { fields.isSet($0) }
        guard given.count > 1, let second = fields[given[1]] else { return }
        error(
            .exclusiveFields, second.nameRange, "`\(given[0])` and `\(given[1])` exclude each other",
            help: "keep one of them")
    }
}
