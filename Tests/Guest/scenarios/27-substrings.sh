# timeout: 120
# SubString and SubStringIgnCase: anywhere in a path or a string, near misses beside them.
mkdir -p /tmp/pass
echo treasure >/tmp/pass/a-Secret-file
echo plain >/tmp/pass/secre-tfile
echo fish >/tmp/pass/swordfish
deep=/tmp/pass/$(printf '%0240d' 1)/$(printf '%0240d' 2)
mkdir -p "$deep"
echo deep >"$deep/ends-in-Secret"
argument_policy sub security_file_open 0 file SubString Secret swordfis ordfish
argument_policy folded security_file_open 0 file SubStringIgnCase SECRET
argument_policy start security_file_open 0 file SubString /tmp/pass/a-S
argument_policy string sys_openat 1 string SubString a-Sec
echo '      matchActions: [{action: Override, argError: -13}]' >>"$POLICIES/sub.yaml"
start_shriked

run secret cat /tmp/pass/a-Secret-file
expect_refused secret EACCES
expect_policies secret sub folded start string
run near cat /tmp/pass/secre-tfile
expect_stdout near plain
expect_policies near
echo small >/tmp/pass/a-secret
run folded cat /tmp/pass/a-secret
expect_stdout folded small
expect_policies folded folded
run overlap cat /tmp/pass/swordfish
expect_refused overlap EACCES
# Far behind in a long path.
run deep cat "$deep/ends-in-Secret"
expect_refused deep EACCES
