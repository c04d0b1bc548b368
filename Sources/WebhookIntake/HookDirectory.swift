package import PipelineModel

/// Which hooks there are now: those of the configuration, and those that were made while the gateway runs.
package protocol HookDirectory: Sendable {
    /// Called for each delivery, before anything of it is read: quick and without I/O.
    func hook(_ id: HookID) -> Hook?

    /// All there are, for whoever looks for what didn't come.
    func all() -> [Hook]
}

/// The hooks of the configuration, which stay as they are.
package struct FixedHooks: HookDirectory {
    private let hooks: [HookID: Hook]

    package init(_ hooks: [Hook]) {
        self.hooks = Dictionary(hooks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func hook(_ id: HookID) -> Hook? { hooks[id] }

    package func all() -> [Hook] { hooks.values.sorted { $0.name < $1.name } }
}
