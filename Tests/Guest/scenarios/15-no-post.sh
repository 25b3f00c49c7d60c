# NoPost keeps the event back, not the enforcement.
for name in quiet dead loud; do echo "$name text" >"/tmp/$name"; done
file_policy quiet /tmp/quiet <<-YAML
	- action: NoPost
YAML
file_policy dead /tmp/dead <<-YAML
	- action: Sigkill
	- action: NoPost
YAML
file_policy loud /tmp/loud <<-YAML
	- action: Post
YAML
start_shriked

run quiet cat /tmp/quiet
expect_stdout quiet 'quiet text'
run dead cat /tmp/dead
expect_signal dead KILL
expect_stdout_empty dead
run loud cat /tmp/loud
expect_stdout loud 'loud text'

expect_event "kprobe(\"loud\") and pid == $(pid_of loud) and .process_kprobe.action == \"KPROBE_ACTION_POST\"" 1
expect_no_event 'kprobe("quiet") or kprobe("dead")'
expect_event "ends and pid == $(pid_of dead) and .process_exit.signal == \"SIGKILL\"" 1
