import PluginKit
import Testing

@testable import PenstockServer

@Suite struct CommandFailureTests {
    @Test func `errors have the exit codes of their kind`() {
        #expect(CommandFailure.code(of: SettingsError(place: "a", message: "b")) == 2)
        #expect(CommandFailure.code(of: CancellationError()) == nil)
        #expect(CommandError(.unreachable, "x").kind.rawValue == 3)
        #expect("\(CommandError(.failed, "why"))" == "why")
    }
}
