package import Foundation
import XMLCoder

/// XML bodies, as S3 and the Query protocol have them.
package enum XMLBody {
    /// - Throws: ``WireError/serialization(_:)`` when the body isn't XML or lacks what the type must have.
    package static func decode<T: Decodable>(_ type: T.Type, from body: Data) throws(WireError) -> T {
        do {
            // Object keys may begin and end with spaces; only the spaces between elements are no content.
            return try XMLDecoder(trimValueWhitespaces: false, removeWhitespaceElements: true).decode(type, from: body)
        } catch {
            throw .serialization("The body is not the XML that was expected (\(type)): \(error)")
        }
    }

    /// - Parameters:
    ///   - root: the outermost element's name.
    ///   - namespace: its `xmlns`.
    /// - Throws: `EncodingError`, our own mistake.
    package static func encode(_ value: some Encodable, root: String, namespace: String? = nil) throws -> Data {
        let encoder = XMLEncoder()
        encoder.outputFormatting = []
        return try encoder.encode(
            value, withRootKey: root, rootAttributes: namespace.map { ["xmlns": $0] },
            header: XMLHeader(version: 1.0, encoding: "UTF-8"))
    }
}
