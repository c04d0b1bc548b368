import PipelineModel
import WebhookIntake

/// Hooks that stay as they are.
struct FixedHooks: HookDirectory {
    private let hooks: [HookID: Hook]

    init(_ hooks: [Hook]) {
        self.hooks = Dictionary(hooks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func hook(_ id: HookID) -> Hook? { hooks[id] }

    func all() -> [Hook] { hooks.values.sorted { $0.name < $1.name } }
}
