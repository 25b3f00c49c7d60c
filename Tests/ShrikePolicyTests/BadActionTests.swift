// SPDX-License-Identifier: Apache-2.0
// Actions that cannot work. Each gives exactly the lines after the arrows.

import Testing

@Suite struct BadActionTests {
    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## hook: Override on a plain function
        - call: schedule
          syscall: false
          selectors:
          - matchActions:
            - action: Override
              argError: -1
        -> 11:17: error: `Override` cannot refuse `schedule`; it is possible for system calls, `security_*` functions and LSM hooks

        ## selector: positive argError
        matchActions:
        - action: Override
          argError: 13
        -> 14:19: error: `argError` is 13, it must be from -4095 to 0; write `argError: -13`

        ## selector: argError past errno
        matchActions:
        - action: Override
          argError: -4096
        -> 14:19: error: `argError` is -4096, it must be from -4095 to 0; for example -1 (EPERM) or -13 (EACCES)

        ## selector: no argError
        matchActions:
        - action: Override
        -> 13:9: error: `Override` without `argError` lets the call go on; add `argError: -1` (EPERM)

        ## selector: no argSig
        matchActions:
        - action: Signal
        -> 13:9: error: `Signal` needs `argSig`, else it sends nothing; add `argSig: 9`, or write `action: Sigkill`

        ## selector: argSig too large
        matchActions:
        - action: Signal
          argSig: 65
        -> 14:17: error: `argSig` is 65, it must be from 1 to 64; for example 9 (SIGKILL)

        ## selector: parameter of another action
        matchActions:
        - action: Sigkill
          argError: -1
        - action: NoPost
          rateLimit: 1m
        -> 14:9: warning: `argError` has no meaning for the action `Sigkill`; it belongs to `Override`
        -> 16:9: error: `rateLimit` has no meaning for the action `NoPost`; it belongs to `Post`

        ## selector: rate limit
        matchActions:
        - action: Post
          rateLimit: 100ms
          rateLimitScope: Thread
        -> 15:25: error: `Thread` is not a value of `rateLimitScope`; did you mean `thread`?

        ## policy: Sigkill on a fentry
        fentries:
        - call: schedule
          syscall: false
          selectors:
          - matchActions:
            - action: Sigkill
        -> 11:17: error: the action `Sigkill` is not possible in a fentry hook; use `kprobes` or `lsmhooks`

        ## policy: Override on a tracepoint
        tracepoints:
        - subsystem: sched
          event: sched_process_exec
          selectors:
          - matchActions:
            - {action: Override, argError: -1}
        -> 11:18: error: the action `Override` is not possible in a tracepoint; use `kprobes` or `lsmhooks`

        ## hook: Override on return
        - call: sys_openat
          return: true
          returnArg: {index: 0, type: int64}
          selectors:
          - matchReturnActions:
            - {action: Override, argError: -1}
        -> 12:18: error: the action `Override` is not possible in `matchReturnActions`; move it to `matchActions`

        ## selector: NotifyEnforcer alone
        matchActions:
        - action: NotifyEnforcer
        -> 13:9: error: `NotifyEnforcer` needs `argError` or `argSig`, else nothing happens; add `argError: -1`
        -> 13:17: error: `NotifyEnforcer` needs `spec.enforcers`; add `enforcers` with the calls to act on

        ## selector: GetUrl without address
        matchActions:
        - action: GetUrl
        -> 13:9: error: `GetUrl` needs `argUrl`; add `argUrl`

        ## selector: TrackSock on a file
        matchActions:
        - action: TrackSock
          argSock: 0
        -> 14:18: error: `argSock` is 0, no socket is there in `args`; write the position of a `sock` or `socket` in `args`, counted from 0

        ## policy: two new addresses
        uprobes:
        - path: /bin/a
          symbols: [main]
          selectors:
          - matchActions:
            - {action: Override, argNewSymbol: a, argNewAddr: 16}
        -> 11:45: error: `argNewSymbol` and `argNewAddr` exclude each other; keep one of them
        """#)
}
