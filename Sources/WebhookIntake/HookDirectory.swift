package import PipelineModel

/// Which hooks there are now: those of the configuration, and those that were made while the gateway runs.
package protocol HookDirectory: Sendable {
    /// Called for each delivery, before anything of it is read: quick and without I/O.
    func hook(_ id: HookID) -> Hook?

    /// All there are, for whoever looks for what didn't come.
    func all() -> [Hook]
}
