package import PipelineModel

/// The gate in front of a stage, as somebody has set it (spec: execution-semantics §6).
package struct TransitionState: Codable, Sendable, Equatable {
    package var isEnabled: Bool
    /// The caller's ARN.
    package var changedBy: String
    package var changedAt: Double
    /// Why it is disabled.
    package var reason: String?
    /// When it was closed last; a repeated call doesn't close it again.
    package var disabledAt: Double?
    /// When it was opened again after that.
    package var enabledAt: Double?

    package init(
        isEnabled: Bool, changedBy: String, changedAt: Double, reason: String? = nil, disabledAt: Double? = nil,
        enabledAt: Double? = nil
    ) {
        self.isEnabled = isEnabled
        self.changedBy = changedBy
        self.changedAt = changedAt
        self.reason = reason
        self.disabledAt = disabledAt
        self.enabledAt = enabledAt
    }
}

package enum TransitionType: String, Codable, Sendable, CaseIterable {
    case inbound = "Inbound"
    case outbound = "Outbound"
}

/// Somebody opens or closes the gate before or after a stage.
package struct TransitionChange: Codable, Sendable, Equatable {
    package var stage: StageName
    package var type: TransitionType
    package var by: String
    /// `nil` enables it.
    package var disabledReason: String?

    package init(stage: StageName, type: TransitionType, by: String, disabledReason: String?) {
        self.stage = stage
        self.type = type
        self.by = by
        self.disabledReason = disabledReason
    }
}

/// An execution in front of a stage, and since when.
package struct InboundExecution: Codable, Sendable, Equatable {
    package var id: ExecutionID
    package var since: Double

    package init(id: ExecutionID, since: Double) {
        self.id = id
        self.since = since
    }
}

/// Why an execution waits in front of a stage.
package enum WaitReason: Codable, Sendable, Equatable {
    case stageHeld(by: ExecutionID)
    /// QUEUED mode: others came first.
    case behind(ExecutionID)
    case transitionDisabled(by: String, reason: String)
}
