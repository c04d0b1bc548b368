import PipelineEngine
import PipelineModel
import Testing

@Suite("JSONPath") struct JSONPathTests {
    @Test(arguments: [
        ("$", true), ("$.ref", true), ("ref", true), ("$['ref']", true), ("$[\"ref\"]", true), ("$.a.b[0]", true),
        ("$.a[-1]", true), ("$['a b']['it\\'s']", true), ("$.a.length()", true), ("$.a-b_c@d.e:f", true),
        ("$.*", false), ("$.a[*]", false), ("$[*].b", false), ("$..ref", false), ("$..[0]", false), ("$..*", false),
        ("$['a','b']", false), ("$.a[0,2]", false), ("$.a[1:3]", false), ("$.a[:-1]", false), ("$.a[2:]", false),
        ("$.a[?(@.b)]", false), ("$.a[?(@.b == 'c' && (@.d != 2 || !@.e))]", false), ("$.a[?(@.b.c[0] >= 1.5)]", false),
        ("$.a[?(@ == null)]", false), ("['a']", true),
    ])
    func `is read, and known to select one value or many`(text: String, isDefinite: Bool) throws {
        #expect(try JSONPath(text).isDefinite == isDefinite)
    }

    @Test(arguments: [
        "", " ", ".", "..", "$.", "$..", "$ref", "$.a.", "$.a..", "$.a b", "$[", "$[]", "$['a", "$['a'", "$.a[b]",
        "$.a[1", "$.a[:]",
        "$.a[1:2:3]", "$.a[99999999999]", "$.a.min()", "$.a.length(", "$.length().b", "$.a[?(@.b =~ /c/)]",
        "$.a[?(@.b == c)]",
        "$.a[?(@..b)]", "$.a[?(@.b)", "$.a[?@.b]", "$.a[?(b)]", "$.a[?(@.b == $.c)]", "@.a", ".a", "$.[0]", "$.a)",
        "$.a]",
        "$.a[?(@.b in ['c'])]", "$.a[(@.length-1)]",
    ])
    func `what is no path is refused with its place`(text: String) {
        let fault = #expect(throws: JSONPathFault.self) { try JSONPath(text) }
        #expect(fault.map { $0.offset <= text.count && "\($0)".contains("at character") } == true)
    }

    @Test func `placeholders name values of the configuration`() {
        let configuration: [String: ConfigurationValue] = [
            "Branch": .plain("main"), "Token": .sealed(SealedSecret(keyID: "k", box: "b")),
        ]
        func filter(_ text: String) -> WebhookRecord.Filter { .init(jsonPath: "$", matchEquals: text) }
        #expect(filter("refs/heads/{Branch}").expectation(in: configuration) == "refs/heads/main")
        #expect(filter("{Branch}{Branch}x").expectation(in: configuration) == "mainmainx")
        #expect(filter("{{Branch}}").expectation(in: configuration) == "{main}")
        #expect(filter("{a").placeholders == [] && filter("{a").expectation(in: configuration) == "{a")
        #expect(filter("{Token}").expectation(in: configuration) == nil)
        #expect(filter("{None}").expectation(in: configuration) == nil)
        #expect(filter("{A}-{B}").placeholders == ["A", "B"])
    }
}

@Suite("AllowedIPRange") struct AllowedIPRangeTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true), ("10.0.0.0/9", "10.127.0.1", true),
        ("10.0.0.0/9", "10.128.0.1", false), ("192.0.2.0/24", "::ffff:192.0.2.1", true), ("192.0.2.0/24", "::1", false),
        ("2001:db8::/32", "2001:db8:1::9", true), ("2001:db8::/32", "2001:db9::", false), ("::1/128", "::1", true),
        ("2001:db8::/33", "2001:db8:8000::", false), ("fe80::/10", "fe80::1%eth0", true), ("::/0", "192.0.2.1", false),
        ("192.0.2.0/24", "host", false), ("192.0.2.0/24", "", false),
    ])
    func `holds addresses`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AllowedIPRange(range)).contains(address) == isInside)
    }

    @Test(arguments: [
        "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "192.0.2.256", "1.2.3.4.5", "::/129",
        ":::/1",
        "1::2::3", "example.com", "192.0.2.0/24/8", "12345::", "1:2:3:4:5:6:7:8:9", "192.0.2.0/ 24", "0x1.2.3.4",
    ])
    func `what is no block is none`(text: String) {
        #expect(AllowedIPRange(text) == nil)
    }
}

@Suite("Registry records") struct RegistryRecordTests {
    /// As written by the first version that had them: they stay readable.
    @Test func `records of the first version are read`() throws {
        func read<Record: RegistryRecord>(_ type: Record.Type, _ json: String) throws -> Record {
            try Registered<Record>(RegistryEntry(kind: type.kind, name: "x", record: .init(json.utf8))).record
        }
        let webhook = try read(
            WebhookRecord.self,
            #"""
            {"authentication":{"gitHubHMAC":{"secret":{"box":"b","keyID":"k"}}},"filters":[{"jsonPath":"$.ref",
             "matchEquals":"refs/heads/{Branch}"}],"hook":"00ff","name":"w","tags":{"a":"b"},"targetAction":"Fetch",
             "targetPipeline":"app"}
            """#)
        #expect(webhook.authentication == .gitHubHMAC(secret: SealedSecret(keyID: "k", box: "b")))
        #expect(webhook.hook == "00ff" && webhook.filters.first?.placeholders == ["Branch"])
        let range = try read(
            WebhookRecord.self,
            #"""
            {"authentication":{"addressRange":{"_0":"192.0.2.0/24"}},"filters":[],"hook":"h","name":"w","tags":{},
             "targetAction":"a","targetPipeline":"p"}
            """#)
        #expect(range.authentication == .addressRange("192.0.2.0/24"))
        let connection = try read(
            ConnectionRecord.self,
            #"""
            {"arn":"arn:c","completion":{"options":{"o":"1"},"secrets":{"private_key":{"box":"b","keyID":"k"}},
             "token":{"box":"t","keyID":"k"},"url":"https://x","user":"u"},"id":"i","name":"c","providerType":"GitHub",
             "tags":{}}
            """#)
        #expect(connection.completion?.secrets.keys.first == "private_key")
        let host = try read(
            ConnectionHostRecord.self,
            #"""
            {"arn":"arn:h","endpoint":"https://x","id":"i","name":"h","providerType":"GitHubEnterpriseServer","tags":{},
             "vpc":{"securityGroupIDs":["sg"],"subnetIDs":["s"],"vpcID":"v"}}
            """#)
        #expect(host.vpc?.vpcID == "v")
        let registration = try read(
            HookRegistrationRecord.self,
            #"""
            {"attempts":2,"connection":"arn:c","errorCode":"PermissionError","errorMessage":"no","hook":"main",
             "origin":"configuration","repository":"acme/app","state":"failed","tryAgain":7.5,"url":"https://x"}
            """#)
        #expect(registration.key == "hook/main/acme/app" && registration.tryAgain == 7.5)
    }
}
