# timeout: 120
# CelExpr: conditions over several arguments at once.
setid='{index: 0, type: int}, {index: 1, type: int}, {index: 2, type: int}'
# expression NAME TEXT [ACTION] - a policy on setresuid, whose arguments are arg0 to arg2.
expression() {
	object_policy "$1" sys_setresuid "$setid" "{matchArgs: [{operator: CelExpr, values: ['$2']}], matchActions: [{action: ${3:-Post}}]}"
	sed 's/syscall: false/syscall: true/' "$POLICIES/$1.yaml" >copy.yaml
	mv copy.yaml "$POLICIES/$1.yaml"
}
expression same 'arg0 == arg1 && arg1 == arg2'
expression sum 'arg0 + arg1 > int32(2999) || !(arg2 != int32(7))'
expression masked 'and(arg0, int32(0xf0)) == int32(0xe0) && uint32(arg2) == uint32(4294967295)'
expression kills 'arg0 - arg1 == int32(-1)' Sigkill
start_shriked

# run_ids NAME REAL EFFECTIVE SAVED
run_ids() { run "$1" change-self ids "$2" "$3" "$4"; }
run_ids all 1000 1000 1000
expect_policies all same
run_ids sum 1500 1600 1500
expect_policies sum sum
run_ids seven 10 11 7
expect_signal seven KILL
expect_policies seven sum kills
run_ids masked 1000 1001 -1
expect_signal masked KILL
expect_policies masked masked kills
run_ids near 1000 999 1000
expect_status near 0
expect_policies near
