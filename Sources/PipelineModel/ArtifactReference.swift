/// AWS writes artifact lists as `[{"name": "App"}]`.
public struct ArtifactReference: Codable, Sendable, Hashable {
    public var name: ArtifactName

    public init(name: ArtifactName) { self.name = name }
}
