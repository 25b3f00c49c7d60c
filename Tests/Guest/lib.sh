# SPDX-License-Identifier: Apache-2.0
# The words that scenarios are written in. Sourced by busybox sh inside the guest; README.md explains the
# form of a scenario. Whatever is not as expected ends the scenario with `fail` and one line of reason.
# shellcheck shell=dash
set -eu

WORK=$PWD
EVENTS=$WORK/events
LOG=$WORK/shriked.log
POLICIES=$WORK/policies
SHRIKED=${SHRIKED:-shriked}
# Process id of the running daemon, empty when there is none.
shriked_pid=
settled=0
mkdir -p "$POLICIES"

# Short names for use in event expressions.
PRELUDE='
def body: .process_exec // .process_exit // .process_kprobe // .process_lsm // .process_tracepoint // .process_uprobe // {};
def pid: body.process.pid;
def policy: body.policy_name;
def kprobe($name): .process_kprobe.policy_name == $name;
def path: .process_kprobe.args[0] | (.file_arg // .path_arg).path;
def executes($binary): .process_exec.process.binary == $binary;
def ends: .process_exit != null;
'

# ---------------------------------------------------------------------------------------- verdicts

fail() {
	# The first reason is the cause; what follows from it is not.
	[ -s "$WORK/reason" ] || printf '%s\n' "$*" | tr '\n' ' ' >"$WORK/reason"
	echo "FAIL: $*" >&2
	exit 1
}

skip() {
	printf '%s\n' "$*" >"$WORK/reason"
	exit 77
}

# kernel_before A.B - true on a kernel older than A.B.
kernel_before() {
	local have want
	have=$(uname -r | awk -F'[.-]' '{ print $1 * 1000 + $2 }')
	want=$(echo "$1" | awk -F. '{ print $1 * 1000 + $2 }')
	[ "$have" -lt "$want" ]
}

# has_feature FEATURE - bpf-lsm, io-uring, function:NAME (also an LSM hook's name)
has_feature() {
	case $1 in
	bpf-lsm) grep -qw bpf /sys/kernel/security/lsm ;;
	io-uring) [ "$(open-file io-uring /etc/hostname 2>/dev/null)" = guest ] ;;
	function:*) bpf-objects on "${1#*:}" >/dev/null 2>&1 ;; # asks BTF: kallsyms is slow here
	*) fail "has_feature does not know '$1'" ;;
	esac
}

# skip_unless FEATURE FIRST - skips on kernels before FIRST that lack FEATURE; on FIRST and newer its
# absence is a failure, so that a skip can never hide a regression.
skip_unless() {
	if has_feature "$1"; then return 0; fi
	if kernel_before "$2"; then skip "needs $1, first in $2"; fi
	fail "$1 is missing on $(uname -r), though kernels have it since $2"
}

# figure TEXT - a line that the report has below the scenario's, when it passes.
figure() { printf '%s\n' "$*" >>"$WORK/figures"; }

# ---------------------------------------------------------------------------------------- the daemon

# policy NAME <<'YAML' - adds a policy to what start_shriked loads.
policy() { cat >"$POLICIES/$1.yaml"; }

# policy_file PATH - adds a file of the repository, for example /policies/examples/x.yaml.
policy_file() {
	[ -s "$1" ] || fail "there is no policy file $1"
	cp "$1" "$POLICIES/"
}

# argument_policy NAME CALL INDEX TYPE OPERATOR [VALUE...] - a policy that posts when one argument matches.
# Calls that begin with sys_ are system calls. $BINARIES, if set, limits it to these executables.
argument_policy() {
	local name=$1 call=$2 index=$3 type=$4 operator=$5 value syscall=false
	shift 5
	case $call in sys_*) syscall=true ;; esac
	{
		cat <<-YAML
			apiVersion: cilium.io/v1alpha1
			kind: TracingPolicy
			metadata:
			  name: "$name"
			spec:
			  kprobes:
			  - call: "$call"
			    syscall: $syscall
			    args:
			    - index: $index
			      type: "$type"
			    selectors:
			    - matchArgs:
			      - index: $index
			        operator: "$operator"
		YAML
		[ $# = 0 ] || echo '        values:'
		for value in "$@"; do printf '        - "%s"\n' "$value"; done
		binaries_filter
	} >"$POLICIES/$name.yaml"
}

# object_policy NAME CALL ARGS [SELECTORS] - a policy that posts calls of a kernel function; YAML in flow style.
object_policy() {
	cat >"$POLICIES/$1.yaml" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata: {name: $1}
		spec:
		  kprobes:
		  - {call: $2, syscall: false, args: [$3]${4:+, selectors: [$4]}}
	YAML
}

# file_policy NAME PREFIX... - kprobe on security_file_open for files below the prefixes; the action list is
# read from stdin. $BINARIES and $BINARY_OPERATOR (default In) limit it to executables.
file_policy() {
	local name=$1 value
	shift
	{
		cat <<-YAML
			apiVersion: cilium.io/v1alpha1
			kind: TracingPolicy
			metadata:
			  name: "$name"
			spec:
			  kprobes:
			  - call: "security_file_open"
			    syscall: false
			    args:
			    - index: 0
			      type: "file"
			    selectors:
			    - matchArgs:
			      - index: 0
			        operator: "Prefix"
			        values:
		YAML
		for value in "$@"; do printf '        - "%s"\n' "$value"; done
		binaries_filter
		echo '      matchActions:'
		sed 's/^/      /'
	} >"$POLICIES/$name.yaml"
}

# Prints the matchBinaries part of a selector, or nothing.
binaries_filter() {
	local binary
	[ -n "${BINARIES:-}" ] || return 0
	printf '      matchBinaries:\n      - operator: "%s"\n        values:\n' "${BINARY_OPERATOR:-In}"
	for binary in $BINARIES; do printf '        - "%s"\n' "$binary"; done
}

# start_shriked [FLAGS...] - starts the daemon with every policy of the scenario and waits for 'ready'.
# $START_SECONDS is how long that may take. Events go to $EVENTS; with SHRIKED_STDOUT=FILE the daemon writes them to
# its stdout, which is FILE.
start_shriked() {
	local file deadline
	[ -z "$shriked_pid" ] || fail "shriked runs already"
	for file in "$POLICIES"/*.yaml; do
		[ ! -e "$file" ] || set -- --tracing-policy "$file" "$@"
	done
	bpf-objects list >"$WORK/objects.before"
	: >>"$EVENTS"
	# Here and not by the redirection below, which happens some time later: an earlier run's log says ready too.
	: >"$LOG"
	if [ -n "${SHRIKED_STDOUT:-}" ]; then
		"$SHRIKED" "$@" >"$SHRIKED_STDOUT" 2>"$LOG" &
	else
		"$SHRIKED" --export-filename "$EVENTS" "$@" >"$WORK/shriked.stdout" 2>"$LOG" &
	fi
	shriked_pid=$!
	read_clock
	deadline=$((clock + ${START_SECONDS:-90} * 100))
	until is_ready; do
		kill -0 "$shriked_pid" 2>/dev/null || fail "shriked ended before it was ready: $(tail -n 1 "$LOG")"
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "shriked is not ready after ${START_SECONDS:-90} s"
		# Each look takes from the daemon's own time.
		usleep 200000
	done
}

is_ready() { grep -Eq '(^|[^[:alnum:]_-])ready([^[:alnum:]_-]|$)' "$LOG"; }

# try_shriked NAME [FLAGS...] - runs the daemon as `run` runs a command, with the scenario's policies, for
# cases in which it must give up by itself.
try_shriked() {
	local name=$1 file
	shift
	for file in "$POLICIES"/*.yaml; do
		[ ! -e "$file" ] || set -- --tracing-policy "$file" "$@"
	done
	run "$name" timeout -s KILL 30 "$SHRIKED" "$@"
}

# stop_shriked - ends the daemon the polite way; it must end well, soon, and leave nothing in the kernel.
stop_shriked() {
	end_shriked
	expect_nothing_left
	check_stream
}

# end_shriked - the same, whatever it leaves.
end_shriked() {
	local deadline status=0
	[ -n "$shriked_pid" ] || fail "shriked does not run"
	kill -TERM "$shriked_pid" || fail "shriked has ended before its time: $(tail -n 1 "$LOG")"
	read_clock
	deadline=$((clock + 2000))
	while kill -0 "$shriked_pid" 2>/dev/null; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "shriked still runs 20 s after SIGTERM"
		usleep 20000
	done
	wait "$shriked_pid" || status=$?
	shriked_pid=
	[ "$status" = 0 ] || fail "shriked ended with status $status after SIGTERM"
}

# kill_shriked - ends the daemon as a crash does.
kill_shriked() {
	kill -KILL "$shriked_pid" || fail "shriked has ended before its time: $(tail -n 1 "$LOG")"
	wait "$shriked_pid" || : # by its signal
	shriked_pid=
}

# freeze_shriked - stops the daemon as SIGSTOP does, and waits until each of its threads has stopped: a thread
# does so on its way back to user space only.
freeze_shriked() {
	local deadline
	kill -STOP "$shriked_pid"
	read_clock
	deadline=$((clock + 1000))
	while grep -h '^State:' /proc/"$shriked_pid"/task/*/status | grep -qv 'T (stopped)'; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "the daemon does not stop"
		usleep 20000
	done
}

# expect_nothing_left - BPF objects that were not there before, pins, or probes are a failure. The kernel
# frees them a little after the last reference goes, so it gets some time.
expect_nothing_left() {
	local deadline
	read_clock
	deadline=$((clock + 1000))
	while :; do
		bpf-objects list >"$WORK/objects.after"
		grep -vxFf "$WORK/objects.before" "$WORK/objects.after" >"$WORK/objects.left" || break
		read_clock
		[ "$clock" -lt "$deadline" ] ||
			fail "left in the kernel: $(wc -l <"$WORK/objects.left") objects, first: $(head -n 3 "$WORK/objects.left" | tr '\n' ';')"
		usleep 50000
	done
	[ -z "$(ls -A /sys/fs/bpf)" ] || fail "left in /sys/fs/bpf: $(ls -A /sys/fs/bpf)"
	[ ! -s /sys/kernel/tracing/kprobe_events ] || fail "left in kprobe_events: $(head -n 1 /sys/kernel/tracing/kprobe_events)"
}

# expect_log TEXT - the daemon has logged it.
expect_log() { grep -q -- "$1" "$LOG" || fail "the daemon's log should hold '$1'"; }

# wait_until CONDITION MESSAGE - waits until the shell condition is true, for $WAIT_SECONDS (10).
wait_until() {
	local deadline
	read_clock
	deadline=$((clock + ${WAIT_SECONDS:-10} * 100))
	until eval "$1"; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "$2"
		usleep 50000
	done
}

# ---------------------------------------------------------------------------------------- commands

read_clock() {
	# In hundredths of a second, by the shell alone.
	read -r clock _ </proc/uptime
	clock=${clock%.*}${clock#*.}
}

# run NAME COMMAND... - runs a command whose parent is this shell and keeps how it ended and what it wrote.
run() {
	start "$@"
	await "$1"
}

# start NAME COMMAND... - as `run`, but goes on at once; `await NAME` waits for its end.
start() {
	local name=$1
	shift
	"$@" >"$WORK/$name.out" 2>"$WORK/$name.err" &
	echo $! >"$WORK/$name.pid"
}

await() {
	local status=0
	wait "$(pid_of "$1")" || status=$?
	echo "$status" >"$WORK/$1.status"
}

# expect_no_try_allowed NAME - ends a keep-trying that was started; not one of its tries may have succeeded.
expect_no_try_allowed() {
	kill "$(pid_of "$1")"
	await "$1"
	expect_status "$1" 0
	case $(stdout_of "$1") in
	"allowed 0 refused "[1-9]*) ;;
	*) fail "not one try should succeed: $(stdout_of "$1"), $(cat "$WORK/$1.err")" ;;
	esac
}

pid_of() { cat "$WORK/$1.pid"; }
status_of() { cat "$WORK/$1.status"; }
stdout_of() { cat "$WORK/$1.out"; }

# How a command ended, for messages.
ending_of() {
	local status
	status=$(status_of "$1")
	if [ "$status" -gt 128 ]; then
		echo "signal $((status - 128))"
	else
		echo "status $status"
	fi
	head -n 1 "$WORK/$1.err"
}

expect_signal() {
	local number
	number=$(/usr/bin/kill -l "$2")
	[ "$(status_of "$1")" = $((128 + number)) ] || fail "$1 should die by SIG$2, but ended with $(ending_of "$1")"
}

expect_status() {
	[ "$(status_of "$1")" = "$2" ] || fail "$1 should end with status $2, but ended with $(ending_of "$1")"
}

expect_stdout() {
	[ "$(stdout_of "$1")" = "$2" ] || fail "$1 should print '$2', but printed '$(stdout_of "$1" | head -c 200)'"
}

expect_stdout_empty() {
	[ ! -s "$WORK/$1.out" ] || fail "$1 should print nothing, but printed '$(stdout_of "$1" | head -c 200)'"
}

expect_stderr() {
	grep -q -- "$2" "$WORK/$1.err" || fail "stderr of $1 should hold '$2', but is '$(head -c 300 "$WORK/$1.err")'"
}

# expect_one_line NAME - stderr is exactly one line.
expect_one_line() {
	[ "$(wc -l <"$WORK/$1.err")" = 1 ] || fail "$1 should print one line on stderr, but printed $(wc -l <"$WORK/$1.err"): $(head -c 300 "$WORK/$1.err")"
}

# expect_refused NAME ERRNO - a command failed, by its own word because of ERRNO.
expect_refused() {
	local text
	case $2 in
	EPERM) text='Operation not permitted' ;;
	EACCES) text='Permission denied' ;;
	ENOENT) text='No such file' ;;
	*) fail "expect_refused does not know $2" ;;
	esac
	case $(status_of "$1") in
	0) fail "$1 should be refused with $2, but succeeded" ;;
	129 | 13? | 14? | 15?) fail "$1 should be refused with $2, but died by $(ending_of "$1")" ;;
	esac
	expect_stderr "$1" "$text"
}

# ---------------------------------------------------------------------------------------- events
#
# An expression is a jq filter over one event; the event matches when the filter is true. $PRELUDE above
# has short names for use in it.

# matching EXPRESSION - every event that matches, one a line. A last line that is still being written is
# not an event yet.
matching() {
	jq -R -c "$PRELUDE fromjson? | select($1)" "$EVENTS" >"$WORK/matched" 2>"$WORK/matched.err" ||
		fail "jq cannot evaluate '$1': $(head -n 2 "$WORK/matched.err")"
}

# count_events EXPRESSION - sets $count.
count_events() {
	matching "$1"
	count=$(wc -l <"$WORK/matched")
}

# event EXPRESSION FILTER - prints FILTER of the first matching event, raw.
event() {
	expect_event "$1"
	head -n 1 "$WORK/matched" | jq -r "$PRELUDE $2"
}

# wait_event EXPRESSION [SECONDS] - waits until at least one event matches.
wait_event() {
	local deadline size='' seen=none
	read_clock
	deadline=$((clock + ${2:-10} * 100))
	while :; do
		size=$(stat -c %s "$EVENTS")
		if [ "$size" != "$seen" ]; then
			seen=$size
			count_events "$1"
			[ "$count" = 0 ] || return 0
		fi
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "no event in ${2:-10} s: $1"
		usleep 50000
	done
}

# Not the file's size: this shell's own children, and what they map, come out as events all the time.
observations() { grep -c '^{"process_[ktu]\|^{"process_lsm' "$EVENTS" || [ $? = 1 ]; }

# settle - waits until everything that has happened so far is in $EVENTS: a marker process has come out, and
# then nothing more came for a while (observations and process events may take different ways).
settle() {
	local deadline before after
	settled=$((settled + 1))
	/usr/bin/true "settled-$SCENARIO-$settled"
	read_clock
	deadline=$((clock + ${SETTLE_SECONDS:-20} * 100))
	until grep -q "settled-$SCENARIO-$settled" "$EVENTS"; do
		read_clock
		[ "$clock" -lt "$deadline" ] || fail "a process started ${SETTLE_SECONDS:-20} s ago has not come out as an event"
		usleep 50000
	done
	before=none
	after=$(observations)
	while [ "$before" != "$after" ]; do
		usleep 100000
		before=$after
		after=$(observations)
	done
}

# expect_event EXPRESSION [COUNT] - at least one event matches; with COUNT, exactly so many.
expect_event() {
	wait_event "$1"
	[ -n "${2:-}" ] || return 0
	settle
	count_events "$1"
	[ "$count" = "$2" ] || fail "$count events instead of $2: $1"
}

expect_no_event() {
	settle
	count_events "$1"
	[ "$count" = 0 ] || fail "there should be no such event, but there are $count: $1"
}

# expect_equal WHAT HAVE WANT
expect_equal() { [ "$2" = "$3" ] || fail "$1 should be '$3', but is '$2'"; }

# expect_policies NAME [POLICY...] - exactly these policies posted kprobe events of command NAME.
expect_policies() {
	local name=$1 want have
	shift
	settle
	want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	matching ".process_kprobe != null and pid == $(pid_of "$name")"
	have=$(jq -r .process_kprobe.policy_name "$WORK/matched" | sort -u | tr '\n' ' ')
	[ "${have# }" = "${want# }" ] || fail "policies that matched '$name' should be '$want', but are '$have'"
}

# expect_later NAME [POLICY...] - as expect_policies, but looked at by check_expected, once for all: reading a long
# stream for each of a hundred commands takes minutes.
expect_later() {
	local name=$1 policies
	shift
	policies=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	printf '%s %s %s\n' "$name" "$(pid_of "$name")" "${policies# }" >>"$WORK/expected"
}

# check_expected - every expect_later since the last time.
check_expected() {
	local name pid want have
	settle
	jq -R -r "$PRELUDE"' fromjson? | select(.process_kprobe != null) | "\(pid) \(policy)"' "$EVENTS" | sort -u >"$WORK/pairs"
	while read -r name pid want; do
		have=$(awk -v pid="$pid" '$1 == pid { printf "%s%s", separator, $2; separator = " " }' "$WORK/pairs")
		[ "$have" = "${want% }" ] || fail "policies that matched '$name' should be '${want% }', but are '$have'"
	done <"$WORK/expected"
	rm "$WORK/expected"
}

# exec_id_of PID - the exec_id of the newest image of a process.
exec_id_of() {
	wait_event ".process_exec.process.pid == $1"
	tail -n 1 "$WORK/matched" | jq -r .process_exec.process.exec_id
}

# expect_ancestry EXEC_ID - following parent_exec_id from there leads, through processes that the stream has
# told of, to pid 1.
expect_ancestry() {
	local way
	way=$(jq -R -n -r --arg id "$1" '
		[inputs | fromjson? | .process_exec.process | select(. != null)] as $all
		| (reduce $all[] as $p ({}; .[$p.exec_id] = $p)) as $known
		| [$id | limit(64; recurse($known[.].parent_exec_id; . != null and $known[.] != null))]
		| map($known[.] | if . == null then "unknown" else .pid end) | join(" ")' "$EVENTS")
	case " $way " in
	*" 1 "*) : ;;
	*) fail "the ancestors of $1 should lead to pid 1, but are: $way" ;;
	esac
}

# check_stream - what holds for every stream: each line is one JSON object with one event, a node, a time.
check_stream() {
	local bad
	[ "${CHECK_STREAM:-yes}" = yes ] || return 0
	bad=$(jq -R -r 'try (fromjson
		| if type != "object" then "not an object"
		  elif ([keys[] | select(. != "node_name" and . != "time" and . != "node_labels" and . != "cluster_name")] | length) != 1 then "not one event"
		  elif .node_name != "guest" then "node_name is \(.node_name)"
		  elif .time == null and .process_loader == null then "no time"
		  else empty end) catch "not JSON"' "$EVENTS" | sort | uniq -c | head -n 3)
	[ -z "$bad" ] || fail "bad lines in the stream: $bad"
}

# finish_scenario - called after the last line of a scenario.
finish_scenario() {
	[ -z "$shriked_pid" ] || stop_shriked
}
