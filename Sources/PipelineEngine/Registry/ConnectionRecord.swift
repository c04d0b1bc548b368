package import PipelineModel

/// A connection as CreateConnection made it: pending until somebody gives it a URL and a credential.
package struct ConnectionRecord: RegistryRecord {
    package static let kind = RegistryEntry.Kind.connection

    /// What makes a connection available.
    package struct Completion: Codable, Sendable, Equatable {
        package var url: String
        package var apiURL: String?
        package var user: String?
        package var token: SealedSecret?
        package var options: [String: String]
        package var secrets: [String: SealedSecret]

        package init(
            url: String, apiURL: String?, user: String?, token: SealedSecret?, options: [String: String],
            secrets: [String: SealedSecret]
        ) {
            self.url = url
            self.apiURL = apiURL
            self.user = user
            self.token = token
            self.options = options
            self.secrets = secrets
        }
    }

    /// The last part of its ARN.
    package var id: String
    package var arn: ConnectionARN
    package var name: String
    /// AWS's word, e.g. `GitHubEnterpriseServer`.
    package var providerType: String
    package var hostARN: String?
    package var tags: [String: String]
    package var completion: Completion?

    package var key: String { id }

    package init(
        id: String, arn: ConnectionARN, name: String, providerType: String, hostARN: String?, tags: [String: String],
        completion: Completion? = nil
    ) {
        self.id = id
        self.arn = arn
        self.name = name
        self.providerType = providerType
        self.hostARN = hostARN
        self.tags = tags
        self.completion = completion
    }
}

/// Where a provider is installed, as CreateHost made it.
package struct ConnectionHostRecord: RegistryRecord {
    package static let kind = RegistryEntry.Kind.connectionHost

    /// Kept and shown; nothing here lies in a VPC.
    package struct VPC: Codable, Sendable, Equatable {
        package var vpcID: String
        package var subnetIDs: [String]
        package var securityGroupIDs: [String]
        package var tlsCertificate: String?

        package init(vpcID: String, subnetIDs: [String], securityGroupIDs: [String], tlsCertificate: String?) {
            self.vpcID = vpcID
            self.subnetIDs = subnetIDs
            self.securityGroupIDs = securityGroupIDs
            self.tlsCertificate = tlsCertificate
        }
    }

    /// The last part of its ARN, `NAME-ID`.
    package var id: String
    package var arn: String
    package var name: String
    package var providerType: String
    package var endpoint: String
    package var vpc: VPC?
    package var tags: [String: String]

    package var key: String { id }

    package init(
        id: String, arn: String, name: String, providerType: String, endpoint: String, vpc: VPC?,
        tags: [String: String]
    ) {
        self.id = id
        self.arn = arn
        self.name = name
        self.providerType = providerType
        self.endpoint = endpoint
        self.vpc = vpc
        self.tags = tags
    }
}
