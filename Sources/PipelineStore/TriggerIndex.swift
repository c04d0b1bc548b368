import PipelineEngine
import PipelineModel

/// Which source actions listen to which repository: read inside the write that journals a delivery.
///
/// Built from the declarations when the ledger is opened, and changed by the writes that declare, update and delete
/// pipelines. A value: whoever holds an earlier one can go back to it.
struct TriggerIndex {
    private var bindings: [String: [SourceBinding]] = [:]
    private var keys: [PipelineName: Set<String>] = [:]

    init() {}

    init(_ declarations: some Sequence<PipelineDeclaration>) {
        for declaration in declarations { insert(declaration) }
    }

    /// By pipeline name, and within a pipeline in the order of its actions.
    func bindings(of event: SourceEvent) -> [SourceBinding] { bindings[event.repository.lowercased()] ?? [] }

    /// Puts the declaration's bindings in the place of those that the pipeline had.
    mutating func replace(_ declaration: PipelineDeclaration) {
        remove(declaration.name)
        insert(declaration)
    }

    mutating func remove(_ pipeline: PipelineName) {
        for key in keys.removeValue(forKey: pipeline) ?? [] {
            bindings[key]?.removeAll { $0.pipeline == pipeline }
            if bindings[key]?.isEmpty == true { bindings[key] = nil }
        }
    }

    private mutating func insert(_ declaration: PipelineDeclaration) {
        let new = SourceBinding.bindings(of: declaration)
        guard !new.isEmpty else { return }
        keys[declaration.name] = Set(new.map(\.repositoryKey))
        for binding in new {
            var listed = bindings.removeValue(forKey: binding.repositoryKey) ?? []
            let place = listed.firstIndex { $0.pipeline > binding.pipeline } ?? listed.endIndex
            listed.insert(binding, at: place)
            bindings[binding.repositoryKey] = listed
        }
    }
}
