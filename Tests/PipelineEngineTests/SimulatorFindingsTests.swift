import PipelineSimulator
import Testing

/// What the simulator has found, shrunk: each of these broke an invariant once.
@Suite struct SimulatorFindingsTests {
    struct Finding: Sendable, CustomTestStringConvertible {
        var rule: String
        var steps: String
        var testDescription: String { rule }
    }

    static let findings = [
        Finding(
            rule: "an attempt that fails and is retried in one decision has failed in the lists",
            steps: """
                create 'P | Test failure=RETRY: ta'
                broken
                """),
        Finding(
            rule: "an approval that expires and is retried in one decision has failed in the lists",
            steps: """
                create 'S | Source: app | Gate failure=RETRYALL: ok!^10'
                ok 'app'
                wait 0 700
                claim 0 0 8
                done
                """),
        Finding(
            rule: "a rule that fails a stage that is retried in one decision has failed in the lists",
            steps: """
                create 'S | Source success=FAIL,check failure=RETRY: app'
                ok 'app'
                block 'check'
                """),
        Finding(
            rule: "nobody supersedes a PARALLEL execution of an earlier time",
            steps: """
                create 'P | Source: sa'
                close
                start
                update 'S | Source failure=RETRY: sb'
                start
                """),
    ]

    @Test(arguments: findings)
    func `what was found once holds`(_ finding: Finding) throws {
        let scenario = try Scenario(name: finding.rule, finding.steps)
        #expect(Simulation.violation(in: scenario) == nil)
    }
}
