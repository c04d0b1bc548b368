package import Foundation
package import PipelineModel
package import PluginKit

/// A bucket of an S3-compatible service.
///
/// Puts have a known length and a signed SHA-256, never `aws-chunked`: what arrives is what was read, or nothing.
package struct S3Store: ObjectStore {
    package let bucket: BucketName
    let client: S3Client
    /// Larger files are put in parts.
    var singlePutLimit: Int64 = 64 << 20
    var smallestPart: Int64 = 32 << 20
    private static let getAttempts = 3

    package func get(_ key: String, version: String?, into file: URL) async throws -> ObjectFacts {
        try Self.check(key)
        var attempt = 1
        while true {
            do {
                return try await getOnce(key, version: version, into: file)
            } catch let error as HTTPClientError {
                try? FileManager.default.removeItem(at: file)
                guard attempt < Self.getAttempts else {
                    throw ObjectStoreError.unavailable(bucket: bucket, reason: "\(error)")
                }
                attempt += 1
            } catch {
                try? FileManager.default.removeItem(at: file)
                throw error
            }
        }
    }

    /// - Throws: `HTTPClientError` when the body breaks off: fetching again may help.
    private func getOnce(_ key: String, version: String?, into file: URL) async throws -> ObjectFacts {
        let response = try await client.send(.init(method: "GET", key: key, parameters: Self.parameters(version)))
        var received: Int64 = 0
        do {
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
            let target = try FileHandle(forWritingTo: file)
            for try await chunk in response.body {
                try target.write(contentsOf: chunk)
                received += Int64(chunk.count)
            }
            try target.close()
        } catch let error as CocoaError {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "writing \(file.path) failed: \(error.code)")
        }
        try Task.checkCancellation()
        if let length = response.header("Content-Length").flatMap(Int64.init), length != received {
            throw HTTPClientError.brokenOff(
                host: client.settings.address.host, reason: "\(received) of \(length) bytes arrived")
        }
        return Self.facts(key, response, size: received)
    }

    package func get(_ key: String, range: Range<Int64>) async throws -> Data {
        try Self.check(key)
        guard !range.isEmpty else {
            _ = try await head(key, version: nil)
            return Data()
        }
        let value = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        do {
            let response = try await client.send(
                .init(method: "GET", key: key, headers: [(name: "Range", value: value)]))
            // A service that answers with the whole object (200) is one that we would read without end.
            guard response.status == 206 else {
                throw ObjectStoreError.unavailable(bucket: bucket, reason: "the service ignores ranges")
            }
            return try await client.reporting { try await response.body.collect(upTo: range.count) }
        } catch ObjectStoreError.unavailable(_, let reason) where reason.contains("HTTP 416") {
            return Data()
        }
    }

    package func head(_ key: String, version: String?) async throws -> ObjectFacts {
        try Self.check(key)
        let response = try await client.send(.init(method: "HEAD", key: key, parameters: Self.parameters(version)))
        return Self.facts(key, response, size: response.header("Content-Length").flatMap(Int64.init) ?? 0)
    }

    package func delete(_ key: String) async throws {
        try Self.check(key)
        do {
            _ = try await client.send(.init(method: "DELETE", key: key))
        } catch ObjectStoreError.noSuchKey {
            return
        }
    }

    /// The same keys as every store takes; URLs can't carry `.` and `..` segments unharmed.
    static func check(_ key: String) throws {
        let segments = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !key.isEmpty, key.utf8.count <= 1024, !key.utf8.contains(0),
            !segments.contains("."), !segments.contains("..")
        else { throw ObjectStoreError.invalidKey(key) }
    }

    private static func parameters(_ version: String?) -> [String: String] {
        version.map { ["versionId": $0] } ?? [:]
    }

    private static func facts(_ key: String, _ response: HTTPClientResponse, size: Int64) -> ObjectFacts {
        let prefix = "x-amz-meta-"
        let metadata = response.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.value) }
        return ObjectFacts(
            key: key, size: size, etag: response.header("ETag").map(unquoted), version: version(response),
            lastModified: response.header("Last-Modified").flatMap(httpDate),
            contentType: response.header("Content-Type"), metadata: Dictionary(metadata, uniquingKeysWith: { $1 }))
    }

    /// Unversioned buckets name no version, or `null`.
    static func version(_ response: HTTPClientResponse) -> String? {
        response.header("x-amz-version-id").flatMap { $0 == "null" ? nil : $0 }
    }

    static func unquoted(_ etag: String) -> String { etag.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }

    private static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }
}
