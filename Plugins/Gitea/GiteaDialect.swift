/// Who speaks: the same words, other names. The raw value is the `provider:` of hooks and connections.
package enum GiteaDialect: String, Sendable, CaseIterable {
    case gitea = "Gitea"
    case forgejo = "Forgejo"
    case gogs = "Gogs"

    /// Gogs has no commit statuses and fewer events to subscribe to: only its deliveries are read.
    static let withAPI: [GiteaDialect] = [.gitea, .forgejo]
}
