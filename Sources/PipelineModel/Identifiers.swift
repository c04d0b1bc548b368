import Foundation

/// A string that names one kind of thing, so that two kinds can't be mixed up.
///
/// Conformers are plain values: no validation happens here. The API's shape layer checks lengths and patterns
/// before an identifier is made from outside input.
public protocol Identifier: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible,
    ExpressibleByStringLiteral, CodingKeyRepresentable
where RawValue == String {
    init(rawValue: String)
}

extension Identifier {
    public init(_ value: String) { self.init(rawValue: value) }
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    public var description: String { rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A pipeline's name: unique in one account and region.
public struct PipelineName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A stage's name: unique in its pipeline.
public struct StageName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// An action's name: unique in its stage, free to recur in another.
public struct ActionName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// An artifact's name: the output of exactly one action of a pipeline.
public struct ArtifactName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A pipeline execution's id, a UUID in lower case. Never used twice.
public struct ExecutionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One attempt of one action, a UUID in lower case. It is the job's id and the provider's idempotency key.
public struct ActionExecutionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The name of an S3-compatible bucket.
public struct BucketName: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The opaque last part of a hook's URL. It identifies the hook and is never its secret.
public struct HookID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The ARN of a connection to a Git host.
public struct ConnectionARN: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension ConnectionARN {
    /// What two ARNs of one connection have in common: everything but the service's old or new name.
    public var connectionKey: Substring {
        // arn:PARTITION:SERVICE:… Read byte by byte: each delivery asks for it.
        let parts = rawValue.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4,
            Substring(parts[2]) == "codeconnections" || Substring(parts[2]) == "codestar-connections"
        else { return rawValue[...] }
        return Substring(parts[3])
    }
}
