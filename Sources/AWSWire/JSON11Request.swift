package import Foundation

/// A request in AWS JSON 1.1 (or 1.0): the operation is named by a header, the body is its input.
package struct JSON11Request: Sendable, Equatable {
    package static let targetHeader = "X-Amz-Target"

    /// The service and its version, e.g. `CodePipeline_20150709`.
    package let prefix: String
    package let operation: String
    /// Always an object.
    package let input: JSONValue

    /// - Parameters:
    ///   - target: the value of `X-Amz-Target`.
    ///   - body: an empty one counts as `{}`.
    /// - Throws: ``WireError/unknownOperation(_:)`` for the target, ``WireError/serialization(_:)`` for the body.
    package init(target: String?, body: Data) throws(WireError) {
        guard let target, let dot = target.lastIndex(of: "."), dot != target.startIndex,
            target.index(after: dot) != target.endIndex
        else {
            throw .unknownOperation(
                "The \(Self.targetHeader) header must name a service and an operation, e.g. "
                    + "CodePipeline_20150709.ListPipelines.")
        }
        prefix = String(target[..<dot])
        operation = String(target[target.index(after: dot)...])
        input = body.isEmpty ? [:] : try JSONValue(parsing: body)
        guard input.object != nil else { throw .serialization("The request body must be a JSON object.") }
    }
}
