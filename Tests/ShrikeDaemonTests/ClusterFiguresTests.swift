// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ShrikeDaemon

@Suite struct ClusterFiguresTests {
    @Test("Not ready before the first list, and a note when the server is away later")
    func health() {
        var figures = ClusterFigures(watches: [.init(name: "things", isSynced: false, isConnected: false)])
        #expect(!figures.isSettled)
        #expect(
            EngineHealth().adding(figures).problems == ["things have not been read from the API server"])
        figures.watches = [.init(name: "things", isSynced: true, isConnected: false, lastError: "no route")]
        let health = EngineHealth().adding(figures)
        #expect(figures.isSettled && health.isReady)
        #expect(health.notes == ["things cannot be followed, what is known stays in force: no route"])
        figures.watches[0].isConnected = true
        #expect(EngineHealth().adding(figures) == EngineHealth())
        #expect(EngineHealth().adding(nil) == EngineHealth())
    }
}
