// SPDX-License-Identifier: Apache-2.0
// What rules know about the file system of a usual Linux machine.

/// Paths with a meaning.
enum KnownPaths {
    /// Folders that are symbolic links, with their targets: the kernel reports the target.
    static let aliases: [(alias: String, target: String)] = [
        ("/var/run/", "/run/"), ("/var/lock/", "/run/lock/"), ("/bin/", "/usr/bin/"),
        ("/sbin/", "/usr/sbin/"), ("/lib/", "/usr/lib/"), ("/lib64/", "/usr/lib64/"),
        ("/lib32/", "/usr/lib32/"),
    ]

    /// Links that depend on who looks: no file is ever reported under these names.
    static let magicLinks = ["/proc/self/", "/proc/thread-self/", "/dev/fd/", "/dev/stdin", "/dev/stdout"]

    /// Executables that are symbolic links on most distributions.
    static let symbolicLinks = [
        "/usr/bin/sh": "/usr/bin/dash", "/bin/sh": "/usr/bin/dash", "/usr/bin/python": "/usr/bin/python3.12",
        "/usr/bin/python3": "/usr/bin/python3.12", "/usr/bin/awk": "/usr/bin/mawk",
        "/usr/bin/vi": "/usr/bin/vim.basic", "/usr/bin/vim": "/usr/bin/vim.basic",
        "/usr/bin/editor": "/usr/bin/nano", "/usr/bin/pager": "/usr/bin/less",
        "/usr/bin/nc": "/usr/bin/nc.openbsd", "/usr/bin/netcat": "/usr/bin/nc.openbsd",
        "/usr/bin/java": "/usr/lib/jvm/…/bin/java", "/usr/bin/which": "/usr/bin/which.debianutils",
        "/usr/bin/gcc": "/usr/bin/x86_64-linux-gnu-gcc-14", "/usr/bin/cc": "/usr/bin/x86_64-linux-gnu-gcc-14",
        "/sbin/init": "/usr/lib/systemd/systemd", "/usr/sbin/init": "/usr/lib/systemd/systemd",
        "/usr/sbin/iptables": "/usr/sbin/xtables-nft-multi", "/usr/bin/slogin": "/usr/bin/ssh",
    ]

    /// Folders whose name a prefix without slash is taken for.
    static let folders: Set<String> = [
        "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc",
        "/root",
        "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/usr/bin", "/usr/sbin", "/usr/lib",
        "/usr/local", "/usr/share", "/usr/local/bin", "/usr/local/sbin", "/var/lib", "/var/log", "/var/run",
        "/var/spool", "/var/tmp", "/var/cache", "/run/secrets", "/var/run/secrets", "/run/containerd",
        "/etc/kubernetes", "/etc/ssl", "/etc/pki", "/etc/pam.d", "/etc/ssh", "/etc/cron.d", "/etc/systemd",
        "/etc/security", "/etc/sudoers.d", "/etc/profile.d", "/etc/init.d", "/etc/apt", "/etc/cni",
        "/dev/shm", "/sys/fs/cgroup", "/sys/kernel", "/var/lib/kubelet", "/var/lib/docker", "/var/lib/etcd",
        "/var/lib/containerd", "/usr/lib/modules", "/lib/modules", "/root/.ssh", "/boot/efi",
        "/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/var/spool/cron", "/opt/cni",
    ]

    /// Files that nearly every program opens.
    static let everyonesFiles: Set<String> = [
        "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/ld.so.preload",
        "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/localtime", "/etc/gai.conf",
        "/etc/ssl/openssl.cnf", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/tty",
        "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/filesystems", "/proc/mounts",
        "/usr/lib/locale/locale-archive", "/usr/share/zoneinfo/UTC",
    ]

    /// Names of libraries that every program loads.
    static let everyonesLibraries = ["libc.so", "ld-linux", "libpthread", "libdl.so", "libm.so", "ld-musl"]

    /// Folders that every program reads in, or that the system cannot do without.
    static let everyonesFolders: Set<String> = [
        "/", "/usr", "/usr/lib", "/lib", "/lib64", "/usr/lib64", "/bin", "/usr/bin", "/sbin", "/usr/sbin",
        "/etc", "/proc", "/dev", "/sys", "/tmp", "/var", "/run", "/var/run", "/home", "/var/lib", "/var/log",
        "/usr/share", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/sys/fs/cgroup",
    ]

    /// Who would be hit: the base name of an executable, and what breaks.
    static let vitalPrograms: [(rule: String, names: Set<String>, what: String)] = [
        (
            "SHR702", ["systemd", "init", "tini", "dumb-init", "s6-svscan", "pause", "runit", "catatonit"],
            "init"
        ),
        (
            "SHR703",
            [
                "containerd", "containerd-shim", "containerd-shim-runc-v2", "runc", "crun", "dockerd", "crio",
                "conmon", "podman", "docker-proxy", "youki", "kata-runtime",
            ], "the container runtime"
        ),
        (
            "SHR704",
            [
                "kubelet", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
                "etcd",
                "k3s", "rke2", "cilium-agent", "calico-node", "flanneld", "coredns", "konnectivity-agent",
            ], "Kubernetes"
        ),
        (
            "SHR705", ["sshd", "sshd-session", "login", "agetty", "getty", "sudo", "su", "polkitd"],
            "the way to log in"
        ),
        ("SHR706", ["shriked", "shrike", "tetragon", "tetra"], "the security agent itself"),
        (
            "SHR707",
            [
                "systemd-journald", "systemd-udevd", "systemd-logind", "systemd-networkd", "systemd-resolved",
                "dbus-daemon", "dbus-broker", "NetworkManager", "dhclient", "chronyd", "bash", "dash",
                "busybox",
                "apt", "dpkg", "rpm", "dnf", "modprobe", "kmod",
            ], "basic services"
        ),
    ]
}
