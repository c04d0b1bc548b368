import AWSSigning
import AWSWire
import Crypto
package import Foundation
package import PluginKit

extension S3Store {
    package func put(_ key: String, file: URL, options: PutOptions) async throws -> ObjectFacts {
        try Self.check(key)
        try Task.checkCancellation()
        guard let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize else {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "the file \(file.path) can't be read")
        }
        let upload = Upload(key: key, file: file, size: Int64(size), options: options)
        return upload.size <= singlePutLimit ? try await putWhole(upload) : try await putInParts(upload)
    }

    struct Upload: Sendable {
        let key: String
        let file: URL
        let size: Int64
        let options: PutOptions
    }

    private func putWhole(_ upload: Upload) async throws -> ObjectFacts {
        var hash = upload.options.sha256
        if hash == nil { hash = try await digest(upload.file, offset: 0, length: upload.size) }
        let response = try await client.send(
            .init(
                method: "PUT", key: upload.key, headers: Self.headers(upload.options),
                body: upload.size == 0
                    ? .bytes(Data()) : .file(path: upload.file.path, offset: 0, length: upload.size),
                payloadHash: hash ?? PayloadHash.empty))
        return facts(upload, etag: response.header("ETag") ?? "", version: Self.version(response))
    }

    private func facts(_ upload: Upload, etag: String, version: String?) -> ObjectFacts {
        ObjectFacts(
            key: upload.key, size: upload.size, etag: Self.unquoted(etag), version: version,
            contentType: upload.options.contentType)
    }

    /// What a put, or the start of one in parts, says about the object.
    private static func headers(_ options: PutOptions) -> [(name: String, value: String)] {
        var headers = [(name: "Content-Type", value: options.contentType ?? "binary/octet-stream")]
        if let value = options.cacheControl { headers.append((name: "Cache-Control", value: value)) }
        if let value = options.cannedACL { headers.append((name: "x-amz-acl", value: value)) }
        if case .kms(let keyID) = options.encryption {
            headers.append((name: "x-amz-server-side-encryption", value: "aws:kms"))
            if let keyID { headers.append((name: "x-amz-server-side-encryption-aws-kms-key-id", value: keyID)) }
        }
        return headers
    }

    private func digest(_ file: URL, offset: Int64, length: Int64) async throws -> String {
        do {
            let handle = try FileHandle(forReadingFrom: file)
            try handle.seek(toOffset: UInt64(offset))
            var hash = SHA256()
            var left = length
            while left > 0, let chunk = try handle.read(upToCount: Int(min(left, 1 << 20))), !chunk.isEmpty {
                hash.update(data: chunk)
                left -= Int64(chunk.count)
                await Task.yield()
                try Task.checkCancellation()
            }
            return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "reading \(file.path) failed: \(error)")
        }
    }

    // MARK: In parts

    private static let parallelParts = 4
    private static let mostParts: Int64 = 10_000

    private func putInParts(_ upload: Upload) async throws -> ObjectFacts {
        let started = try await decoded(
            S3StartedUpload.self,
            client.document(
                .init(
                    method: "POST", key: upload.key, parameters: ["uploads": ""],
                    headers: Self.headers(upload.options))))
        do {
            let parts = try await send(upload, id: started.uploadID)
            return try await complete(upload, id: started.uploadID, parts: parts)
        } catch {
            await abort(upload.key, id: started.uploadID)
            throw error
        }
    }

    private func send(_ upload: Upload, id: String) async throws -> [S3UploadedParts.Part] {
        let length = max(smallestPart, (upload.size + Self.mostParts - 1) / Self.mostParts)
        let count = Int((upload.size + length - 1) / length)
        return try await withThrowingTaskGroup(of: S3UploadedParts.Part.self) { group in
            var parts: [S3UploadedParts.Part] = []
            for number in 1...count {
                if number > Self.parallelParts, let part = try await group.next() { parts.append(part) }
                group.addTask { try await sendPart(number, of: upload, length: length, id: id) }
            }
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }

    private func sendPart(
        _ number: Int, of upload: Upload, length: Int64, id: String
    ) async throws -> S3UploadedParts.Part {
        let offset = Int64(number - 1) * length
        let length = min(length, upload.size - offset)
        let response = try await client.send(
            .init(
                method: "PUT", key: upload.key, parameters: ["partNumber": String(number), "uploadId": id],
                body: .file(path: upload.file.path, offset: offset, length: length),
                payloadHash: try await digest(upload.file, offset: offset, length: length)))
        guard let etag = response.header("ETag") else {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: "part \(number) was answered without an ETag")
        }
        return S3UploadedParts.Part(number: number, etag: etag)
    }

    private func complete(
        _ upload: Upload, id: String, parts: [S3UploadedParts.Part]
    ) async throws -> ObjectFacts {
        let body = try XMLBody.encode(
            S3UploadedParts(parts: parts), root: "CompleteMultipartUpload",
            namespace: "http://s3.amazonaws.com/doc/2006-03-01/")
        let response = try await client.send(
            .init(
                method: "POST", key: upload.key, parameters: ["uploadId": id],
                headers: [(name: "Content-Type", value: "application/xml")], body: .bytes(body),
                payloadHash: PayloadHash.of(body), idleTimeout: .seconds(300)))
        let answer = try await client.reporting { try await response.body.collect(upTo: 1 << 20) }
        // The service answers 200 before it is done, and may then write an error.
        if let refusal = try? XMLBody.decode(S3Refusal.self, from: answer) {
            throw S3Client.error(status: 200, refusal: refusal, bucket: bucket, key: upload.key, version: nil)
        }
        return facts(
            upload, etag: try decoded(S3CompletedUpload.self, answer).etag, version: Self.version(response))
    }

    /// The parts of an upload that isn't ended cost room for ever, so this must be sent in a cancelled task too: it
    /// runs in a task of its own, which is waited for.
    private func abort(_ key: String, id: String) async {
        await Task.detached {
            // The put's own error is the one to report.
            _ = try? await client.send(.init(method: "DELETE", key: key, parameters: ["uploadId": id]))
        }.value
    }

    private func decoded<T: Decodable>(_ type: T.Type, _ body: Data) throws -> T {
        do {
            return try XMLBody.decode(type, from: body)
        } catch {
            throw ObjectStoreError.unavailable(bucket: bucket, reason: error.message)
        }
    }
}
