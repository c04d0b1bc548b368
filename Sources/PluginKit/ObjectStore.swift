public import Foundation
public import PipelineModel

/// The buckets that this gateway knows.
public protocol ObjectStores: Sendable {
    /// The store of a bucket: as configured, else a local one.
    func store(for bucket: BucketName) throws -> any ObjectStore
}

/// One bucket. Puts are atomic: a reader sees the old object or the new one, whole, and after `put` returns it stays.
///
/// All calls throw ``ObjectStoreError`` or `CancellationError`.
public protocol ObjectStore: Sendable {
    var bucket: BucketName { get }

    /// Stores a file under a key. Doing it again replaces the object by the same bytes.
    func put(_ key: String, file: URL, options: PutOptions) async throws -> ObjectFacts

    /// Fetches an object into a file, which is created or truncated. Checks the length; digests are the caller's
    /// affair, unless the store keeps its own.
    func get(_ key: String, version: String?, into file: URL) async throws -> ObjectFacts

    /// A part of an object: `range` in bytes from its start. Past the end: what there is.
    func get(_ key: String, range: Range<Int64>) async throws -> Data

    func head(_ key: String, version: String?) async throws -> ObjectFacts

    /// Keys below a prefix in order of their UTF-8 bytes, at most `limit`, starting after `after`.
    func list(prefix: String, after: String?, limit: Int) async throws -> ObjectListing

    /// Removes an object; absent objects are no error.
    func delete(_ key: String) async throws
}

public struct PutOptions: Sendable, Equatable {
    public var contentType: String?
    public var cacheControl: String?
    /// S3's canned ACL, e.g. `public-read`.
    public var cannedACL: String?
    public var encryption: Encryption
    /// Lower-case hex SHA-256 of the file, if known; saves reading it twice.
    public var sha256: String?

    public enum Encryption: Sendable, Equatable {
        case none
        case kms(keyID: String?)
    }

    public init(
        contentType: String? = nil, cacheControl: String? = nil, cannedACL: String? = nil,
        encryption: Encryption = .none, sha256: String? = nil
    ) {
        self.contentType = contentType
        self.cacheControl = cacheControl
        self.cannedACL = cannedACL
        self.encryption = encryption
        self.sha256 = sha256
    }
}

public struct ObjectFacts: Sendable, Equatable {
    public var key: String
    public var size: Int64
    /// As the store writes it, without quotes.
    public var etag: String?
    public var version: String?
    public var lastModified: Date?
    public var contentType: String?
    /// User metadata, keys in lower case.
    public var metadata: [String: String]

    public init(
        key: String, size: Int64, etag: String? = nil, version: String? = nil, lastModified: Date? = nil,
        contentType: String? = nil, metadata: [String: String] = [:]
    ) {
        self.key = key
        self.size = size
        self.etag = etag
        self.version = version
        self.lastModified = lastModified
        self.contentType = contentType
        self.metadata = metadata
    }
}

public struct ObjectListing: Sendable, Equatable {
    public var objects: [ObjectFacts]
    /// Whether there are keys after the last one.
    public var isTruncated: Bool

    public init(objects: [ObjectFacts], isTruncated: Bool) {
        self.objects = objects
        self.isTruncated = isTruncated
    }
}

public enum ObjectStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    case noSuchKey(bucket: BucketName, key: String)
    case noSuchBucket(BucketName)
    case accessDenied(bucket: BucketName, reason: String)
    /// The stored bytes are not those that were put.
    case corrupted(bucket: BucketName, key: String, reason: String)
    case invalidKey(String)
    case unavailable(bucket: BucketName, reason: String)

    public var description: String {
        switch self {
        case .noSuchKey(let bucket, let key): "no object '\(key)' in bucket '\(bucket)'"
        case .noSuchBucket(let bucket): "no bucket '\(bucket)'"
        case .accessDenied(let bucket, let reason): "access to bucket '\(bucket)' was denied: \(reason)"
        case .corrupted(let bucket, let key, let reason): "object '\(key)' in bucket '\(bucket)' is corrupt: \(reason)"
        case .invalidKey(let key): "'\(key)' can't be an object's key"
        case .unavailable(let bucket, let reason): "bucket '\(bucket)' could not be reached: \(reason)"
        }
    }
}
