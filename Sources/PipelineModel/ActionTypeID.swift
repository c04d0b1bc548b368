/// The four parts that select an action provider.
public struct ActionTypeID: Hashable, Codable, Sendable, CustomStringConvertible {
    public var category: ActionCategory
    public var owner: ActionOwner
    public var provider: String
    public var version: String

    public init(category: ActionCategory, owner: ActionOwner, provider: String, version: String = "1") {
        self.category = category
        self.owner = owner
        self.provider = provider
        self.version = version
    }

    public var description: String { "\(owner.rawValue)/\(category.rawValue)/\(provider)/\(version)" }

    /// The approval that the engine itself provides: it waits for a person and runs no job.
    public static let manualApproval = ActionTypeID(category: .approval, owner: .aws, provider: "Manual")
}

public enum ActionCategory: String, Codable, Sendable, CaseIterable {
    case source = "Source"
    case build = "Build"
    case deploy = "Deploy"
    case test = "Test"
    case invoke = "Invoke"
    case approval = "Approval"
    case compute = "Compute"
}

public enum ActionOwner: String, Codable, Sendable, CaseIterable {
    case aws = "AWS"
    case thirdParty = "ThirdParty"
    case custom = "Custom"
}
