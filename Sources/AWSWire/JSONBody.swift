package import Foundation

/// Answers' bodies by AWS's JSON rules: times as epoch seconds, blobs as base64, no members that are `nil`.
package enum JSONBody {
    /// - Throws: `EncodingError` for numbers that JSON doesn't have (our own mistake).
    package static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.outputFormatting = .withoutEscapingSlashes
        return try encoder.encode(value)
    }
}
