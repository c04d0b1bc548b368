import PipelineEngine
import PipelineModel
import Testing

@Suite struct TagTests {
    @Test func `tags are set, replaced and taken away`() throws {
        var probe = EngineProbe()
        try probe.perform(
            .create(
                PipelineDeclaration("Source: a"), trigger: ExecutionTrigger(type: .createPipeline),
                tags: ["team": "a", "cost": "1"]))
        #expect(probe.state?.tags == ["team": "a", "cost": "1"])
        #expect(try probe.perform(.tag(["team": "b", "new": ""])).outcome == .tagged)
        #expect(probe.state?.tags == ["team": "b", "cost": "1", "new": ""])
        #expect(try probe.perform(.untag(["cost", "none"])).events == [.pipelineUntagged(["cost"])])
        #expect(probe.state?.tags == ["team": "b", "new": ""])
        #expect(try probe.perform(.untag(["none"])).events.isEmpty)
        #expect(try probe.perform(.tag([:])).events.isEmpty)
        try probe.run("update")
        #expect(probe.state?.tags.count == 2)
    }

    @Test func `a pipeline has fifty tags at most`() throws {
        var probe = try EngineProbe("Source: a")
        func tags(_ range: ClosedRange<Int>) -> PipelineCommand {
            .tag(Dictionary(uniqueKeysWithValues: range.map { ("k\($0)", "v") }))
        }
        try probe.perform(tags(1...50))
        try probe.perform(tags(1...50))
        #expect(throws: CommandRefusal.tooManyTags) { try probe.perform(tags(51...51)) }
        #expect(probe.state?.tags.count == 50)
    }

    @Test(arguments: [
        "tag a b", "untag a", "disablepolling", "disable Source", "see a b", "override Source 1", "rollback Source 1",
    ])
    func `what needs a pipeline is refused without one`(step: String) throws {
        var living = try EngineProbe("Source: a")
        let command = try living.command(step.split(separator: " ").map { String($0) })
        living = EngineProbe()
        #expect(throws: CommandRefusal.pipelineNotFound) { try living.perform(command) }
    }
}
