import PipelineModel

// What is empty is left out, and what an older version didn't write is read as empty: a state is written with every
// decision, and most of its members are empty most of the time.

extension PipelineState {
    private enum CodingKeys: String, CodingKey {
        case declaration, created, updated, stages, executions, nextNumber, recentStarts
        case tags, seenRevisions, pollingDisabledAt, formerDeclarations
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        declaration = try container.decode(PipelineDeclaration.self, forKey: .declaration)
        created = try container.decode(Double.self, forKey: .created)
        updated = try container.decode(Double.self, forKey: .updated)
        stages = try container.decode([StageName: StageState].self, forKey: .stages)
        executions = try container.decode([ExecutionID: PipelineExecution].self, forKey: .executions)
        nextNumber = try container.decode(Int.self, forKey: .nextNumber)
        recentStarts = try container.decodeIfPresent([RecentStart].self, forKey: .recentStarts) ?? []
        tags = try container.decodeIfPresent([String: String].self, forKey: .tags) ?? [:]
        seenRevisions =
            try container.decodeIfPresent([ActionName: [SeenRevision]].self, forKey: .seenRevisions) ?? [:]
        pollingDisabledAt = try container.decodeIfPresent(Double.self, forKey: .pollingDisabledAt)
        formerDeclarations =
            try container.decodeIfPresent([PipelineDeclaration].self, forKey: .formerDeclarations) ?? []
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(declaration, forKey: .declaration)
        try container.encode(created, forKey: .created)
        try container.encode(updated, forKey: .updated)
        try container.encode(stages, forKey: .stages)
        try container.encode(executions, forKey: .executions)
        try container.encode(nextNumber, forKey: .nextNumber)
        if !recentStarts.isEmpty { try container.encode(recentStarts, forKey: .recentStarts) }
        if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
        if !seenRevisions.isEmpty { try container.encode(seenRevisions, forKey: .seenRevisions) }
        try container.encodeIfPresent(pollingDisabledAt, forKey: .pollingDisabledAt)
        if !formerDeclarations.isEmpty { try container.encode(formerDeclarations, forKey: .formerDeclarations) }
    }
}

extension StageState {
    private enum CodingKeys: String, CodingKey {
        case occupant, inbound, transition, lastSucceeded, latest, lastActions, currentRevisions
        /// Schema 1: the one execution in front of the stage.
        case waiting
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        occupant = try container.decodeIfPresent(ExecutionID.self, forKey: .occupant)
        inbound = try container.decodeIfPresent([InboundExecution].self, forKey: .inbound) ?? []
        if let waiting = try container.decodeIfPresent(ExecutionID.self, forKey: .waiting) {
            inbound = [InboundExecution(id: waiting, since: 0)]
        }
        transition = try container.decodeIfPresent(TransitionState.self, forKey: .transition)
        lastSucceeded = try container.decodeIfPresent(ExecutionID.self, forKey: .lastSucceeded)
        latest = try container.decodeIfPresent(ExecutionID.self, forKey: .latest)
        lastActions = try container.decodeIfPresent([ActionName: ActionExecution].self, forKey: .lastActions) ?? [:]
        currentRevisions =
            try container.decodeIfPresent([ActionName: SourceRevision].self, forKey: .currentRevisions) ?? [:]
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(occupant, forKey: .occupant)
        if !inbound.isEmpty { try container.encode(inbound, forKey: .inbound) }
        try container.encodeIfPresent(transition, forKey: .transition)
        try container.encodeIfPresent(lastSucceeded, forKey: .lastSucceeded)
        try container.encodeIfPresent(latest, forKey: .latest)
        if !lastActions.isEmpty { try container.encode(lastActions, forKey: .lastActions) }
        if !currentRevisions.isEmpty { try container.encode(currentRevisions, forKey: .currentRevisions) }
    }
}
