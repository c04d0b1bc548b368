extension PipelineMachine {
    mutating func perform(_ command: PipelineCommand) throws(CommandRefusal) -> CommandOutcome {
        throw .pipelineNotFound
    }
}
