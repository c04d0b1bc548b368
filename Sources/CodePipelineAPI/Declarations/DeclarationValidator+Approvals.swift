import PipelineEngine
import PipelineModel

/// The values of a manual approval's keys that AWS doesn't know: a typo here would let through what should wait.
///
/// What holds a variable is looked at by the engine when the approval begins.
extension DeclarationValidator {
    func approvalFaults(of place: PlacedAction) -> [DeclarationFault] {
        guard place.action.actionTypeId == .manualApproval else { return [] }
        return (place.action.configuration ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
            guard let extra = ApprovalTerms.Key(rawValue: key), VariableReference.all(in: value).isEmpty,
                let expected = extra.complaint(about: value)
            else { return nil }
            return .action(
                "\(place.path).configuration.\(key)",
                "Action configuration for action '\(place.action.name)' contains an invalid value for '\(key)': it is "
                    + expected)
        } + countFaults(of: place)
    }

    /// More approvals than there are approvers would never come.
    private func countFaults(of place: PlacedAction) -> [DeclarationFault] {
        let configuration = place.action.configuration ?? [:]
        guard let count = configuration[ApprovalTerms.Key.requiredApprovals.rawValue].flatMap({ Int($0) }),
            let approvers = configuration[ApprovalTerms.Key.approvers.rawValue].map(ApprovalTerms.Key.names),
            approvers.allSatisfy({ VariableReference.all(in: $0).isEmpty }), count > Set(approvers).count
        else { return [] }
        return [
            .action(
                "\(place.path).configuration.\(ApprovalTerms.Key.requiredApprovals.rawValue)",
                "Action '\(place.action.name)' requires \(count) approvals and names \(Set(approvers).count) approvers: "
                    + "name more, or require fewer")
        ]
    }
}

extension ApprovalTerms.Key {
    var summary: String {
        switch self {
        case .requiredApprovals: "how many different people must approve, 1 to 50; 1 without it"
        case .approvers: "the ARNs or user names of those who may answer, with commas between them; anybody without it"
        case .forbidAuthor: "true: whoever made or started the change can't approve it"
        case .bindToArtifacts: "true: later actions take the artifacts only as they were when approved"
        }
    }

    /// What a value has to be; `nil` when it is.
    func complaint(about value: String) -> String? {
        switch self {
        case .requiredApprovals:
            value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                && (1...50).contains(Int(value) ?? 0) ? nil : "a whole number from 1 to 50"
        case .approvers:
            Self.names(in: value).contains("")
                ? "a list of ARNs or user names with commas between them, none of them empty" : nil
        case .forbidAuthor, .bindToArtifacts: ["true", "false"].contains(value) ? nil : "'true' or 'false'"
        }
    }

    static func names(in list: String) -> [String] {
        list.split(separator: ",", omittingEmptySubsequences: false).map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
