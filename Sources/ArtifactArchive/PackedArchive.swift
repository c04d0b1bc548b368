/// A finished archive.
package struct PackedArchive: Sendable, Equatable {
    /// The size of the archive file.
    package var size: Int64
    /// SHA-256 of the archive file in lower hex, computed while it was written.
    package var sha256: String
    package var entryCount: Int
}
