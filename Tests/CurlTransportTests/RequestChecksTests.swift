import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct RequestChecksTests {
    @Test(arguments: [
        "", "http", "http://", "http:///path", "http://?q", "ftp://host/", "file:///etc/passwd", "//host/", "/path",
        "host/path", "http:/host/", "http://user@host/", "http://user:secret@host/", "http://ho st/", "http://host/a b",
        "http://host/\r\nX: y", "http://host/\u{0}", "http://höst/", "http://host/ü", "http://host:99999/",
        "http://host:x/", "javascript:alert(1)", " http://host/", "http://host/\u{7F}", "http://us:secret/x@host/",
    ])
    func `what is no proper URL never reaches the network`(_ url: String) async throws {
        try await withClient { client in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: url))
            }
            guard case .invalidURL(let shown)? = error else {
                Issue.record("\(String(describing: error)) instead of invalidURL")
                return
            }
            #expect(!shown.contains("secret"))
            #expect(shown.unicodeScalars.allSatisfy { $0.value > 0x1F })
        }
    }

    @Test(arguments: [
        ("http://Host", "http", "host", "80", "host"), ("HTTPS://host/a?b#c", "https", "host", "443", "host"),
        ("http://h:8080/@x/..//a", "http", "h", "8080", "h:8080"),
        ("https://[::1]:1/", "https", "[::1]", "1", "[::1]:1"),
    ])
    func `a proper URL is taken apart`(
        _ url: String, _ scheme: String, _ host: String, _ port: String, _ authority: String
    ) throws {
        let target = try TargetURL(url)
        #expect(target.origin == TargetURL.Origin(scheme: scheme, host: host, port: port))
        #expect(target.authority == authority)
        #expect(target.text == url)
    }

    @Test func `logs see no query`() throws {
        #expect(try TargetURL("http://h/a?X-Amz-Signature=1#f").withoutQuery == "http://h/a")
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\u{0}"), ("X", "\u{7F}"), ("X\r\nY", "b"), ("", "b"), ("X Y", "b"),
        ("X:", "b"), ("Transfer-Encoding", "chunked"), ("connection", "close"), ("Content-Length", "4"),
        ("Content-Length", "x"),
    ])
    func `a header that would garble the request is refused`(_ name: String, _ value: String) async throws {
        try await withClient { client in
            let request = HTTPClientRequest(
                method: "PUT", url: "http://127.0.0.1:1/", headers: [(name, value)], body: .bytes(Data("abc".utf8)))
            let error = await #expect(throws: CurlRequestError.self) { try await client.send(request) }
            guard case .invalidHeader? = error else {
                Issue.record("\(String(describing: error)) instead of invalidHeader")
                return
            }
            #expect(!"\(error!)".contains("\r"))
        }
    }

    @Test(arguments: ["", "GE T", "GET\r\nX: y", "CONNECT"])
    func `an invalid method is refused`(_ method: String) async throws {
        _ = try await withClient { client in
            await #expect(throws: CurlRequestError.invalidMethod(method)) {
                try await client.send(HTTPClientRequest(method: method, url: "http://127.0.0.1:1/"))
            }
        }
    }

    @Test func `a HEAD request has no body`() async throws {
        try await withClient { client in
            let error = CurlRequestError.bodyNotAllowed(method: "HEAD")
            await #expect(throws: error) {
                try await client.send(
                    HTTPClientRequest(method: "HEAD", url: "http://127.0.0.1:1/", body: .bytes(Data([1]))))
            }
            #expect("\(error)" == "a HEAD request can't have a body")
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", ["A: 1", " folded", "B:2"], ["A=1 folded", "B=2"]),
        ("HTTP/2 200 ", ["content-type: x:y "], ["content-type=x:y"]),
    ])
    func `head lines become headers`(_ status: String, _ lines: [String], _ expected: [String]) {
        var parser = ResponseHeadParser(sizeLimit: 1000, countLimit: 10)
        var complete: ResponseHead?
        for line in [status] + lines + [""] {
            if case .complete(let head) = Data((line + "\r\n").utf8).withUnsafeBytes({ parser.take($0) }) {
                complete = head
            }
        }
        #expect(complete?.status == 200)
        #expect(complete?.headers.map { "\($0.name)=\($0.value)" } == expected)
    }
}
