// SPDX-License-Identifier: Apache-2.0
// The double of the API server as a program, for guests: `shrike-api-double FOLDER` serves what lies in FOLDER.
//
//     FOLDER/objects/COLLECTION/*    objects, a line for each fact: `name web-0`, `members "spec":{}`; read again all the time
//     FOLDER/away                    while it is there, nobody listens
//     FOLDER/config                  written: a kubeconfig for the server; it is there when the server listens
//     FOLDER/status.json             written: what a node has applied to its status last

import APIDouble
import Glibc

/// The collections, by the names of their folders.
private let collections = [
    "pods": "/api/v1/pods", "namespaces": "/api/v1/namespaces", "nodes": "/api/v1/nodes",
    "tracingpolicies": "/apis/cilium.io/v1alpha1/tracingpolicies",
    "tracingpoliciesnamespaced": "/apis/cilium.io/v1alpha1/tracingpoliciesnamespaced",
]

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
        while true {
            var seen: Set<String> = []
            for (name, path) in collections {
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
            let statuses = double.applied("/apis/shrike.internal/v1alpha1/policynodestatuses/guest")
            if statuses.count > applied, let last = statuses.last {
                applied = statuses.count
                replace("\(folder)/status.json", with: last)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
