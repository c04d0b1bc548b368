import AWSWire
import Foundation
import Testing

@Suite struct QueryWireTests {
    let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

    @Test func `a form names its action`() throws {
        let request = try QueryRequest(
            form: Data("Action=GetCallerIdentity&Version=2011-06-15&A.member.1=x+y%2B&Empty=&Bare&B=1&B=2".utf8))
        #expect(request.action == "GetCallerIdentity")
        #expect(request.version == "2011-06-15")
        #expect(request["A.member.1"] == "x y+")
        #expect(request["Empty"] == "")
        #expect(request["Bare"] == "")
        #expect(request["B"] == "2")
        #expect(request["absent"] == nil)
    }

    @Test func `a form without an action is refused`() {
        #expect {
            try QueryRequest(form: Data("Version=1".utf8))
        } throws: {
            ($0 as? WireError)?.code == "UnknownOperationException"
        }
    }

    @Test(arguments: [Data([0x41, 0xFF]), Data("A=%FF".utf8), Data("A=%zz".utf8)])
    func `a form must be UTF-8`(_ form: Data) {
        #expect {
            try QueryRequest(form: form)
        } throws: {
            ($0 as? WireError)?.code == "SerializationException"
        }
    }

    struct Identity: Codable {
        let arn: String
        let userID: String
        enum CodingKeys: String, CodingKey {
            case arn = "Arn"
            case userID = "UserId"
        }
    }

    @Test func `an answer is enveloped`() throws {
        let answer = try QueryResponse(
            action: "GetCallerIdentity", namespace: namespace, result: Identity(arn: "a&b", userID: "u"),
            requestID: "id")
        #expect(answer.status == 200)
        #expect(answer.headers.contains { $0 == ("Content-Type", "text/xml") })
        #expect(
            String(decoding: answer.body, as: UTF8.self).replacingOccurrences(of: "\n", with: "")
                == #"<?xml version="1.0" encoding="UTF-8"?><GetCallerIdentityResponse xmlns="\#(namespace)">"#
                + "<GetCallerIdentityResult><Arn>a&amp;b</Arn><UserId>u</UserId></GetCallerIdentityResult>"
                + "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetCallerIdentityResponse>")
    }

    @Test(arguments: [(400, "Sender"), (403, "Sender"), (500, "Receiver")])
    func `an error says whose fault it is`(_ status: Int, _ type: String) throws {
        let answer = try QueryResponse(
            errorCode: "AccessDenied", message: "no", status: status, namespace: namespace, requestID: "id")
        #expect(answer.status == status)
        #expect(
            String(decoding: answer.body, as: UTF8.self).hasSuffix(
                "<Error><Type>\(type)</Type><Code>AccessDenied</Code><Message>no</Message></Error>"
                    + "<RequestId>id</RequestId></ErrorResponse>"))
    }

    struct Listing: Decodable, Equatable {
        struct Entry: Decodable, Equatable {
            let key: String
            enum CodingKeys: String, CodingKey { case key = "Key" }
        }
        let truncated: Bool
        let contents: [Entry]?
        enum CodingKeys: String, CodingKey {
            case truncated = "IsTruncated"
            case contents = "Contents"
        }
    }

    @Test(
        arguments: [
            ("", nil), ("<Contents><Key> a b </Key></Contents>", [" a b "]),
            ("\n  <Contents>\n <Key>a&amp;b</Key>\n </Contents>\n <Contents><Key>c</Key></Contents>\n", ["a&b", "c"]),
        ] as [(String, [String]?)])
    func `reads lists with the spaces of their keys`(_ contents: String, _ keys: [String]?) throws {
        let xml = #"<?xml version="1.0"?><R xmlns="urn:x"><IsTruncated>true</IsTruncated>"# + contents + "</R>"
        let listing = try XMLBody.decode(Listing.self, from: Data(xml.utf8))
        #expect(listing.truncated)
        #expect((listing.contents ?? []).map(\.key) == (keys ?? []))
    }

    @Test(arguments: ["", "<html><body>Bad gateway</body></html>", "<R><IsTruncated>", "no xml"])
    func `refuses what is not the XML that it wants`(_ text: String) {
        #expect(throws: WireError.self) { try XMLBody.decode(Listing.self, from: Data(text.utf8)) }
    }
}
