import Foundation

/// `<Error>`.
struct S3Refusal: Decodable {
    let code: String
    let message: String?

    enum CodingKeys: String, CodingKey {
        case code = "Code"
        case message = "Message"
    }
}

/// `<ListBucketResult>` of ListObjectsV2.
struct S3Listing: Decodable {
    struct Entry: Decodable {
        let key: String
        let size: Int64
        let etag: String?
        let lastModified: String?

        enum CodingKeys: String, CodingKey {
            case key = "Key"
            case size = "Size"
            case etag = "ETag"
            case lastModified = "LastModified"
        }
    }

    let isTruncated: Bool
    let encodingType: String?
    let nextContinuationToken: String?
    let contents: [Entry]?

    enum CodingKeys: String, CodingKey {
        case isTruncated = "IsTruncated"
        case encodingType = "EncodingType"
        case nextContinuationToken = "NextContinuationToken"
        case contents = "Contents"
    }
}

/// `<InitiateMultipartUploadResult>`.
struct S3StartedUpload: Decodable {
    let uploadID: String
    enum CodingKeys: String, CodingKey { case uploadID = "UploadId" }
}

/// `<CompleteMultipartUpload>`.
struct S3UploadedParts: Encodable {
    struct Part: Encodable, Sendable {
        let number: Int
        let etag: String

        enum CodingKeys: String, CodingKey {
            case number = "PartNumber"
            case etag = "ETag"
        }
    }

    let parts: [Part]
    enum CodingKeys: String, CodingKey { case parts = "Part" }
}

/// `<CompleteMultipartUploadResult>`.
struct S3CompletedUpload: Decodable {
    let etag: String
    enum CodingKeys: String, CodingKey { case etag = "ETag" }
}
