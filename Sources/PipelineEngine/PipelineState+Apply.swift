extension PipelineState {
    /// Folds one fact into the state. Knows no rules: replaying the events of a pipeline gives its state.
    package static func apply(_ event: PipelineEvent, at now: Double, to state: inout PipelineState?) {
    }
}
