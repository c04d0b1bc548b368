package import PipelineModel

/// The connections of the configuration: listed beside those that the API makes, and changed there only.
package protocol DeclaredConnections: Sendable {
    func declared() -> [DeclaredConnection]
}

package struct DeclaredConnection: Sendable, Equatable {
    package var name: String
    package var arn: ConnectionARN
    /// AWS's word for the provider; `nil` for one that AWS doesn't have.
    package var providerType: String?

    package init(name: String, arn: ConnectionARN, providerType: String?) {
        self.name = name
        self.arn = arn
        self.providerType = providerType
    }
}
