// SPDX-License-Identifier: Apache-2.0
// Control groups, containers and pods that become known in any order.

import ShrikePolicyCompiler
import Testing

@testable import ShrikeWorkloads

private let one = String(repeating: "3b1f0c7d9e2a4f55", count: 4)
private let two = String(repeating: "00ff", count: 16)
private let uid = "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a10"
private let webStatus = PodFacts.Container(
    name: "nginx", id: "containerd://\(one)", imageName: "registry.example:5000/shop/nginx:1.27")

private func pod(_ containers: [PodFacts.Container] = [], labels: [String: String] = ["app": "web"])
    -> PodFacts
{
    PodFacts(
        uid: uid, namespace: "shop", name: "web-0", labels: labels, workload: "web",
        workloadKind: "StatefulSet", containers: containers)
}

private func facts(name: String = "", repository: String = "", labels: [String: String] = ["app": "web"])
    -> ScopeFacts.Content
{
    .container(ContainerFacts(namespace: "shop", podLabels: labels, name: name, repository: repository))
}

/// Feeds a registry and keeps what policies and events would know.
private struct View {
    var registry: WorkloadRegistry
    var scopes: [UInt64: ScopeFacts.Content] = [:]
    var groups: [UInt64: ContainerNumber] = [:]
    var containers: [ContainerNumber: KnownContainer] = [:]

    init(expectsPods: Bool = true, maximumGroups: Int = 64, maximumPods: Int = 8, maximumEnded: Int = 0) {
        registry = WorkloadRegistry(
            expectsPods: expectsPods, maximumGroups: maximumGroups, maximumPods: maximumPods,
            maximumEnded: maximumEnded)
    }

    private mutating func take(_ changes: [WorkloadChange]) {
        for change in changes {
            switch change {
            case .scope(let facts): scopes[facts.cgroupID] = facts.content
            case .scopeEnded(let id):
                #expect(scopes.removeValue(forKey: id) != nil)
            case .group(let id, let number):
                #expect(containers[number] != nil)
                groups[id] = number
            case .groupEnded(let id):
                #expect(groups.removeValue(forKey: id) != nil)
            case .container(let number, let container): containers[number] = container
            case .containerEnded(let number):
                #expect(containers.removeValue(forKey: number) != nil)
            }
        }
    }

    /// Adds groups along a path; each component's id is the next of `ids`.
    mutating func path(_ text: String, _ ids: [UInt64]) {
        var parent: UInt64 = 1
        take(registry.groupAppeared(1, parent: 0, name: ""))
        for (name, id) in zip(text.split(separator: "/"), ids) {
            take(registry.groupAppeared(id, parent: parent, name: String(name)))
            parent = id
        }
    }

    mutating func list(_ groups: [ControlGroup], since start: UInt64) {
        take(registry.groupsListed(groups, since: start))
    }

    mutating func made(_ id: UInt64, parent: UInt64, _ name: String, at time: UInt64) {
        take(registry.groupAppeared(id, parent: parent, name: name, made: time))
    }

    mutating func gone(_ id: UInt64) { take(registry.groupEnded(id)) }

    mutating func pods(_ changed: [PodFacts], gone: [String] = []) {
        take(registry.podsChanged(changed, gone: gone))
    }

    func container(of group: UInt64) -> KnownContainer? { groups[group].flatMap { containers[$0] } }
}

@Suite struct WorkloadRegistryTests {
    private let path = "kubepods/burstable/pod\(uid)/\(one)"

    @Test func aPodThatIsKnownFirstIsThereWithItsGroup() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path, [2, 3, 4, 5])
        #expect(view.scopes[1] == .host)
        #expect(view.scopes[2] == .undecided)
        #expect(view.scopes[3] == nil)
        #expect(view.scopes[4] == nil)
        #expect(
            view.scopes[5] == facts(name: "nginx", repository: "registry.example:5000/shop/nginx"))
        #expect(
            view.container(of: 5)
                == KnownContainer(id: one, pod: pod([webStatus]), status: webStatus, isAwaited: false))
    }

    @Test func aGroupThatIsKnownFirstGetsItsPodLater() {
        var view = View()
        view.path(path, [2, 3, 4, 5])
        #expect(view.scopes[5] == .undecided)
        #expect(view.container(of: 5) == KnownContainer(id: one, isAwaited: true))
        // The pod alone tells the namespace and the labels; its status, later, the container.
        view.pods([pod()])
        #expect(view.scopes[5] == facts())
        #expect(view.container(of: 5) == KnownContainer(id: one, pod: pod(), isAwaited: true))
        view.pods([pod([webStatus])])
        #expect(view.scopes[5] == facts(name: "nginx", repository: "registry.example:5000/shop/nginx"))
        #expect(view.container(of: 5)?.isAwaited == false)
    }

    @Test func whatIsInsideAContainerIsTheContainers() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path + "/system.slice/docker-\(two).scope", [2, 3, 4, 5, 6, 7])
        #expect(view.groups[7] == view.groups[5])
        #expect(view.scopes[7] == nil)
        view.gone(7)
        view.gone(6)
        #expect(view.containers.count == 1)
        view.gone(5)
        #expect(view.containers.isEmpty)
        #expect(view.scopes.keys.sorted() == [1, 2])
        #expect(view.registry.containerCount == 0)
    }

    @Test func labelsThatChangeReachPolicies() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path, [2, 3, 4, 5])
        view.pods([pod([webStatus], labels: ["app": "web", "tier": "front"])])
        #expect(
            view.scopes[5]
                == facts(
                    name: "nginx", repository: "registry.example:5000/shop/nginx",
                    labels: ["app": "web", "tier": "front"]))
    }

    @Test func aDeletedPodsContainerStaysItsOwnUntilTheGroupIsGone() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path, [2, 3, 4, 5])
        view.pods([], gone: [uid])
        #expect(view.scopes[5] == facts(name: "nginx", repository: "registry.example:5000/shop/nginx"))
        #expect(view.container(of: 5)?.isAwaited == false)
        #expect(view.registry.podCount == 0)
        // The next container of that name is nobody's.
        view.gone(5)
        view.path(path, [2, 3, 4, 6])
        #expect(view.scopes[6] == .undecided)
    }

    @Test func aContainerThatHasEndedGetsItsPodAllTheSame() {
        var view = View(maximumEnded: 1)
        view.path(path, [2, 3, 4, 5])
        let number = view.groups[5]
        view.gone(5)
        view.pods([pod([webStatus])])
        #expect(number.flatMap { view.containers[$0] }?.status == webStatus)
        #expect(view.scopes.keys.sorted() == [1, 2])
        // Its like is another one, and lets it go when it ends too.
        view.path(path, [2, 3, 4, 6])
        #expect(view.groups[6] != number)
        #expect(view.container(of: 6)?.status == webStatus)
        #expect(view.containers.count == 2)
        view.gone(6)
        #expect(view.containers.count == 1)
        #expect(number.flatMap { view.containers[$0] } == nil)
    }

    @Test func groupsThatAreReadAgainMakeGoodWhatWasLost() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path, [2, 3, 4, 5])
        view.made(6, parent: 1, "kubepods.slice", at: 100)
        view.made(7, parent: 1, "system.slice", at: 201)
        // 5 and 6 went, 7 was made after reading began, 8 was never told of.
        view.list(
            [
                ControlGroup(id: 1, parent: 0, name: ""), ControlGroup(id: 2, parent: 1, name: "kubepods"),
                ControlGroup(id: 3, parent: 2, name: "burstable"),
                ControlGroup(id: 4, parent: 3, name: "pod\(uid)"),
                ControlGroup(id: 8, parent: 4, name: one),
            ], since: 200)
        #expect(view.groups.keys.sorted() == [8])
        #expect(view.container(of: 8)?.status == webStatus)
        #expect(view.scopes.keys.sorted() == [1, 2, 8])
        #expect(view.registry.groupCount == 6)
    }

    @Test func aContainerThatRestartsKeepsWhatItWasUntilItIsGone() {
        var view = View()
        view.pods([pod([webStatus])])
        view.path(path, [2, 3, 4, 5])
        let next = PodFacts.Container(name: "nginx", id: "containerd://\(two)")
        view.pods([pod([next])])
        #expect(view.container(of: 5)?.status == webStatus)
        view.path("kubepods/burstable/pod\(uid)/\(two)", [2, 3, 4, 6])
        #expect(view.container(of: 6)?.status == next)
    }

    @Test func aStaticPodsContainerIsFoundByItsID() {
        var view = View()
        view.path("kubepods/pod9d1c3d1d5d7a41d86c9a2f0f2b3c4d5e/\(one)", [2, 3, 4])
        view.pods([pod([webStatus])])
        #expect(view.scopes[4] == facts(name: "nginx", repository: "registry.example:5000/shop/nginx"))
        view.gone(4)
        view.path("kubepods/pod9d1c3d1d5d7a41d86c9a2f0f2b3c4d5e/\(one)", [2, 3, 5])
        #expect(view.container(of: 5)?.pod?.uid == uid)
    }

    @Test func conmonIsTheHosts() {
        var view = View()
        view.pods([pod()])
        view.path(
            "kubepods.slice/kubepods-pod\(uid.replacing("-", with: "_")).slice/crio-conmon-\(one).scope",
            [2, 3, 4])
        #expect(view.scopes[4] == .host)
        #expect(view.containers.isEmpty)
    }

    @Test func aContainerWithoutAPodIsNotWaitedFor() {
        var view = View()
        view.path("docker/\(one)", [2, 3])
        #expect(view.container(of: 3) == KnownContainer(id: one, isAwaited: false))
        #expect(view.scopes[3] == .undecided)
    }

    @Test func withoutASourceOfPodsNothingIsToldOrAwaited() {
        var view = View(expectsPods: false)
        view.path(path, [2, 3, 4, 5])
        #expect(view.scopes.isEmpty)
        #expect(view.container(of: 5) == KnownContainer(id: one, isAwaited: false))
        view.gone(5)
        #expect(view.containers.isEmpty)
    }

    @Test func whatIsBeyondTheLimitsIsCounted() {
        var view = View(maximumGroups: 4, maximumPods: 1)
        view.path(path, [2, 3, 4, 5])
        #expect(view.groups.isEmpty)
        #expect(view.registry.counters.refusedGroups == 1)
        var other = pod()
        other.uid = "other"
        view.pods([pod(), other])
        #expect(view.registry.counters.refusedPods == 1)
        view.pods([other], gone: [uid])
        #expect(view.registry.podCount == 1)
        #expect(view.registry.counters.refusedPods == 1)
    }

    @Test func theSameNewsTwiceChangesNothing() {
        var view = View()
        view.path(path, [2, 3, 4, 5])
        view.pods([pod([webStatus])])
        let scopes = view.scopes
        let changes =
            view.registry.podsChanged([pod([webStatus])], gone: [])
            + view.registry.groupAppeared(5, parent: 4, name: one) + view.registry.groupEnded(99)
        #expect(changes == [])
        #expect(view.scopes == scopes)
    }

    /// Whatever the order, what is known in the end is the same.
    @Test func theOrderOfArrivalDoesNotMatter() {
        enum Step: CaseIterable { case group, pod, status }
        func run(_ order: [Step]) -> View {
            var view = View()
            for step in order {
                switch step {
                case .group: view.path(path, [2, 3, 4, 5])
                case .pod: view.pods([pod()])
                case .status: view.pods([pod([webStatus])])
                }
            }
            return view
        }
        let all: [[Step]] = [[.group, .pod, .status], [.pod, .group, .status], [.pod, .status, .group]]
        let first = run(all[0])
        #expect(first.container(of: 5)?.status == webStatus)
        for order in all {
            let view = run(order)
            #expect(view.scopes == first.scopes)
            #expect(view.container(of: 5) == first.container(of: 5))
        }
    }

    @Test(arguments: [
        ("nginx", "nginx"), ("nginx:1.27", "nginx"),
        ("registry.example:5000/a/b", "registry.example:5000/a/b"),
        ("registry.example:5000/a/b:2@sha256:00", "registry.example:5000/a/b"), ("", ""),
    ])
    func anImagesRepositoryIsItsNameWithoutTagAndDigest(_ image: String, _ repository: String) {
        #expect(WorkloadRegistry.repository(of: image) == repository)
    }
}
