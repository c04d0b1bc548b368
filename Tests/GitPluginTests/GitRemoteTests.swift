import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitPlugin

@Suite struct GitRemoteTests {
    static func remote(
        _ repository: String = "acme/app", base: String = "https://git.example:8443/scm/", provider: String = "GitHub",
        credential: Credential? = nil
    ) throws -> GitRemote {
        try GitRemote(
            provider: provider, base: base, repository: repository, credential: credential, key: "FullRepositoryId")
    }

    @Test func `the name as it is comes before the name with .git`() throws {
        let remote = try Self.remote("group/sub/my project")
        #expect(
            remote.candidates == [
                "https://git.example:8443/scm/group/sub/my%20project",
                "https://git.example:8443/scm/group/sub/my%20project.git",
            ])
        #expect(remote.origin == "https://git.example:8443")
        #expect(try Self.remote("acme/app.git").candidates == ["https://git.example:8443/scm/acme/app.git"])
        #expect(try Self.remote(base: "/srv/git/").candidates == ["/srv/git/acme/app"])
        #expect(try Self.remote(base: "file:///srv/git").candidates == ["file:///srv/git/acme/app"])
    }

    @Test(arguments: [
        "", "/", "acme/", "/acme", "acme//app", "..", "acme/../../etc", "./app", "-acme/app", "acme/--upload-pack=x",
        "acme/$(id)", "acme/`id`", "acme/a;b", "acme/a\nb", "acme/a\0b", "acme/a?x=1", "acme/a#b", "acme/a%2e%2e",
        "acme\\app", "user@host/app", "ext::sh -c id", "acme/a'b", "acme/\u{85}", String(repeating: "a", count: 1001),
    ])
    func `a hostile repository name is refused`(name: String) throws {
        let failure = try #require(throws: FailureDetails.self) { try Self.remote(name) }
        #expect(failure.type == .configurationError)
        #expect(!failure.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(failure.message.utf8.count < 1000)
    }

    @Test(arguments: [
        "", "-b", "--upload-pack=x", "a b", "a\nb", "a\u{7f}", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b",
        "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{1}", String(repeating: "a", count: 256),
    ])
    func `a hostile branch name is refused`(name: String) {
        #expect(throws: FailureDetails.self) { try BranchName(name, key: "BranchName") }
    }

    @Test(arguments: ["main", "feature/a-b_c.d", "größe", "release/1.0", "a@b", "$(id)", "refs/heads/x"])
    func `a branch that Git accepts is taken`(name: String) throws {
        #expect(try BranchName(name, key: "BranchName").ref == "refs/heads/\(name)")
    }

    @Test(arguments: [
        "ssh://git:word@host", "git://host", "ext::sh", "git@host:path", "ftp://host", "host/path", "", "relative",
        "https://token@host", "https://u:p@host", "https://host/?x=1", "https://host/#x", "https://", "/srv/\n",
        "file://host/share", "--upload-pack=x",
    ])
    func `a base URL that can't be read from is refused, without showing it`(base: String) throws {
        let failure = try #require(throws: FailureDetails.self) { try Self.remote(base: base) }
        #expect(failure.type == .configurationError)
        #expect(!failure.message.contains("token"))
    }

    @Test func `a credential with a line break is refused, without showing it`() throws {
        let credential = Credential(user: "robot", secret: "s3cret\n")
        let failure = try #require(throws: FailureDetails.self) { try Self.remote(credential: credential) }
        #expect(failure.type == .configurationError)
        #expect(!failure.message.contains("s3cret"))
    }

    @Test(arguments: [
        ("GitHub", "https://h/acme/app/commit/"), ("Gitea", "https://h/acme/app/commit/"),
        ("GitLab", "https://h/acme/app/-/commit/"), ("Bitbucket", "https://h/acme/app/commits/"), ("Other", nil),
    ])
    func `a commit's page is where its host has it`(provider: String, page: String?) throws {
        let commit = try #require(CommitID(String(repeating: "ab", count: 20)))
        #expect(
            try Self.remote(base: "https://h", provider: provider).page(of: commit) == page.map { "\($0)\(commit)" })
        #expect(try Self.remote(base: "/srv", provider: provider).page(of: commit) == nil)
    }

    @Test(arguments: [
        ("https://h:7990/scm", "SHOP/web", "https://h:7990/projects/SHOP/repos/web/commits/"),
        ("https://h/bitbucket/scm/", "shop/web.git", "https://h/bitbucket/projects/shop/repos/web/commits/"),
        ("https://h", "~ines/web", "https://h/users/ines/repos/web/commits/"), ("https://h/scm", "web", nil),
        ("https://h/scm", "a/b/c", nil), ("ssh://git@h:7999", "SHOP/web", nil),
    ])
    func `Data Center's pages lie beside what is cloned`(base: String, repository: String, page: String?) throws {
        let commit = try #require(CommitID(String(repeating: "ab", count: 20)))
        let remote = try Self.remote(repository, base: base, provider: "BitbucketServer")
        #expect(remote.page(of: commit) == page.map { "\($0)\(commit)" })
    }

    @Test func `git gets no more of the gateway's environment than it needs`() throws {
        let credential = Credential(user: "", secret: "s3cret")
        let environment = GitEnvironment(
            folder: URL(filePath: "/w/git"), workTree: URL(filePath: "/w/out"),
            remote: try Self.remote(credential: credential), owner: "me")
        let quiet = environment.variables(withCredential: false)
        let borrowed = quiet.keys.filter {
            !$0.hasPrefix("GIT_") && !["HOME", "LC_ALL", "TZ", GitEnvironment.marker].contains($0)
        }
        let known: Set = [
            "PATH", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
            "SSL_CERT_FILE", "SSL_CERT_DIR",
        ]
        #expect(Set(borrowed).isSubset(of: known))
        #expect(quiet["GIT_ALLOW_PROTOCOL"] == "https")
        #expect(!quiet.values.contains { $0.contains("s3cret") })

        let speaking = environment.variables(withCredential: true)
        #expect(speaking.filter { $0.value.contains("s3cret") }.map(\.key) == ["PENSTOCK_GIT_SECRET"])
        #expect(speaking["PENSTOCK_GIT_USER"] == "x-access-token")
        #expect(speaking.values.contains("credential.https://git.example:8443.helper"))
    }
}

@Suite struct GitComplaintTests {
    static let words: [(String, GitComplaint, FailureDetails.Kind)] = [
        ("fatal: couldn't find remote ref refs/heads/x", .noBranch, .configurationError),
        ("fatal: remote error: upload-pack: not our ref 12", .noCommit, .revisionUnavailable),
        ("error: Server does not allow request for unadvertised object 12", .commitNotAdvertised, .revisionUnavailable),
        ("fatal: Authentication failed for 'https://h/a/'", .credentialRefused, .permissionError),
        (
            "fatal: could not read Username for 'https://h': terminal prompts disabled", .credentialRefused,
            .permissionError
        ),
        ("fatal: unable to access 'u': The requested URL returned error: 403", .credentialRefused, .permissionError),
        ("fatal: repository 'https://h/a/' not found", .noRepository, .configurationError),
        ("fatal: '/srv/a' does not appear to be a git repository", .noRepository, .configurationError),
        ("fatal: detected dubious ownership in repository at '/srv/a'", .foreignOwner, .permissionError),
        ("fatal: unable to access 'u': The requested URL returned error: 301", .redirected, .configurationError),
        ("fatal: unable to access 'u': SSL certificate problem: self-signed", .certificateRefused, .configurationError),
        ("Host key verification failed.\nfatal: Could not read from remote", .hostKeyRefused, .configurationError),
        ("git@h: Permission denied (publickey).\nfatal: Could not read", .credentialRefused, .permissionError),
        ("fatal: unable to access 'u': Could not resolve host: h", .unreachable, .systemUnavailable),
        ("fatal: unable to access 'u': The requested URL returned error: 502", .unreachable, .systemUnavailable),
        ("error: Invalid path '.git/config'", .unsafeTree, .jobFailed),
        ("fatal: something new", .other, .jobFailed),
    ]

    @Test(arguments: words.indices)
    func `git's words become a kind of failure that names the repository`(index: Int) throws {
        let (words, complaint, type) = Self.words[index]
        #expect(GitComplaint(words) == complaint)
        let failure = complaint.failure(
            fetching: nil, branch: try BranchName("main", key: ""), from: try GitRemoteTests.remote(), words: words)
        #expect(failure.type == type)
        #expect(
            failure.message.contains("acme/app") || complaint == .unreachable || complaint == .certificateRefused
                || complaint == .hostKeyRefused)
    }

    @Test func `every kind of complaint has an example`() {
        #expect(Set(Self.words.map(\.1.failureName)) == Set(GitComplaint.allCases.map(\.failureName)))
    }
}

extension GitComplaint {
    fileprivate var failureName: String { "\(self)" }
}

@Suite struct TreeSizeTests {
    @Test(arguments: [1, 2, 7, 1000])
    func `sizes add up however the listing is cut`(piece: Int) {
        let listing =
            "100644 blob e69de29bb2d1d6434b8b29ae775ad8c2e48c5391       12\tREADME\u{0}"
            + "160000 commit 1111111111111111111111111111111111111111       -\tvendor 77\u{0}"
            + "100755 blob 99999999999999999999999999999999999999999999999999 3000000000\ta\t5\u{0}"
        var size = TreeSize()
        let bytes = Array(listing.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { size.add($0) }
        }
        #expect(size.bytes == 3_000_000_012)
        #expect(size.entries == 3)
    }
}

@Suite struct GitCommitTests {
    @Test func `a message is cut between characters`() {
        #expect("aé".cut(toUTF8: 2) == "a")
        #expect("aé".cut(toUTF8: 3) == "aé")
        #expect("👩‍👩‍👧".cut(toUTF8: 5) == "")
    }

    @Test func `output of another form is no commit`() {
        #expect(GitCommit(Data("nonsense".utf8)) == nil)
    }

    @Test(arguments: [
        ("1234+zoe@users.noreply.github.com", "1234"), ("zoe@users.noreply.github.com", "zoe@users.noreply.github.com"),
        ("zoe+x@acme.example", "zoe+x@acme.example"), ("+a@users.noreply.github.com", "+a@users.noreply.github.com"),
    ])
    func `the author's id is the account's number where the address holds it`(email: String, id: String) throws {
        let text = "\(String(repeating: "ab", count: 20))\u{0}1\u{0}2\u{0}Zoë\u{0}\(email)\u{0}Hi\n"
        #expect(try #require(GitCommit(Data(text.utf8))).authorID == id)
    }
}
