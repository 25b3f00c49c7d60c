// SPDX-License-Identifier: Apache-2.0

import ShrikePolicy
import Testing

@Suite struct WebAddressTests {
    @Test("Addresses of pages")
    func addresses() throws {
        let cases: [(String, Bool, String, Int, String)] = [
            ("http://host", false, "host", 80, "/"),
            ("HTTPS://host/a/b?c=d#e", true, "host", 443, "/a/b?c=d"),
            ("http://[::1]:8080/x", false, "::1", 8080, "/x"),
            ("https://192.0.2.1:1?q", true, "192.0.2.1", 1, "/?q"),
        ]
        for (text, isEncrypted, host, port, target) in cases {
            let address = try #require(WebAddress(text))
            #expect(
                address.isEncrypted == isEncrypted && address.host == host && address.port == port
                    && address.target == target, "\(text)")
        }
        #expect(WebAddress("https://host:443/")?.authority == "host")
        #expect(WebAddress("http://[::1]:81/")?.authority == "[::1]:81")
        for text in [
            "", "host", "ftp://host/", "http://", "http:///x", "http://a b/", "http://h:0/",
            "http://h:99999/",
            "http://h:x/", "http://u@h/", "http://[::1/", "http://[::1]x/", "http://h/\r\nX: y",
        ] {
            #expect(WebAddress(text) == nil, "\(text)")
        }
    }

    @Test("What cannot be asked for is refused where it stands")
    func refused() {
        let text = selector(
            "matchActions: [{action: GetUrl, argUrl: example.com}, {action: DnsLookup, argFqdn: 'a b'}, {action: DnsLookup}]"
        )
        let said = findings(text, kernel: nil)
        #expect(said.count == 3, "\(said)")
        #expect(said.contains { $0.contains("`example.com` is not the address of a page") })
        #expect(said.contains { $0.contains("`a b` is not a domain name") })
    }
}
