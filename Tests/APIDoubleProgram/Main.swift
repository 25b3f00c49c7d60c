// SPDX-License-Identifier: Apache-2.0
// The double of the API server as a program, for guests: `shrike-api-double FOLDER` serves what lies in FOLDER.
//
//     FOLDER/objects/COLLECTION/*    objects, a line for each fact: `name web-0`, `members "spec":{}`; read again all the time
//     FOLDER/away                    while it is there, nobody listens
//     FOLDER/config                  written: a kubeconfig for the server; it is there when the server listens
//     FOLDER/status.json             written: what a node has applied to its status last; it is an object of its own too
//     FOLDER/logs/NAMESPACE/POD      the log of the pod's export-stdout, `TIME TEXT` in a line; lines may be added

import APIDouble
import Glibc

/// The collections, by the names of their folders.
private let collections = [
    "pods": "/api/v1/pods", "namespaces": "/api/v1/namespaces", "nodes": "/api/v1/nodes",
    "tracingpolicies": "/apis/cilium.io/v1alpha1/tracingpolicies",
    "tracingpoliciesnamespaced": "/apis/cilium.io/v1alpha1/tracingpoliciesnamespaced",
    "policynodestatuses": statuses,
]
private let statuses = "/apis/shrike.internal/v1alpha1/policynodestatuses"

private func contents(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&part, 1, part.count, file)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += part[..<count]
    }
}

/// Writes a file whole or not at all.
private func replace(_ path: String, with text: String) {
    guard let file = fopen(path + ".new", "we") else { return }
    fputs(text, file)
    fclose(file)
    rename(path + ".new", path)
}

/// Ends with a reason.
private func giveUp(_ reason: String) -> Never {
    _ = (reason + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(1)
}

private func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
}

private func object(_ text: String) -> DoubleObject {
    var object = DoubleObject(name: "", uid: "")
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { continue }
        switch parts[0] {
        case "apiVersion": object.apiVersion = parts[1]
        case "kind": object.kind = parts[1]
        case "namespace": object.namespace = parts[1]
        case "name": object.name = parts[1]
        case "uid": object.uid = parts[1]
        case "generation": object.generation = Int(parts[1]) ?? 1
        case "metadata": object.metadata = parts[1]
        case "label":
            let label = parts[1].split(separator: "=", maxSplits: 1).map(String.init)
            if label.count == 2 { object.labels[label[0]] = label[1] }
        case "members": object.members = parts[1]
        case "field":
            let field = parts[1].split(separator: "=", maxSplits: 1).map(String.init)
            if field.count == 2 { object.fields[field[0]] = field[1] }
        default:
            giveUp("shrike-api-double: `\(parts[0])` is no fact of an object")
        }
    }
    return object
}

/// When a folder's list of files last changed, in nanoseconds; nil: there is none.
private func changed(_ folder: String) -> Int64? {
    var facts = stat()
    guard stat(folder, &facts) == 0 else { return nil }
    return Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
}

/// Collections whose folders have changed lately: files are moved into them, which changes the folder.
private struct Folders {
    private var looked: [String: Int64] = [:]

    mutating func hasNews(_ folder: String) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        guard let time = changed(folder) else { return looked.removeValue(forKey: folder) != nil }
        // The clock of files is a coarse one: a second change may bear the time of the first.
        let isOld = (Int64(now.tv_sec) - 2) * 1_000_000_000 > time
        if looked[folder] == time, isOld { return false }
        looked[folder] = isOld ? time : 0
        return true
    }
}

/// Passes on what is new in the files of logs.
private struct Logs {
    private var told: [String: Int] = [:]

    mutating func tell(_ double: APIDouble, _ folder: String) {
        for namespace in names(in: folder) {
            for pod in names(in: "\(folder)/\(namespace)") {
                let key = "\(namespace)/\(pod)"
                let text = contents(of: "\(folder)/\(key)") ?? ""
                if told[key] == nil { double.startLog(of: pod, in: namespace) }
                // A line without an end is still being written.
                let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
                let lines = whole.split(separator: "\n")
                for line in lines.dropFirst(told[key] ?? 0) {
                    let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
                    if parts.count == 2 { double.log(parts[1], at: parts[0], of: pod, in: namespace) }
                }
                told[key] = lines.count
            }
        }
    }
}

@main
enum Main {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            giveUp("usage: shrike-api-double FOLDER")
        }
        let folder = CommandLine.arguments[1]
        let double = try await APIDouble(tokens: ["secret"], collections: Set(collections.values))
        let config = try double.kubeconfig(token: "secret")
        replace("\(folder)/config", with: contents(of: config.path) ?? "")
        config.remove()
        var known: [String: (text: String, object: DoubleObject, path: String)] = [:]
        var isAway = false
        var applied = 0
        var folders = Folders()
        var logs = Logs()
        while true {
            var seen = Set(known.keys)
            for (name, path) in collections where folders.hasNews("\(folder)/objects/\(name)") {
                seen = seen.filter { !$0.hasPrefix("\(name)/") }
                for file in names(in: "\(folder)/objects/\(name)") {
                    let key = "\(name)/\(file)"
                    guard let text = contents(of: "\(folder)/objects/\(key)") else { continue }
                    seen.insert(key)
                    if known[key]?.text == text { continue }
                    let object = object(text)
                    known[key] = (text, object, path)
                    double.put(object, in: path)
                }
            }
            for (key, gone) in known where !seen.contains(key) {
                double.delete(gone.object.name, namespace: gone.object.namespace, in: gone.path)
                known[key] = nil
            }
            let shouldBeAway = access("\(folder)/away", F_OK) == 0
            if shouldBeAway != isAway {
                if shouldBeAway { double.goAway() } else { double.comeBack() }
                isAway = shouldBeAway
            }
            logs.tell(double, "\(folder)/logs")
            let written = double.applied("\(statuses)/guest")
            if written.count > applied, let last = written.last {
                applied = written.count
                replace("\(folder)/status.json", with: last)
                var object = DoubleObject(name: "guest", uid: "status-guest")
                if let status = last.firstRange(of: "\"status\":") {
                    object.members = String(last[status.lowerBound...].dropLast())
                }
                double.put(object, in: statuses)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
