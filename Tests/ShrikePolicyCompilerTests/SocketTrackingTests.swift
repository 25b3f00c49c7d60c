// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import Testing

@testable import ShrikePolicyCompiler

@Suite struct SocketTrackingTests {
    @Test("An action on a socket names the plan's argument, whatever its position in the policy")
    func positions() throws {
        let hook = try #require(
            try compile(
                policy(
                    "a", call: "f", args: "    - {index: 2, type: sock}",
                    selectors: "    - matchActions: [{action: TrackSock}]"),
                policy(
                    "b", call: "f", args: "    - {index: 1, type: int}\n    - {index: 0, type: socket}",
                    selectors: "    - matchActions: [{action: UntrackSock, argSock: 1}, {action: NoPost}]")
            ).hooks.first)
        #expect(hook.selectors.map(\.tracked) == [[0], []])
        #expect(hook.selectors.map(\.untracked) == [[], [2]])
        let bytes = MapBytes.value(hook.selectors[1])
        #expect(bytes.count == MemoryLayout<shrike_selector_config>.size)
        #expect(bytes[15...16] == [0, 0b100])
    }

    @Test("Of two actions on one socket the last one counts")
    func last() throws {
        let hook = try #require(
            try compile(
                policy(
                    "a", call: "f", args: "    - {index: 0, type: sock}",
                    selectors: "    - matchActions: [{action: TrackSock}, {action: UntrackSock}]")
            ).hooks.first)
        #expect(hook.selectors[0].tracked == [] && hook.selectors[0].untracked == [0])
    }

    @Test("A hook on a return tracks arguments at the entry and the result at the return")
    func halves() throws {
        let plan = try compile(
            spec(
                "r",
                """
                kprobes:
                - call: sk_clone_lock
                  syscall: false
                  return: true
                  returnArg: {index: 0, type: sock}
                  returnArgAction: tracksock
                  args: [{index: 0, type: sock}]
                  selectors: [{matchActions: [{action: UntrackSock}]}]
                """))
        #expect(plan.hooks.map(\.target.kind) == [.function, .functionReturn])
        #expect(plan.hooks[0].selectors[0].untracked == [0] && plan.hooks[0].selectors[0].tracked == [])
        #expect(!plan.hooks[0].selectors[0].isPosted)
        #expect(plan.hooks[1].selectors[0].tracked == [1] && plan.hooks[1].selectors[0].untracked == [])
        #expect(plan.hooks[1].selectors[0].isPosted)
    }
}
