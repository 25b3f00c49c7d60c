# timeout: 120
# GetUrl and DnsLookup: asked by the daemon when a hook is hit, beside the events, whether or not somebody answers.
echo treasure >/tmp/vault
file_policy page /tmp/vault <<-YAML
	- action: GetUrl
	  argUrl: http://127.0.0.1:8080/hit?from=vault
YAML
file_policy name /tmp/vaul <<-YAML
	- action: DnsLookup
	  argFqdn: canary.example
	- action: NoPost
YAML
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
start page-server sh -c "printf 'HTTP/1.1 200 OK\r\n\r\n' | nc -l -p 8080"
start name-server print-datagram 53
start_shriked

run reader cat /tmp/vault
expect_event "kprobe(\"page\") and pid == $(pid_of reader) and .process_kprobe.action == \"KPROBE_ACTION_GETURL\"" 1
wait_until 'grep -q "GET /hit?from=vault HTTP/1.1" "$WORK/page-server.out"' "nobody asked for the page"
grep -q '^Host: 127.0.0.1:8080' "$WORK/page-server.out" || fail "the request names no host"
wait_until 'grep -q canary "$WORK/name-server.out" && grep -q example "$WORK/name-server.out"' "nobody asked for the name"
expect_no_event 'kprobe("name")'
run near cat /etc/hostname
expect_policies near
