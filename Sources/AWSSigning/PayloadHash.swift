import Crypto
package import Foundation

/// A body's SHA-256 as lower-case hex, as it stands in a canonical request.
package enum PayloadHash {
    /// The hash of no bytes.
    package static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    /// S3 only: the body isn't part of what is signed.
    package static let unsigned = "UNSIGNED-PAYLOAD"

    package static func of(_ body: Data) -> String { hex(SHA256.hash(data: body)) }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return text
    }

    /// - Returns: `nil` when the text isn't pairs of hex digits.
    static func bytes(hex: String) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
