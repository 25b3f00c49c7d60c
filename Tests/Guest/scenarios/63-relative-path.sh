# A relative name is joined to the working directory and cleaned; symbolic links are told as typed.
mkdir -p /tmp/a/b
cp /usr/bin/true /tmp/a/true
mkdir -p '/tmp/a/with space'
cp /usr/bin/true '/tmp/a/with space/true'
start_shriked
cd /tmp/a/b

run up ../true x
expect_event "executes(\"/tmp/a/true\") and pid == $(pid_of up) and .process_exec.process.cwd == \"/tmp/a/b\"" 1
mkdir links
ln -s /usr/bin/true links/true
run link ./links/true
expect_event "executes(\"/tmp/a/b/links/true\") and pid == $(pid_of link)" 1
run space '../with space/true'
expect_event "executes(\"/tmp/a/with space/true\") and pid == $(pid_of space)" 1
