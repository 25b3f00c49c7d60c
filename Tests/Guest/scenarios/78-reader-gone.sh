# The reader of stdout goes away: the daemon lives and enforces on, and still ends when it is told to.
CHECK_STREAM=no
echo treasure >/tmp/vault
echo plain >/tmp/vaul
file_policy guard /tmp/vault <<-YAML
	- action: Sigkill
YAML
mkfifo pipe
start reader head -n 1 pipe
SHRIKED_STDOUT=$WORK/pipe
start_shriked
await reader
[ -s "$WORK/reader.out" ] || fail 'the reader should have got a line'
# Events that nobody can be told of.
for i in 1 2 3 4 5; do run "noise-$i" true; done
usleep 500000

kill -0 "$shriked_pid" || fail "the daemon ended with its reader: $(tail -n 1 "$LOG")"
run victim cat /tmp/vault
expect_signal victim KILL
expect_stdout_empty victim
run near cat /tmp/vaul
expect_stdout near plain
