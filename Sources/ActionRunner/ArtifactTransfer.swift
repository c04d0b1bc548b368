import ArtifactArchive
import Crypto
import Foundation
import PipelineModel
import PluginKit

/// Warehouse door: fetches and checks inputs, packs and stores outputs.
struct ArtifactTransfer {
    let stores: any ObjectStores
    let workspace: JobWorkspace

    /// Fetches an input, checks its bytes, and unpacks it if the provider wants a folder.
    ///
    /// - Throws: ``FailureDetails`` that names the artifact.
    func fetch(_ artifact: StoredArtifact, form: ActionTypeDescription.InputForm) async throws -> InputArtifact {
        let archive = try workspace.inputArchive(artifact.name)
        guard form != .reference else {
            return InputArtifact(name: artifact.name, contents: archive, archive: archive, stored: artifact)
        }
        try await explaining("reading input artifact '\(artifact.name)'") {
            _ = try await stores.store(for: artifact.bucket).get(artifact.key, version: nil, into: archive)
        }
        try await verify(archive, is: artifact)
        let contents = try workspace.input(artifact.name)
        switch form {
        case .file, .reference:
            return InputArtifact(name: artifact.name, contents: archive, archive: archive, stored: artifact)
        case .directory:
            try await explaining("unpacking input artifact '\(artifact.name)'") {
                _ = try await offload { isCancelled in
                    try ArchiveUnpacker().unpack(archive, into: contents, isCancelled: isCancelled)
                }
            }
            return InputArtifact(name: artifact.name, contents: contents, archive: archive, stored: artifact)
        }
    }

    /// Packs and stores what an action produced, under the place that was fixed when it started.
    ///
    /// - Throws: ``FailureDetails`` that names the artifact.
    func store(_ produced: ProducedArtifact, as place: StoredArtifact) async throws -> StoredArtifact {
        let encryption: PutOptions.Encryption = place.encryptionKeyID.map { .kms(keyID: $0) } ?? .none
        let packed = try await explaining("packing output artifact '\(place.name)'") {
            try await pack(produced, place.name)
        }
        try await explaining("storing output artifact '\(place.name)'") {
            _ = try await stores.store(for: place.bucket).put(
                place.key, file: packed.file,
                options: PutOptions(contentType: "application/zip", encryption: encryption, sha256: packed.sha256))
        }
        var stored = place
        stored.sha256 = packed.sha256
        stored.size = packed.size
        return stored
    }

    /// What somebody else has stored there: its size and digest, read back.
    ///
    /// - Throws: ``FailureDetails`` that names the artifact, also when nothing is there.
    func inspect(_ place: StoredArtifact) async throws -> StoredArtifact {
        let file = try workspace.outputArchive(place.name)
        _ = try await explaining("reading output artifact '\(place.name)' back") {
            do {
                return try await stores.store(for: place.bucket).get(place.key, version: nil, into: file)
            } catch ObjectStoreError.noSuchKey {
                throw FailureDetails(
                    .jobFailed,
                    "The job worker reported success, but its output artifact '\(place.name)' is not at "
                        + "s3://\(place.bucket)/\(place.key): a worker must upload each output to the location that its "
                        + "job names before it calls PutJobSuccessResult.")
            }
        }
        let digest = try await offload { _ in try FileDigest(of: file) }
        var stored = place
        stored.sha256 = digest.sha256
        stored.size = digest.size
        return stored
    }

    private struct Packed: Sendable {
        let file: URL
        let sha256: String
        let size: Int64
    }

    private func pack(_ produced: ProducedArtifact, _ name: ArtifactName) async throws -> Packed {
        let file = try workspace.outputArchive(name)
        return try await offload { isCancelled in
            switch produced {
            case .directory(let folder):
                let packed = try ArchivePacker().pack(folder: folder, into: file, isCancelled: isCancelled)
                return Packed(file: file, sha256: packed.sha256, size: packed.size)
            case .files(let root, let entries):
                let packed = try ArchivePacker().pack(
                    root: root, entries: entries.map { ($0.path, $0.name) }, into: file, isCancelled: isCancelled)
                return Packed(file: file, sha256: packed.sha256, size: packed.size)
            case .file(let plain):
                let digest = try FileDigest(of: plain)
                return Packed(file: plain, sha256: digest.sha256, size: digest.size)
            }
        }
    }

    private func verify(_ file: URL, is artifact: StoredArtifact) async throws {
        guard let expected = artifact.sha256 else { return }
        let found = try await offload { _ in try FileDigest(of: file) }
        guard found.sha256 == expected, artifact.size == nil || artifact.size == found.size else {
            throw FailureDetails(
                .jobFailed,
                "Input artifact '\(artifact.name)' (s3://\(artifact.bucket)/\(artifact.key)) is not what was stored: "
                    + "expected \(expected), found \(found.sha256). Restore the object or run the producing action again."
            )
        }
    }

    private func explaining<Value>(_ doing: String, _ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as CancellationError {
            throw error
        } catch let error as FailureDetails {
            throw error
        } catch {
            throw FailureDetails(Self.kind(of: error), "Failed \(doing): \(error)")
        }
    }

    private static func kind(of error: any Error) -> FailureDetails.Kind {
        switch error {
        case ObjectStoreError.accessDenied: .permissionError
        case ObjectStoreError.noSuchBucket, ObjectStoreError.invalidKey, is SettingsError: .configurationError
        case ObjectStoreError.unavailable: .systemUnavailable
        default: .jobFailed
        }
    }
}

/// Size and SHA-256 of a file, read once, in pieces.
struct FileDigest: Sendable {
    let sha256: String
    let size: Int64

    init(of file: URL) throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        var size: Int64 = 0
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            size += Int64(piece.count)
        }
        self.sha256 = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        self.size = size
    }
}
