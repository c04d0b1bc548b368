import PipelineModel

/// An execution has passed a stage: by these the newest that did is found among a million that didn't.
struct StageSuccess: Hashable {
    var pipeline: PipelineName
    var stage: StageName
    var version: Int
    var number: Int

    init(_ execution: PipelineExecution, in stage: StageName) {
        pipeline = execution.pipeline
        self.stage = stage
        version = execution.pipelineVersion
        number = execution.number
    }
}

extension PipelineExecution {
    func hasSucceeded(in stage: StageName) -> Bool {
        stages.last { $0.name == stage }?.status == .succeeded
    }

    var stageSuccesses: [StageSuccess] {
        stages.filter { $0.status == .succeeded }.map { StageSuccess(self, in: $0.name) }
    }
}
