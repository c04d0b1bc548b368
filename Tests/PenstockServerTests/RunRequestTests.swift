import Foundation
import Testing

@testable import PenstockServer

@Suite struct RunSourceTests {
    @Test(arguments: [
        ("App=https://example.com/acme/app", "https://example.com/acme", "app", "main"),
        ("App=https://example.com/acme/app@v2", "https://example.com/acme", "app", "v2"),
        ("App=https://example.com/acme/app@feature/one", "https://example.com/acme", "app", "feature/one"),
        ("App=https://example.com/acme/app/", "https://example.com/acme", "app", "main"),
        ("App=https://me@example.com/acme/app", "https://me@example.com/acme", "app", "main"),
        ("App=https://me@example.com/acme/app@dev", "https://me@example.com/acme", "app", "dev"),
        ("App=ssh://git@example.com:22/app@a/b", "ssh://git@example.com:22", "app", "a/b"),
        ("App=file:///srv/git/app.git@main", "file:///srv/git", "app.git", "main"),
        ("App=https://example.com/a=b", "https://example.com", "a=b", "main"),
    ])
    func `a URL is a repository and a branch`(
        text: String, base: String, repository: String, branch: String
    ) throws {
        let source = try RunSource(parsing: text)
        #expect(source.action == "App")
        #expect(source.place == .repository(base: base, repository: repository, branch: branch))
    }

    @Test func `a folder is itself, or with a ref a repository`() throws {
        let folder = try ServerFolder()
        try folder.write("x", to: "app/file")
        try folder.write("x", to: "app@1.0/file")
        let path = folder.url.path
        #expect(try RunSource(parsing: "App=\(path)/app").place == .folder("\(path)/app"))
        #expect(try RunSource(parsing: "App=\(path)/app/").place == .folder("\(path)/app"))
        #expect(try RunSource(parsing: "App=\(path)/app/../app").place == .folder("\(path)/app"))
        #expect(try RunSource(parsing: "App=\(path)/app@1.0").place == .folder("\(path)/app@1.0"))
        #expect(
            try RunSource(parsing: "App=\(path)/app@feature/x").place
                == .repository(base: "file://\(path)", repository: "app", branch: "feature/x"))
        #expect(
            try RunSource(parsing: "App=\(path)/app@1.0@dev").place
                == .repository(base: "file://\(path)", repository: "app@1.0", branch: "dev"))
        #expect(
            try RunSource(parsing: "App=file://\(path)/app@1.0").place
                == .repository(base: "file://\(path)", repository: "app@1.0", branch: "main"))
    }

    @Test(arguments: [
        ("", "NAME=DIR_OR_URL"), ("App", "NAME=DIR_OR_URL"), ("=x", "NAME=DIR_OR_URL"),
        ("App=/nowhere/at/all", "no folder /nowhere/at/all"), ("App=/nowhere@main", "no folder"),
        ("App=/dev/null", "no folder"), ("App=https://example.com", "URL of a repository"),
        ("App=https://example.com/", "URL of a repository"), ("App=https://example.com/app@", "URL of a repository"),
        ("App=https://example.com//", "URL of a repository"), ("App=/tmp@", "a branch"),
    ])
    func `what is neither says how to write it`(text: String, remedy: String) throws {
        let error = #expect(throws: CommandError.self) { try RunSource(parsing: text) }
        #expect(error?.kind == .invalidInput)
        #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
    }
}

@Suite struct RunExportTests {
    @Test func `an export is a bucket and a folder`() throws {
        let export = try RunExport(parsing: "site=/tmp/a=b/../c")
        #expect(export.bucket == "site" && export.folder.path == "/tmp/c")
        let home = try RunExport(parsing: "site=~/x")
        #expect(home.folder.path == FileManager.default.homeDirectoryForCurrentUser.path + "/x")
    }

    @Test(arguments: ["", "site", "=dir", "site="])
    func `anything else says how to write it`(text: String) {
        let error = #expect(throws: CommandError.self) { try RunExport(parsing: text) }
        #expect(error?.message.contains("BUCKET=DIR") == true)
    }
}
