# Operators on a path argument: the resolved object, whatever the caller called it.
BINARIES=/usr/bin/truncate-path
argument_policy equal security_path_truncate 0 path Equal /tmp/base/file.db
argument_policy not-equal security_path_truncate 0 path NotEqual /tmp/base/file.db
argument_policy prefix security_path_truncate 0 path Prefix /tmp/base/
argument_policy not-prefix security_path_truncate 0 path NotPrefix /tmp/base/
argument_policy postfix security_path_truncate 0 path Postfix .db
argument_policy not-postfix security_path_truncate 0 path NotPostfix .db
mkdir -p /tmp/base /tmp/basement
for file in /tmp/base/file.db /tmp/base/file.db2 /tmp/basement/file.db; do echo text >$file; done
ln -s /tmp/base/file.db /tmp/link
start_shriked

run same truncate-path /tmp/base/file.db 1
expect_policies same equal postfix prefix
expect_event "kprobe(\"equal\") and pid == $(pid_of same) and path == \"/tmp/base/file.db\"
	and .process_kprobe.function_name == \"security_path_truncate\"" 1
run link truncate-path /tmp/link 1
expect_policies link equal postfix prefix
run dots truncate-path /tmp/basement/../base/./file.db 1
expect_policies dots equal postfix prefix
run longer truncate-path /tmp/base/file.db2 1
expect_policies longer not-equal not-postfix prefix
run other truncate-path /tmp/basement/file.db 1
expect_policies other not-equal not-prefix postfix
