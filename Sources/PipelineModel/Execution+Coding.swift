// The stored form leaves out what is empty: a new execution has a dozen empty members, and each costs time and space
// in every row. What is absent is read as empty.

extension PipelineExecution {
    private enum CodingKeys: String, CodingKey {
        case id, pipeline, pipelineVersion, number, status, statusSummary, mode, trigger, startTime, lastUpdateTime
        case sourceRevisionOverrides, variables, namespaces, stages, artifacts, sourceRevisions
        case stopReason, stopMode, isCancelling, rollbackTarget, invokedBy, restarts, authors, eventVariables
        case putRevision
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ExecutionID.self, forKey: .id),
            pipeline: try container.decode(PipelineName.self, forKey: .pipeline),
            pipelineVersion: try container.decode(Int.self, forKey: .pipelineVersion),
            number: try container.decode(Int.self, forKey: .number),
            mode: try container.decode(ExecutionMode.self, forKey: .mode),
            trigger: try container.decode(ExecutionTrigger.self, forKey: .trigger),
            startTime: try container.decode(Double.self, forKey: .startTime),
            sourceRevisionOverrides: try container.decodeOrEmpty(forKey: .sourceRevisionOverrides),
            variables: try container.decodeOrEmpty(forKey: .variables))
        status = try container.decode(ExecutionStatus.self, forKey: .status)
        statusSummary = try container.decodeIfPresent(String.self, forKey: .statusSummary)
        lastUpdateTime = try container.decode(Double.self, forKey: .lastUpdateTime)
        namespaces = try container.decodeOrEmpty(forKey: .namespaces)
        stages = try container.decodeOrEmpty(forKey: .stages)
        artifacts = try container.decodeOrEmpty(forKey: .artifacts)
        sourceRevisions = try container.decodeOrEmpty(forKey: .sourceRevisions)
        stopReason = try container.decodeIfPresent(String.self, forKey: .stopReason)
        stopMode = try container.decodeIfPresent(StopMode.self, forKey: .stopMode)
        isCancelling = try container.decodeIfPresent(Bool.self, forKey: .isCancelling) ?? false
        rollbackTarget = try container.decodeIfPresent(ExecutionID.self, forKey: .rollbackTarget)
        invokedBy = try container.decodeOrEmpty(forKey: .invokedBy)
        restarts = try container.decodeIfPresent(ExecutionID.self, forKey: .restarts)
        authors = try container.decodeOrEmpty(forKey: .authors)
        eventVariables = try container.decodeOrEmpty(forKey: .eventVariables)
        putRevision = try container.decodeIfPresent(SourceRevision.self, forKey: .putRevision)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(pipeline, forKey: .pipeline)
        try container.encode(pipelineVersion, forKey: .pipelineVersion)
        try container.encode(number, forKey: .number)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(statusSummary, forKey: .statusSummary)
        try container.encode(mode, forKey: .mode)
        try container.encode(trigger, forKey: .trigger)
        try container.encode(startTime, forKey: .startTime)
        try container.encode(lastUpdateTime, forKey: .lastUpdateTime)
        try container.encodeUnlessEmpty(sourceRevisionOverrides, forKey: .sourceRevisionOverrides)
        try container.encodeUnlessEmpty(variables, forKey: .variables)
        try container.encodeUnlessEmpty(namespaces, forKey: .namespaces)
        try container.encodeUnlessEmpty(stages, forKey: .stages)
        try container.encodeUnlessEmpty(artifacts, forKey: .artifacts)
        try container.encodeUnlessEmpty(sourceRevisions, forKey: .sourceRevisions)
        try container.encodeIfPresent(stopReason, forKey: .stopReason)
        try container.encodeIfPresent(stopMode, forKey: .stopMode)
        if isCancelling { try container.encode(true, forKey: .isCancelling) }
        try container.encodeIfPresent(rollbackTarget, forKey: .rollbackTarget)
        try container.encodeUnlessEmpty(invokedBy, forKey: .invokedBy)
        try container.encodeIfPresent(restarts, forKey: .restarts)
        try container.encodeUnlessEmpty(authors, forKey: .authors)
        try container.encodeUnlessEmpty(eventVariables, forKey: .eventVariables)
        try container.encodeIfPresent(putRevision, forKey: .putRevision)
    }
}

extension StageExecution {
    private enum CodingKeys: String, CodingKey {
        case name, status, startTime, lastUpdateTime, actions, retry, conditions
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(StageName.self, forKey: .name),
            startTime: try container.decode(Double.self, forKey: .startTime))
        status = try container.decode(StageStatus.self, forKey: .status)
        lastUpdateTime = try container.decode(Double.self, forKey: .lastUpdateTime)
        actions = try container.decodeOrEmpty(forKey: .actions)
        retry = try container.decodeIfPresent(RetryMetadata.self, forKey: .retry)
        conditions = try container.decodeOrEmpty(forKey: .conditions)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(status, forKey: .status)
        try container.encode(startTime, forKey: .startTime)
        try container.encode(lastUpdateTime, forKey: .lastUpdateTime)
        try container.encodeUnlessEmpty(actions, forKey: .actions)
        try container.encodeIfPresent(retry, forKey: .retry)
        try container.encodeUnlessEmpty(conditions, forKey: .conditions)
    }
}

extension ActionExecution {
    private enum CodingKeys: String, CodingKey {
        case id, executionID, pipelineVersion, stage, action, type, status, startTime, lastUpdateTime, updatedBy
        case region, roleArn, namespace, configuration, resolvedConfiguration, inputArtifacts, outputArtifacts
        case outputVariables, summary, externalExecutionID, externalExecutionURL, percentComplete, failure
        case approvalToken, deadline, approvals, approvedDigests
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ActionExecutionID.self, forKey: .id),
            executionID: try container.decode(ExecutionID.self, forKey: .executionID),
            pipelineVersion: try container.decode(Int.self, forKey: .pipelineVersion),
            stage: try container.decode(StageName.self, forKey: .stage),
            action: try container.decode(ActionName.self, forKey: .action),
            type: try container.decode(ActionTypeID.self, forKey: .type),
            startTime: try container.decode(Double.self, forKey: .startTime),
            configuration: try container.decodeOrEmpty(forKey: .configuration),
            resolvedConfiguration: try container.decodeOrEmpty(forKey: .resolvedConfiguration),
            inputArtifacts: try container.decodeOrEmpty(forKey: .inputArtifacts),
            outputArtifacts: try container.decodeOrEmpty(forKey: .outputArtifacts))
        status = try container.decode(ActionStatus.self, forKey: .status)
        lastUpdateTime = try container.decode(Double.self, forKey: .lastUpdateTime)
        updatedBy = try container.decodeIfPresent(String.self, forKey: .updatedBy)
        region = try container.decodeIfPresent(String.self, forKey: .region)
        roleArn = try container.decodeIfPresent(String.self, forKey: .roleArn)
        namespace = try container.decodeIfPresent(String.self, forKey: .namespace)
        outputVariables = try container.decodeOrEmpty(forKey: .outputVariables)
        summary = try container.decodeIfPresent(String.self, forKey: .summary)
        externalExecutionID = try container.decodeIfPresent(String.self, forKey: .externalExecutionID)
        externalExecutionURL = try container.decodeIfPresent(String.self, forKey: .externalExecutionURL)
        percentComplete = try container.decodeIfPresent(Int.self, forKey: .percentComplete)
        failure = try container.decodeIfPresent(FailureDetails.self, forKey: .failure)
        approvalToken = try container.decodeIfPresent(String.self, forKey: .approvalToken)
        deadline = try container.decodeIfPresent(Double.self, forKey: .deadline)
        approvals = try container.decodeOrEmpty(forKey: .approvals)
        approvedDigests = try container.decodeOrEmpty(forKey: .approvedDigests)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(executionID, forKey: .executionID)
        try container.encode(pipelineVersion, forKey: .pipelineVersion)
        try container.encode(stage, forKey: .stage)
        try container.encode(action, forKey: .action)
        try container.encode(type, forKey: .type)
        try container.encode(status, forKey: .status)
        try container.encode(startTime, forKey: .startTime)
        try container.encode(lastUpdateTime, forKey: .lastUpdateTime)
        try container.encodeIfPresent(updatedBy, forKey: .updatedBy)
        try container.encodeIfPresent(region, forKey: .region)
        try container.encodeIfPresent(roleArn, forKey: .roleArn)
        try container.encodeIfPresent(namespace, forKey: .namespace)
        try container.encodeUnlessEmpty(configuration, forKey: .configuration)
        try container.encodeUnlessEmpty(resolvedConfiguration, forKey: .resolvedConfiguration)
        try container.encodeUnlessEmpty(inputArtifacts, forKey: .inputArtifacts)
        try container.encodeUnlessEmpty(outputArtifacts, forKey: .outputArtifacts)
        try container.encodeUnlessEmpty(outputVariables, forKey: .outputVariables)
        try container.encodeIfPresent(summary, forKey: .summary)
        try container.encodeIfPresent(externalExecutionID, forKey: .externalExecutionID)
        try container.encodeIfPresent(externalExecutionURL, forKey: .externalExecutionURL)
        try container.encodeIfPresent(percentComplete, forKey: .percentComplete)
        try container.encodeIfPresent(failure, forKey: .failure)
        try container.encodeIfPresent(approvalToken, forKey: .approvalToken)
        try container.encodeIfPresent(deadline, forKey: .deadline)
        try container.encodeUnlessEmpty(approvals, forKey: .approvals)
        try container.encodeUnlessEmpty(approvedDigests, forKey: .approvedDigests)
    }
}

extension KeyedEncodingContainer {
    fileprivate mutating func encodeUnlessEmpty<Value: Encodable & Collection>(_ value: Value, forKey key: Key) throws {
        if !value.isEmpty { try encode(value, forKey: key) }
    }
}

extension KeyedDecodingContainer {
    fileprivate func decodeOrEmpty<Element: Decodable>(forKey key: Key) throws -> [Element] {
        try decodeIfPresent([Element].self, forKey: key) ?? []
    }

    fileprivate func decodeOrEmpty<Name: Decodable & Hashable, Value: Decodable>(
        forKey key: Key
    ) throws -> [Name: Value] {
        try decodeIfPresent([Name: Value].self, forKey: key) ?? [:]
    }
}
