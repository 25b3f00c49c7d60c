# SPDX-License-Identifier: Apache-2.0
# What the host scripts share: where things are, how they speak. Sourced by bash, never run.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034  # used by the scripts that source this file
guest_dir=$(dirname "$here")
repo=$(cd "$here/../../.." && pwd)

# Everything fetched or built for the guests lives here, outside the tree, and is reused.
cache=${SHRIKE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/shrike}
# What belongs to this checkout alone: initramfs, logs, reports.
# shellcheck disable=SC2034
work=${SHRIKE_GUEST_WORK:-$repo/.build/guest}

# The kernels that `run` boots when it is not told otherwise: those that Shrike supports, and
# one that it must refuse.
# shellcheck disable=SC2034
default_kernels=(6.1 6.12 7.3 5.10)

say() { printf '%s\n' "$*" >&2; }
die() {
	say "${0##*/}: $*"
	exit 1
}

# need COMMAND PACKAGE - stop with a line that says what to install.
need() { command -v "$1" >/dev/null || die "'$1' is missing: run 'make deps' (Debian package $2)"; }

# kernel_file KERNEL - where the cache keeps (or will keep) the image of a kernel line.
kernel_file() { printf '%s\n' "$cache/kernels/$1/vmlinuz"; }
