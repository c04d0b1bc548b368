import Foundation
import PluginKit

/// How a credential stands in the header `Authorization`.
enum CredentialForm: CaseIterable {
    case bearer, token, basic

    func text(_ credential: Credential) -> String {
        switch self {
        case .bearer: "Bearer \(credential.secret)"
        case .token: "token \(credential.secret)"
        case .basic: "Basic " + Data("\(credential.user):\(credential.secret)".utf8).base64EncodedString()
        }
    }
}
