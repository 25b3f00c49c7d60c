# every-kernel: yes
# timeout: 180
# `loader: true`: each file that a process maps to execute, once, with its build id, for the image that maps it.
policy loads <<'YAML'
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {name: loads}
spec: {loader: true}
YAML
start_shriked
run list sh -c 'exec env true'
pid=$(pid_of list)
# Where the image comes from and its interpreter, which execve(2) maps; the libraries, which the interpreter does.
for path in /usr/bin/env /lib64/ld-linux-x86-64.so.2 /usr/lib/x86_64-linux-gnu/libc.so.6; do
	name=${path##*/}
	expect_event ".process_loader.process.pid == $pid and .process_loader.process.binary == \"/usr/bin/env\"
		and (.process_loader.path | endswith(\"/$name\"))
		and .process_loader.parent.pid != null" 1
done
build_id=$(event ".process_loader.process.pid == $pid and (.process_loader.path | endswith(\"/libc.so.6\"))" \
	.process_loader.buildid)
expect_equal 'length of the build id' "$(printf %s "$build_id" | base64 -d | wc -c)" 20
head -c 4096 /usr/lib/x86_64-linux-gnu/libc.so.6 | od -An -v -tx1 | tr -d ' \n' |
	grep -q "$(printf %s "$build_id" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ||
	fail "libc.so.6 has not the build id $build_id"
# The shell before it has mapped its own.
expect_event ".process_loader.process.pid == $pid and .process_loader.process.binary == \"/usr/bin/sh\"
	and (.process_loader.path | endswith(\"/libc.so.6\"))" 1
expect_no_event '.process_loader != null and (.process_loader.path | startswith("/") | not)'
