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
}
