import PipelineEngine
import PipelineModel

/// A connection as GetConnection and ListConnections answer it.
struct ConnectionView: Encodable, Sendable {
    enum Status: String, Encodable, Sendable {
        case pending = "PENDING"
        case available = "AVAILABLE"
    }

    var name: String
    var arn: ConnectionARN
    var providerType: String?
    var ownerAccountID: String
    var status: Status
    var hostARN: String?

    enum CodingKeys: String, CodingKey {
        case name = "ConnectionName"
        case arn = "ConnectionArn"
        case providerType = "ProviderType"
        case ownerAccountID = "OwnerAccountId"
        case status = "ConnectionStatus"
        case hostARN = "HostArn"
    }

    init(_ record: ConnectionRecord, account: String) {
        name = record.name
        arn = record.arn
        providerType = record.providerType
        ownerAccountID = account
        status = record.completion == nil ? .pending : .available
        hostARN = record.hostARN
    }

    /// Those of the configuration have all they need.
    init(_ declared: DeclaredConnection, account: String) {
        name = declared.name.limited(to: 32) ?? "-"
        arn = declared.arn
        providerType = declared.providerType
        ownerAccountID = account
        status = .available
    }
}

/// Where a provider is installed, as answers have it.
struct ConnectionHostView: Encodable, Sendable {
    var name: String
    /// ListHosts only.
    var arn: String?
    /// There is nothing to be set up: a host is of use at once.
    var status = "AVAILABLE"
    var providerType: String
    var endpoint: String
    var vpc: VPCConfiguration?

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case arn = "HostArn"
        case status = "Status"
        case providerType = "ProviderType"
        case endpoint = "ProviderEndpoint"
        case vpc = "VpcConfiguration"
    }

    init(_ record: ConnectionHostRecord, listed: Bool) {
        name = record.name
        arn = listed ? record.arn : nil
        providerType = record.providerType
        endpoint = record.endpoint
        vpc = record.vpc.map(VPCConfiguration.init)
    }
}

struct VPCConfiguration: Codable, Sendable {
    var vpcID: String
    var subnetIDs: [String]
    var securityGroupIDs: [String]
    var tlsCertificate: String?

    enum CodingKeys: String, CodingKey {
        case vpcID = "VpcId"
        case subnetIDs = "SubnetIds"
        case securityGroupIDs = "SecurityGroupIds"
        case tlsCertificate = "TlsCertificate"
    }

    init(_ record: ConnectionHostRecord.VPC) {
        vpcID = record.vpcID
        subnetIDs = record.subnetIDs
        securityGroupIDs = record.securityGroupIDs
        tlsCertificate = record.tlsCertificate
    }

    var record: ConnectionHostRecord.VPC {
        ConnectionHostRecord.VPC(
            vpcID: vpcID, subnetIDs: subnetIDs, securityGroupIDs: securityGroupIDs, tlsCertificate: tlsCertificate)
    }
}
