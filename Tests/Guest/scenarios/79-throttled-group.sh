# --cgroup-rate: above its limit a group's execs are not told, enforcement goes on, and the stream says when it begins and ends.
# timeout: 180
mkdir -p /sys/fs/cgroup/noisy
echo secret >/tmp/vault
file_policy guard /tmp/vault <<-YAML
	- action: Sigkill
YAML
# For each of the guest's processors, in a time that is longer than the scenario: how fast the machine is does not matter.
start_shriked --cgroup-rate 250,10m
run calm /usr/bin/true
expect_event "executes(\"/usr/bin/true\") and pid == $(pid_of calm)" 1

start storm sh -c 'echo $$ >/sys/fs/cgroup/noisy/cgroup.procs
	i=0; while [ $i -lt 600 ]; do (:); i=$((i + 1)); done
	i=0; while [ $i -lt 20 ]; do /usr/bin/true storm; i=$((i + 1)); done
	exec cat /tmp/vault'
await storm
expect_signal storm KILL
wait_event '.process_throttle.type == "THROTTLE_START" and .process_throttle.cgroup == "noisy"' 40
expect_no_event 'executes("/usr/bin/true") and .process_exec.process.arguments == "storm"'
wait_event '.process_throttle.type == "THROTTLE_STOP" and .process_throttle.cgroup == "noisy"' 40
run after /usr/bin/true
expect_event "executes(\"/usr/bin/true\") and pid == $(pid_of after)" 1
