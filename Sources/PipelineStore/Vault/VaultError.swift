/// Why a secret can't be sealed or opened.
package enum VaultError: Error, Sendable, Equatable, CustomStringConvertible {
    case unusable(path: String, reason: String)
    case tooOpen(path: String, mode: Int)
    case wrongLength(path: String, bytes: Int)
    case otherKey(sealedUnder: String, path: String, keyID: String)
    case changed(keyID: String)

    package var description: String {
        switch self {
        case .unusable(let path, let reason): "cannot use the key file \(path): \(reason)"
        case .tooOpen(let path, let mode):
            """
            the key file \(path) has mode 0\(String(mode, radix: 8)), so that others may read it: run chmod 0600 \(path), \
            and renew the secrets if someone may have read it
            """
        case .wrongLength(let path, let bytes):
            "the key file \(path) holds \(bytes) bytes in place of 32: put the right file in its place from a backup"
        case .otherKey(let sealedUnder, let path, let keyID):
            """
            the secret was sealed under key \(sealedUnder), but \(path) holds key \(keyID): put the file that belongs \
            to this ledger in its place, or declare the secret anew
            """
        case .changed(let keyID):
            "the secret sealed under key \(keyID) was changed or damaged: declare it anew"
        }
    }
}
