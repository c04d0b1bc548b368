import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

@Suite struct KeyFileVaultTests {
    @Test func `what it seals it opens, also after it was opened anew`() throws {
        let folder = try TemporaryFolder()
        let secret = try KeyFileVault(folder: folder.url).seal("hunter2 ✓")
        #expect(!secret.box.contains("hunter2"))
        #expect(try KeyFileVault(folder: folder.url).open(secret) == "hunter2 ✓")
        #expect(secret.keyID.count == 8)
    }

    @Test func `the key file is its owner's only, and no draft stays behind`() throws {
        let folder = try TemporaryFolder()
        _ = try KeyFileVault(folder: folder.url)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("secrets.key"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["secrets.key"])
    }

    @Test func `makers that race get the same key`() async throws {
        let folder = try TemporaryFolder()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try KeyFileVault(folder: folder.url).keyID } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test func `a key file that others may read is refused`() throws {
        let folder = try TemporaryFolder()
        _ = try KeyFileVault(folder: folder.url)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path("secrets.key"))
        let error = #expect(throws: VaultError.self) { try KeyFileVault(folder: folder.url) }
        #expect(error == .tooOpen(path: folder.path("secrets.key"), mode: 0o640))
        #expect(error?.description.contains("chmod 0600") == true)
    }

    @Test func `a key file of the wrong length is refused`() throws {
        let folder = try TemporaryFolder()
        try Data(count: 31).write(to: folder.url.appending(path: "secrets.key"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path("secrets.key"))
        #expect(throws: VaultError.wrongLength(path: folder.path("secrets.key"), bytes: 31)) {
            try KeyFileVault(folder: folder.url)
        }
    }

    @Test func `another folder's key doesn't open it and says so`() throws {
        let (mine, other) = (try TemporaryFolder(), try TemporaryFolder())
        let secret = try KeyFileVault(folder: mine.url).seal("hunter2")
        let vault = try KeyFileVault(folder: other.url)
        let error = #expect(throws: VaultError.self) { try vault.open(secret) }
        #expect(
            error
                == .otherKey(sealedUnder: secret.keyID, path: other.path("secrets.key"), keyID: vault.keyID))
    }

    @Test(arguments: ["", "not base64!", "AAAA"])
    func `a box that was changed is refused`(_ box: String) throws {
        let folder = try TemporaryFolder()
        let vault = try KeyFileVault(folder: folder.url)
        #expect(throws: VaultError.changed(keyID: vault.keyID)) {
            try vault.open(SealedSecret(keyID: vault.keyID, box: box))
        }
    }

    @Test func `a flipped bit is found`() throws {
        let folder = try TemporaryFolder()
        let vault = try KeyFileVault(folder: folder.url)
        var bytes = try #require(Data(base64Encoded: vault.seal("hunter2").box))
        bytes[14] ^= 1
        #expect(throws: VaultError.changed(keyID: vault.keyID)) {
            try vault.open(SealedSecret(keyID: vault.keyID, box: bytes.base64EncodedString()))
        }
    }
}
