import AWSSigning
import Foundation
import HTTPTypes
import Testing

@testable import PenstockServer

@Suite struct STSDoorTests {
    @Test func `the caller learns who it is`() async throws {
        try await ServerBench.with("account: 012345678901") { bench in
            let answer = try await bench.sts("Action=GetCallerIdentity&Version=2011-06-15")
            #expect(answer.status == 200 && answer.headers[.contentType] == "text/xml")
            #expect(answer.text.contains("<Arn>arn:aws:iam::012345678901:user/administrator</Arn>"), "\(answer.text)")
            #expect(answer.text.contains("<Account>012345678901</Account>"))
            #expect(answer.text.contains("<UserId>administrator</UserId>"))
            #expect(answer.text.contains("<GetCallerIdentityResult>"))
        }
    }

    /// The form, the error's code.
    @Test(arguments: [
        ("Action=AssumeRole&Version=2011-06-15", "InvalidAction"), ("Version=2011-06-15", "MissingAction"),
        ("", "MissingAction"), ("Action=%FF", "MalformedQueryString"), ("Action=%", "MalformedQueryString"),
        ("Action=%3C%26%22%3E%5D%5D%3E", "InvalidAction"), ("Action=%00%01", "InvalidAction"),
    ])
    func `what it does not know is an error in XML`(form: String, code: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.sts(form)
            #expect(answer.status == 400 && answer.headers[.contentType] == "text/xml")
            #expect(answer.text.contains("<Code>\(code)</Code>"), "\(answer.text)")
            #expect(try XMLCheck.isWellFormed(answer.body), "\(answer.text)")
        }
    }

    @Test func `an unsigned form is refused in XML`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.send(
                .post, "/", [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
                Data("Action=GetCallerIdentity".utf8))
            #expect(answer.status == 403)
            #expect(answer.text.contains("<Code>MissingAuthenticationToken</Code>"), "\(answer.text)")
            let wrong = AWSCredentials(
                accessKeyID: bench.gateway.keys.administrator.accessKeyID, secretAccessKey: "wrong")
            let form = "application/x-www-form-urlencoded"
            let mismatch = try await bench.call(nil, "Action=x", service: "sts", credentials: wrong, type: form)
            #expect(mismatch.status == 403 && mismatch.text.contains("<Code>SignatureDoesNotMatch</Code>"))
            let nobody = AWSCredentials(accessKeyID: "AKIANOBODY", secretAccessKey: "x")
            let unknown = try await bench.call(nil, "Action=x", service: "sts", credentials: nobody, type: form)
            #expect(unknown.status == 403 && unknown.text.contains("<Code>InvalidClientTokenId</Code>"))
        }
    }
}

/// Python's parser as the judge.
enum XMLCheck {
    static func isWellFormed(_ body: Data) throws -> Bool {
        let folder = try ServerFolder()
        let file = folder.url.appending(path: "answer.xml")
        try body.write(to: file)
        let script = "import sys, xml.dom.minidom as m; m.parse(sys.argv[1]); print('good')"
        return try output(of: "/usr/bin/env", ["python3", "-c", script, file.path]) == "good\n"
    }
}
