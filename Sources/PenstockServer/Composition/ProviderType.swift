import Foundation
import PluginKit

/// AWS's words for the providers of connections, and our modules for them.
enum ProviderType: String, CaseIterable {
    case bitbucket = "Bitbucket"
    case gitHub = "GitHub"
    case gitHubEnterpriseServer = "GitHubEnterpriseServer"
    case gitLab = "GitLab"
    case gitLabSelfManaged = "GitLabSelfManaged"
    case azureDevOps = "AzureDevOps"

    /// `nil` for a provider that AWS doesn't have, e.g. `Gitea`.
    init?(of connection: Connection) {
        let host = URL(string: connection.url)?.host
        switch connection.provider {
        case "Bitbucket": self = .bitbucket
        case "GitHub": self = host == "github.com" || host == nil ? .gitHub : .gitHubEnterpriseServer
        case "GitLab": self = host == "gitlab.com" || host == nil ? .gitLab : .gitLabSelfManaged
        default: return nil
        }
    }

    var module: String {
        switch self {
        case .bitbucket: "Bitbucket"
        case .gitHub, .gitHubEnterpriseServer: "GitHub"
        case .gitLab, .gitLabSelfManaged: "GitLab"
        // `git` reads it; nothing else is known of it.
        case .azureDevOps: "Git"
        }
    }

    static func module(of word: String) -> String { ProviderType(rawValue: word)?.module ?? word }

    /// Where the provider is when nobody says otherwise.
    var usualURL: String? {
        switch self {
        case .bitbucket: "https://bitbucket.org"
        case .gitHub: "https://github.com"
        case .gitLab: "https://gitlab.com"
        case .gitHubEnterpriseServer, .gitLabSelfManaged, .azureDevOps: nil
        }
    }
}
