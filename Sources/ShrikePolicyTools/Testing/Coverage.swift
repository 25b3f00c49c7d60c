// SPDX-License-Identifier: Apache-2.0
// Which selectors and values the cases of a file exercise.

internal import ShrikePolicy

/// A selector is exercised when it is a policy's first match in some case, a value when some case at its hook has it.
struct Coverage {
    private(set) var exercised = 0
    private(set) var total = 0
    private(set) var missing: [TestProblem] = []

    init(_ world: PolicyWorld, _ events: [WorldEvent], _ probe: SelectorProbe) {
        let verdicts = events.map { try? world.decide($0) }
        let hit = Set(verdicts.compactMap { $0 }.flatMap(\.selectors))
        for (number, policy) in world.policies.enumerated() {
            for (position, hook) in policy.spec.hooks.enumerated() {
                let here = events.filter { hook.isAt($0.hook, policy.spec) }
                for selector in 0..<max(hook.selectors.count, 1) {
                    let id = SelectorID(policy: number, hook: position, selector: selector)
                    count(hit.contains(id), world.range(of: id), "\(world.name(of: id)) matches in no case")
                    for predicate in world.selector(id)?.predicates ?? [] {
                        for (value, yaml) in predicate.single {
                            let isHit = here.contains { probe.holds(yaml, predicate.field, id, $0) == true }
                            count(
                                isHit, value.range,
                                "no case has the value `\(value.value)` of \(predicate.field) in \(world.name(of: id))"
                            )
                        }
                    }
                }
            }
        }
    }

    private mutating func count(_ isExercised: Bool, _ range: SourceRange, _ message: String) {
        total += 1
        if isExercised { exercised += 1 } else { missing.append(TestProblem(range, message)) }
    }
}
