import AWSWire
import Foundation
package import PluginKit

extension S3Store {
    package func list(prefix: String, after: String?, limit: Int) async throws -> ObjectListing {
        var objects: [ObjectFacts] = []
        var token: String?
        while objects.count < limit {
            let page = try await page(
                prefix: prefix, after: after, token: token, limit: min(1000, limit - objects.count))
            objects += try (page.contents ?? []).map { try facts($0, isEncoded: page.encodingType == "url") }
            guard page.isTruncated else { return ObjectListing(objects: objects, isTruncated: false) }
            token = page.nextContinuationToken
            guard token != nil || objects.count >= limit else {
                throw ObjectStoreError.unavailable(
                    bucket: bucket, reason: "a listing is cut off without saying how it goes on")
            }
        }
        return ObjectListing(objects: Array(objects.prefix(max(0, limit))), isTruncated: limit > 0)
    }

    private func page(prefix: String, after: String?, token: String?, limit: Int) async throws -> S3Listing {
        // Asked for encoded, as XML can't carry every character that a key may have.
        var parameters = ["list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": String(limit)]
        if let token { parameters["continuation-token"] = token } else { parameters["start-after"] = after }
        let body = try await client.document(.init(method: "GET", parameters: parameters))
        do {
            return try XMLBody.decode(S3Listing.self, from: body)
        } catch {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: error.message)
        }
    }

    private func facts(_ entry: S3Listing.Entry, isEncoded: Bool) throws -> ObjectFacts {
        var key = entry.key
        if isEncoded {
            guard let decoded = key.replacing("+", with: " ").removingPercentEncoding else {
                throw ObjectStoreError.unavailable(bucket: bucket, reason: "a listed key is not UTF-8: \(key)")
            }
            key = decoded
        }
        return ObjectFacts(
            key: key, size: entry.size, etag: entry.etag.map(Self.unquoted),
            lastModified: entry.lastModified.flatMap(Self.listedDate))
    }

    private static func listedDate(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }
}
