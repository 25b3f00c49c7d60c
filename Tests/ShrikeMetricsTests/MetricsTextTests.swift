// SPDX-License-Identifier: Apache-2.0
// The two text forms, byte for byte.

import ShrikeMetrics
import Testing

@Suite struct MetricsTextTests {
    private let families = [
        MetricFamily(
            .counter, "events_total", "Events.",
            [
                .init(3, [("type", "PROCESS_EXEC"), ("binary", "a\"b\\c\nd")]),
                .init(0, [("type", "PROCESS_EXIT")]),
            ]),
        MetricFamily(.gauge, "nothing", "Without samples.", []),
        MetricFamily(.gauge, "process_resident_memory_bytes", "Memory.", [.init(1.5)], isPrefixed: false),
    ]

    @Test func prometheus() {
        #expect(
            MetricsFormat.prometheus.text(families, prefix: "tetragon") == """
                # HELP tetragon_events_total Events.
                # TYPE tetragon_events_total counter
                tetragon_events_total{type="PROCESS_EXEC",binary="a\\"b\\\\c\\nd"} 3
                tetragon_events_total{type="PROCESS_EXIT"} 0
                # HELP process_resident_memory_bytes Memory.
                # TYPE process_resident_memory_bytes gauge
                process_resident_memory_bytes 1.5

                """)
    }

    @Test func openMetrics() {
        #expect(
            MetricsFormat.openMetrics.text(families, prefix: "shrike") == """
                # HELP shrike_events Events.
                # TYPE shrike_events counter
                shrike_events_total{type="PROCESS_EXEC",binary="a\\"b\\\\c\\nd"} 3
                shrike_events_total{type="PROCESS_EXIT"} 0
                # HELP process_resident_memory_bytes Memory.
                # TYPE process_resident_memory_bytes gauge
                process_resident_memory_bytes 1.5
                # EOF

                """)
    }

    @Test func theFormIsChosenByWhatIsAccepted() {
        #expect(MetricsFormat(accept: "*/*") == .prometheus)
        #expect(
            MetricsFormat(accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
                == .openMetrics)
    }
}
