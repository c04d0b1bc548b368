import PipelineEngine
import PipelineModel

// The rows of the tables that no type of the model is as it stands.

struct RegistryKey: Hashable {
    var kind: RegistryEntry.Kind
    var name: String
}

struct TakenDelivery: Hashable {
    var hook: HookID
    var id: String
}

struct MemoryStory {
    var at: Double
    var text: String
}

struct MemoryJob {
    var job: Job
    var attempt: ActionExecutionID
    var execution: ExecutionID
}
