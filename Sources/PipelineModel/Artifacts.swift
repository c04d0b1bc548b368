/// Where one artifact lies and what its bytes must be.
public struct StoredArtifact: Codable, Sendable, Equatable {
    public var name: ArtifactName
    public var bucket: BucketName
    public var key: String
    /// Lower-case hex SHA-256 of the stored object; checked on every read. `nil` until the artifact is stored.
    public var sha256: String?
    /// Bytes of the stored object.
    public var size: Int64?
    /// The source revision that the artifact's content stems from, where it is a source's output.
    public var revision: SourceRevision?
    /// The key that the artifact store declares; the object is written under it.
    public var encryptionKeyID: String?
    /// In an execution that strangers may have written what it runs of: globs of the files that they did not write.
    /// `nil`: they may have written any.
    public var protectedPaths: [String]?

    public init(
        name: ArtifactName, bucket: BucketName, key: String, sha256: String? = nil, size: Int64? = nil,
        revision: SourceRevision? = nil, encryptionKeyID: String? = nil
    ) {
        self.name = name
        self.bucket = bucket
        self.key = key
        self.sha256 = sha256
        self.size = size
        self.revision = revision
        self.encryptionKeyID = encryptionKeyID
    }
}

/// The version of a source that an execution runs with.
public struct SourceRevision: Codable, Sendable, Equatable {
    public var actionName: ActionName
    /// A commit id, an object version, an image digest.
    public var revisionID: String
    /// The commit's message or the object's summary.
    public var summary: String?
    public var url: String?
    /// S3 sources: the ETag.
    public var changeIdentifier: String?
    public var created: Double?

    public init(
        actionName: ActionName, revisionID: String, summary: String? = nil, url: String? = nil,
        changeIdentifier: String? = nil, created: Double? = nil
    ) {
        self.actionName = actionName
        self.revisionID = revisionID
        self.summary = summary
        self.url = url
        self.changeIdentifier = changeIdentifier
        self.created = created
    }
}

/// A revision asked for by whoever starts an execution, in place of the source's newest.
public struct SourceRevisionOverride: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case commitID = "COMMIT_ID"
        case imageDigest = "IMAGE_DIGEST"
        case s3ObjectVersionID = "S3_OBJECT_VERSION_ID"
        case s3ObjectKey = "S3_OBJECT_KEY"
    }

    public var actionName: ActionName
    public var revisionType: Kind
    public var revisionValue: String

    public init(actionName: ActionName, revisionType: Kind, revisionValue: String) {
        self.actionName = actionName
        self.revisionType = revisionType
        self.revisionValue = revisionValue
    }
}
