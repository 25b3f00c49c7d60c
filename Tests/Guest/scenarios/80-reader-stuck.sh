# A reader that holds the pipe and never reads blocks neither enforcement nor the end of the daemon.
CHECK_STREAM=no
echo treasure >/tmp/vault
file_policy guard /tmp/vault <<-YAML
	- action: Sigkill
YAML
mkfifo pipe
# Opens the pipe and looks at something else.
tail -f /dev/null <pipe &
SHRIKED_STDOUT=$WORK/pipe
start_shriked
# Far more than a pipe holds.
run noise sh -c 'i=0; while [ $i -lt 300 ]; do /usr/bin/true "$i"; i=$((i + 1)); done'
run victim cat /tmp/vault
expect_signal victim KILL
run near cat /etc/hostname
expect_stdout near guest
