// SPDX-License-Identifier: Apache-2.0
// Pods on their way from whoever knows of them to the event thread.

internal import CShrikeShims
internal import Glibc
internal import ShrikeWorkloads
internal import Synchronization

/// Takes pods from any thread and wakes the event thread.
///
/// Bounded: of each pod only the latest is kept, and there are at most as many as the registry takes.
final class PodInbox: PodSink {
    /// What has changed since the last look.
    struct News: Sendable {
        var changed: [String: PodFacts] = [:]
        var gone: Set<String> = []
        /// Pods that found no room.
        var refused: UInt64 = 0
        /// All control groups, and when reading them began; nil: nobody has read them again.
        var groups: (listed: [ControlGroup], since: UInt64)?
    }

    private let news = Mutex(News())
    private let hasNews = Atomic(false)
    /// Readable when there is something.
    let descriptor: Int32

    init() { descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }

    deinit { close(descriptor) }

    func podsChanged(_ changed: [PodFacts], gone: [String], isComplete: Bool) {
        news.withLock { news in
            for uid in gone {
                news.changed[uid] = nil
                if news.gone.count < WorkloadRegistry.maximumPods { news.gone.insert(uid) }
            }
            for pod in changed {
                guard news.changed[pod.uid] != nil || news.changed.count < WorkloadRegistry.maximumPods
                else {
                    news.refused += 1
                    continue
                }
                news.gone.remove(pod.uid)
                news.changed[pod.uid] = pod
            }
        }
        wake()
    }

    /// All control groups, read again.
    func groupsListed(_ listed: [ControlGroup], since start: UInt64) {
        news.withLock { $0.groups = (listed, start) }
        wake()
    }

    private func wake() {
        hasNews.store(true, ordering: .releasing)
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    /// What has come since the last call; nil: nothing. Costs one load when there is nothing. Event thread.
    func take() -> News? {
        guard hasNews.exchange(false, ordering: .acquiring) else { return nil }
        var count: UInt64 = 0
        read(descriptor, &count, 8)
        return news.withLock { news in
            defer { news = News(refused: news.refused) }
            return news
        }
    }
}
