package import Foundation
import Crypto
import PipelineEngine
package import PipelineModel

/// Seals secrets with AES-GCM under a key that lies in a file of its own, `secrets.key` in the data folder, readable by
/// its owner only. A copy of the ledger without this file gives nothing away.
package struct KeyFileVault: SecretVault {
    private let key: SymmetricKey
    /// The first 8 hex digits of the key's SHA-256.
    package let keyID: String
    private let path: String

    /// Reads the key file of a data folder, or makes it when there is none. Two processes may do so at once: both get
    /// the same key.
    ///
    /// - Throws: ``VaultError``.
    package init(folder: URL) throws {
        let file = KeyFile(folder: folder)
        let bytes = try file.read() ?? file.make(SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) })
        key = SymmetricKey(data: bytes)
        keyID = SHA256.hash(data: bytes).prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
        path = file.path
    }

    package func seal(_ text: String) throws -> SealedSecret {
        let box = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: Self.context(keyID))
        guard let combined = box.combined else { throw VaultError.changed(keyID: keyID) }
        return SealedSecret(keyID: keyID, box: combined.base64EncodedString())
    }

    package func open(_ secret: SealedSecret) throws -> String {
        guard secret.keyID == keyID else {
            throw VaultError.otherKey(sealedUnder: secret.keyID, path: path, keyID: keyID)
        }
        do {
            guard let combined = Data(base64Encoded: secret.box) else { throw VaultError.changed(keyID: keyID) }
            let clear = try AES.GCM.open(
                AES.GCM.SealedBox(combined: combined), using: key, authenticating: Self.context(keyID))
            return String(decoding: clear, as: UTF8.self)
        } catch {
            throw VaultError.changed(keyID: keyID)
        }
    }

    /// Binds a box to its purpose and its key's name.
    private static func context(_ keyID: String) -> Data { Data("penstock secret 1 \(keyID)".utf8) }
}
