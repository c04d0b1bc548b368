import Testing

@testable import PipelineSimulator

@Suite struct ShrinkerTests {
    @Test func `what a failure doesn't need is dropped`() throws {
        let scenario = try Scenario(
            name: "long",
            """
            create 'Q +v | Source entry=FAIL,r0: sa>sa sb | Build: ba<sa@2 bb!'; flow; start 0 3; wait 0 70 &; tag 0 1
            flow; approve; disablePolling 1 0 0 &; start; claim; done; broken 0 0 1 !lost; stop; start
            """)
        let small = Shrinker.shrink(scenario) { smaller in
            smaller.steps.contains { $0.act == .create && $0.word?.contains("ba") == true }
                && smaller.steps.contains { $0.act == .start && $0.pick > 0 }
                && smaller.steps.contains { $0.act == .disablePolling }
        }
        #expect(small.description == "create 'Q | Build: ba'\nstart 0 1\ndisablePolling")
    }
}
