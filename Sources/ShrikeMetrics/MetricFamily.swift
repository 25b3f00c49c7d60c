// SPDX-License-Identifier: Apache-2.0
// Metrics as data, and the two text forms that scrapers read.

internal import ShrikeExport

/// All samples of one name.
public struct MetricFamily: Sendable, Equatable {
    /// What its samples mean.
    public enum Kind: String, Sendable {
        /// Only grows; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Values counted by buckets.
        case histogram
    }

    /// One value.
    public struct Sample: Sendable, Equatable {
        /// Names and values, in the order in which they are printed.
        public var labels: [(name: String, value: String)]
        /// The value.
        public var value: Double
        /// What follows the name: `_bucket`, `_sum` and `_count` of a histogram.
        public var suffix: String

        /// A value with its labels.
        public init(
            _ value: Double, _ labels: [(name: String, value: String)] = [], suffix: String = ""
        ) {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }

        /// Equal labels in the same order, and equal values.
        public static func == (left: Sample, right: Sample) -> Bool {
            left.value == right.value && left.suffix == right.suffix
                && left.labels.elementsEqual(right.labels) { $0 == $1 }
        }
    }

    /// The name without the prefix, `events_total`.
    public var name: String
    /// One sentence.
    public var help: String
    /// What its samples mean.
    public var kind: Kind
    /// The samples; a family without any is not printed.
    public var samples: [Sample]
    /// Whether the name gets the prefix of the daemon's own metrics.
    public var isPrefixed: Bool

    /// A family.
    public init(
        _ kind: Kind, _ name: String, _ help: String, _ samples: [Sample], isPrefixed: Bool = true
    ) {
        self.isPrefixed = isPrefixed
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}

/// The forms of text.
public enum MetricsFormat: Sendable {
    /// Prometheus, version 0.0.4.
    case prometheus
    /// OpenMetrics, version 1.0.0.
    case openMetrics

    /// The media type.
    public var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The form that a scraper asks for in its Accept header.
    public init(accept: String) {
        self = accept.contains("application/openmetrics-text") ? .openMetrics : .prometheus
    }

    /// The text of all families.
    /// - Parameter prefix: put before the names of the daemon's own metrics.
    public func text(_ families: [MetricFamily], prefix: String) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            let name = family.isPrefixed ? "\(prefix)_\(family.name)" : family.name
            // In OpenMetrics the family of a counter is named without the suffix that its samples have.
            let isBare = self == .openMetrics && family.kind == .counter && name.hasSuffix("_total")
            let familyName = isBare ? String(name.dropLast("_total".count)) : name
            text += "# HELP \(familyName) \(Self.escape(family.help, quotes: false))\n"
            text += "# TYPE \(familyName) \(family.kind.rawValue)\n"
            let sampleName =
                self == .openMetrics && family.kind == .counter && !name.hasSuffix("_total")
                ? name + "_total" : name
            for sample in family.samples {
                text += sampleName + sample.suffix
                if !sample.labels.isEmpty {
                    let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
                    text += "{\(labels.joined(separator: ","))}"
                }
                text += " \(Self.number(sample.value))\n"
            }
        }
        if self == .openMetrics { text += "# EOF\n" }
        return text
    }

    private static func number(_ value: Double) -> String {
        // Whole numbers without a fraction, as far as a Double tells them apart.
        value == value.rounded() && abs(value) < 9_007_199_254_740_992 ? "\(Int64(value))" : "\(value)"
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

extension MetricFamily {
    /// A family of histograms.
    /// - Parameter unit: what a nanosecond is in the metric's unit.
    init(
        histogram name: String, _ help: String,
        _ histograms: [(labels: [(name: String, value: String)], values: LatencyHistogram)], unit: Double
    ) {
        var samples: [Sample] = []
        for (labels, values) in histograms {
            var below: UInt64 = 0
            for (bucket, bound) in values.bounds.enumerated() {
                below += values.counts[bucket]
                samples.append(
                    Sample(
                        Double(below), labels + [("le", Self.bound(Double(bound) * unit))], suffix: "_bucket")
                )
            }
            samples.append(Sample(Double(values.count), labels + [("le", "+Inf")], suffix: "_bucket"))
            samples.append(Sample(Double(values.sumNanoseconds) * unit, labels, suffix: "_sum"))
            samples.append(Sample(Double(values.count), labels, suffix: "_count"))
        }
        self.init(.histogram, name, help, samples)
    }

    /// A bucket's bound; products of decimal fractions have digits that nobody means.
    private static func bound(_ value: Double) -> String {
        let rounded = (value * 1e9).rounded() / 1e9
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }
}
