package import Foundation

/// `ExplainPipeline`'s answer: what holds what at this moment.
package struct PipelineExplanation: Codable, Sendable, Equatable {
    package var pipeline: String
    package var version: Int
    package var mode: String
    package var at: Date
    package var sources: [Source]
    package var stages: [Stage]
    /// PARALLEL executions, each on its own copy of the stages.
    package var parallel: [Execution]
    /// The last deliveries that concerned this pipeline and started nothing, newest first.
    package var refusedDeliveries: [RefusedDelivery]

    /// Deliveries that may concern this pipeline and wait for what they say, or wait no more; newest first.
    package var openDeliveries: [OpenDelivery]

    package struct Source: Codable, Sendable, Equatable {
        package var action: String
        package var provider: String
        /// What it listens to, and with which filters.
        package var listens: [String]
        package var lastRevision: String?
        package var lastRevisionFrom: String?
    }

    package struct Execution: Codable, Sendable, Equatable {
        package var id: String
        package var number: Int
        package var status: String
        package var since: Date
        package var stage: String?
        package var doing: [String]
    }

    package struct Waiting: Codable, Sendable, Equatable {
        package var id: String
        package var number: Int
        package var since: Date
        package var reason: String
    }

    package struct Transition: Codable, Sendable, Equatable {
        package var by: String
        package var at: Date
        package var reason: String
    }

    package struct Stage: Codable, Sendable, Equatable {
        package var name: String
        package var occupant: Execution?
        package var waiting: [Waiting]
        /// `nil`: open.
        package var disabledTransition: Transition?
        package var next: String
        /// How the last execution here ended, where nobody is inside.
        package var last: String?
    }

    package struct OpenDelivery: Codable, Sendable, Equatable {
        package var sequence: Int64
        package var receivedAt: Date
        package var hook: String
        package var event: String
        /// Nobody looks into it any more until it is replayed.
        package var isParked: Bool
        /// What it waits for, or why it does no more.
        package var situation: String
    }

    package struct RefusedDelivery: Codable, Sendable, Equatable {
        package var sequence: Int64
        package var receivedAt: Date
        package var hook: String
        package var event: String
        package var reason: String
    }
}
