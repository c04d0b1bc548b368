import PipelineEngine

/// What a definition of a custom action type must hold to (spec: pipeline-structure §9).
extension CustomActionType {
    /// In the order in which they are looked for; the API answers the first.
    var faults: [String] {
        [inputArtifactDetails, outputArtifactDetails].compactMap(\.fault) + nameFaults + queryFaults + templateFaults
    }

    private var nameFaults: [String] {
        let names = configurationProperties.map(\.name)
        return Set(names.filter { name in names.count { $0 == name } > 1 }).sorted().map {
            "Multiple configuration properties found with name '\($0)'."
        }
    }

    private var queryFaults: [String] {
        let queryable = configurationProperties.filter { $0.queryable == true }
        let names = queryable.map(\.name).joined(separator: ", ")
        let many =
            queryable.count > 1
            ? [
                "Multiple queryable configuration properties found with names '\(names)'. Up to one queryable property "
                    + "may be specified."
            ] : []
        return many
            + queryable.filter { !$0.required || $0.secret }.map {
                "Invalid queryable property '\($0.name)'. Queryable configuration properties must be required and "
                    + "non-secret."
            }
    }

    private var templateFaults: [String] {
        let templates = [
            ("entityUrlTemplate", settings?.entityUrlTemplate),
            ("executionUrlTemplate", settings?.executionUrlTemplate),
            ("revisionUrlTemplate", settings?.revisionUrlTemplate),
        ]
        let usable = Set(configurationProperties.filter { $0.required && !$0.secret }.map(\.name))
        return templates.flatMap { member, template in
            Self.properties(in: template ?? "").filter { !usable.contains($0) }.map {
                "The \(member) names '{Config:\($0)}': only required, non-secret configuration properties can stand "
                    + "there."
            }
        }
    }
}

extension CustomActionType.ArtifactDetails {
    fileprivate var fault: String? {
        guard minimumCount > maximumCount else { return nil }
        return
            "Maximum Number of Artifacts (\(maximumCount)) has to be greater than or equal to minimum (\(minimumCount))."
    }
}
