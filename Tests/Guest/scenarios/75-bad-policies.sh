# A bad policy costs one line with its place and status 1, and nothing is attached.
# timeout: 180
bpf-objects list >"$WORK/objects.before"

# bad NAME PLACE - the policy on stdin must be refused at LINE:COLUMN (or -, when only the form counts).
bad() {
	rm -f "$POLICIES"/*
	cat >"$POLICIES/$1.yaml"
	try_shriked "$1"
	expect_status "$1" 1
	expect_one_line "$1"
	if [ "$2" = - ]; then
		expect_stderr "$1" "^[^:]*$1.yaml:[0-9][0-9]*:[0-9][0-9]*: error: ."
	else
		expect_stderr "$1" "^[^:]*$1.yaml:$2: error: ."
	fi
	expect_stdout_empty "$1"
}

# A good policy with one line replaced: good 'sed program'
good() {
	sed "$1" <<-YAML
		apiVersion: cilium.io/v1alpha1
		kind: TracingPolicy
		metadata:
		  name: "trial"
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
		        - "/tmp/x"
		      matchActions:
		      - action: Sigkill
	YAML
}

good 's/operator:/operater:/' | bad unknown-field 15:9
good 's/"Prefix"/"Prefixx"/' | bad unknown-operator -
good 's/Sigkill/Sigkil/' | bad unknown-action -
good 's/"file"/"fil"/' | bad unknown-type -
good 's/"security_file_open"/"security_file_opem"/' | bad unknown-function -
good 's/^  kprobes:/  kprobes: 7/' | bad wrong-type -
good 's/syscall: false/syscall: maybe/' | bad not-a-bool -
good 's/v1alpha1/v9/' | bad wrong-version -
good 's/^kind: .*/kind: Pod/' | bad wrong-kind -
good '/name:/d' | bad no-name -
good 's/index: 0/index: 9/' | bad bad-index -
good 's/^    syscall: false/&\n    syscall: false/' | bad twice 9:5
good 's/^spec:/spec: [/' | bad broken-yaml -
good 's/"Prefix"/"GT"/' | bad operator-of-another-type -
printf '' | bad empty -

# One bad file beside good ones stops the start.
rm -f "$POLICIES"/*
good '' >"$POLICIES/a-good.yaml"
good 's/Sigkill/Sigkil/; s/trial/other/' >"$POLICIES/b-bad.yaml"
try_shriked beside
expect_status beside 1
expect_one_line beside
expect_stderr beside 'b-bad.yaml:'
# A file that is not there is told by its name.
rm -f "$POLICIES"/*
try_shriked absent --tracing-policy /no/such/policy.yaml
expect_status absent 1
expect_one_line absent
expect_stderr absent /no/such/policy.yaml

expect_nothing_left
# The twin: unchanged, it loads.
good '' >"$POLICIES/trial.yaml"
start_shriked
