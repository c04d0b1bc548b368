package import PipelineModel

/// What a manual approval asks of its approvers beyond AWS's one answer: keys of its configuration, all off by default.
///
/// The API checks them when a pipeline is declared, the machine when the approval begins, since they may hold variables.
package struct ApprovalTerms: Sendable, Equatable {
    package enum Key: String, CaseIterable, Sendable {
        /// How many different approvers must approve. One rejection rejects.
        case requiredApprovals = "RequiredApprovals"
        /// Comma-separated ARNs or user names: only they may answer.
        case approvers = "Approvers"
        /// "true": whoever made the change may not approve it.
        case forbidAuthor = "ForbidAuthor"
        /// "true": the approval holds for the artifacts as they are when it begins to wait.
        case bindToArtifacts = "BindToArtifacts"
    }

    package var requiredApprovals = 1
    /// Empty: everybody who has the permission.
    package var approvers: [String] = []
    package var forbidsAuthor = false
    package var bindsToArtifacts = false

    package init() {}

    /// - Throws: a configuration error that names the key and what it may be.
    package init(_ configuration: [String: ConfigurationValue]) throws(FailureDetails) {
        func value(_ key: Key) -> String? { configuration[key.rawValue]?.description }
        if let text = value(.approvers) {
            approvers = text.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
            guard !approvers.isEmpty else {
                throw Self.failure(.approvers, text, "name at least one ARN or user name, separated by commas")
            }
        }
        if let text = value(.requiredApprovals) {
            guard let number = Int(text), number >= 1 else {
                throw Self.failure(.requiredApprovals, text, "give a whole number of at least 1")
            }
            guard approvers.isEmpty || number <= Set(approvers).count else {
                throw Self.failure(.requiredApprovals, text, "there are only \(Set(approvers).count) Approvers")
            }
            requiredApprovals = number
        }
        forbidsAuthor = try Self.flag(.forbidAuthor, value(.forbidAuthor))
        bindsToArtifacts = try Self.flag(.bindToArtifacts, value(.bindToArtifacts))
    }

    private static func flag(_ key: Key, _ text: String?) throws(FailureDetails) -> Bool {
        switch text?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default: throw failure(key, text ?? "", "give true or false")
        }
    }

    private static func failure(_ key: Key, _ value: String, _ remedy: String) -> FailureDetails {
        FailureDetails(
            .configurationError, "The approval's configuration \(key.rawValue) has the value '\(value)': \(remedy).")
    }
}

extension ApprovalTerms {
    /// Why the answer isn't taken; `nil`: it is.
    func refusal(of answer: ApprovalAnswer, on attempt: ActionExecution, in execution: PipelineExecution) -> String? {
        let approver = Principal(answer.by)
        guard approvers.isEmpty || approvers.contains(where: approver.isNamed(by:)) else {
            return "\(answer.by) is not among the Approvers of action '\(answer.action)'."
        }
        // Rejecting is always allowed, and the first rejection decides.
        guard answer.status == .approved else { return nil }
        if forbidsAuthor, let author = execution.knownAuthors.first(where: approver.isSamePerson(as:)) {
            return "\(answer.by) made the change ('\(author)'), and action '\(answer.action)' wants somebody else's "
                + "approval."
        }
        if attempt.approvals.contains(answer.by) {
            return "\(answer.by) has approved already; action '\(answer.action)' needs \(requiredApprovals) different "
                + "approvers and has \(attempt.approvals.count)."
        }
        return nil
    }
}

/// Who answers, by an ARN.
private struct Principal {
    private let arn: String
    /// `user/team/ann`, `assumed-role/Deployers/session`.
    private let resource: [Substring]
    private let account: Substring?

    init(_ arn: String) {
        self.arn = arn
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        resource = (parts.count == 6 ? parts[5] : parts.last ?? "").split(separator: "/")
        account = parts.count == 6 ? parts[4] : nil
    }

    /// Grants, so it is strict: the ARN, a user's name, or the role that a session belongs to. The name of a session
    /// is chosen by whoever assumes the role: it proves nothing.
    func isNamed(by entry: String) -> Bool {
        if entry == arn { return true }
        if resource.first == "assumed-role", resource.count > 1 {
            let role = Principal(entry)
            return role.resource.first == "role" && role.resource.last == resource[1] && role.account == account
        }
        return (resource.first == "user" || account == nil) && resource.last.map { $0 == entry } == true
    }

    /// Forbids, so it is generous.
    func isSamePerson(as author: String) -> Bool {
        let names = [arn.lowercased(), (resource.last ?? "").lowercased()]
        let others = [author.lowercased(), (author.split(separator: "/").last ?? "").lowercased()]
        return others.contains { !$0.isEmpty && names.contains($0) }
    }
}

extension PipelineExecution {
    /// Who made what it runs, as far as it is known: those of the start, and those that its sources have put out.
    var knownAuthors: [String] {
        let outputs = stages.first?.actions.filter { $0.type.category == .source }.map(\.outputVariables) ?? []
        let keys = ["AuthorId", "AuthorDisplayName", "AuthorEmail"]
        return authors + outputs.flatMap { variables in keys.compactMap { variables[$0] } }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
