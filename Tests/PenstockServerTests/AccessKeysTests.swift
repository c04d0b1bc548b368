import AWSSigning
import Foundation
import Testing

@testable import PenstockServer

@Suite struct AccessKeysTests {
    @Test func `the key is made once, for its owner only, and read back`() throws {
        let folder = try ServerFolder()
        let made = try AccessKeys.readOrMake(in: folder.url).administrator
        #expect(made.accessKeyID.hasPrefix("PSTK") && made.accessKeyID.count == 20)
        #expect(made.secretAccessKey.count == 40)
        #expect(try mode(of: AccessKeys.file(in: folder.url)) == 0o600)
        #expect(try AccessKeys.readOrMake(in: folder.url).administrator == made)
        #expect(try AccessKeys.read(in: folder.url).administrator == made)
        let other = try ServerFolder()
        #expect(try AccessKeys.readOrMake(in: other.url).administrator != made)
        #expect(!"\(made)".contains(made.secretAccessKey))
    }

    @Test(arguments: [
        "", "[default]\n", "[default]\naws_access_key_id = A\n", "[default]\naws_secret_access_key = s3cr3t\n",
        "aws_access_key_id =\naws_secret_access_key = s3cr3t\n", "{\"key\": \"s3cr3t\"}",
    ])
    func `a damaged file is told, not replaced`(text: String) throws {
        let folder = try ServerFolder()
        try folder.write(text, to: "credentials")
        let error = #expect(throws: CommandError.self) { try AccessKeys.readOrMake(in: folder.url) }
        #expect(error?.kind == .invalidInput)
        #expect(error?.message.contains("remove it to have one made anew") == true)
        #expect(error?.message.contains("s3cr3t") == false)
        #expect(try folder.read("credentials") == text)
    }

    @Test func `a folder without a key says how to get one`() throws {
        let folder = try ServerFolder()
        let error = #expect(throws: CommandError.self) { try AccessKeys.read(in: folder.url) }
        #expect(error?.message.contains("penstock serve --data \(folder.url.path)") == true)
    }

    @Test func `what a kill has left of a private file is removed at the next start, and nothing else`() throws {
        let folder = try ServerFolder()
        for name in [".endpoint.301D15AE", ".hooks.key.1", "endpoint", ".keep"] {
            try Data().write(to: folder.url.appending(path: name))
        }
        try PrivateFile.sweep(folder.url)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(Set(left).isSuperset(of: ["endpoint", ".keep"]) && !left.contains { $0.hasPrefix(".endpoint") })
        #expect(!left.contains(".hooks.key.1"))
    }
}
