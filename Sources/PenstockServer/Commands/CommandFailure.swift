import PipelineEngine
import PluginKit

/// The exit codes of errors that other rooms throw.
package enum CommandFailure {
    /// `nil` for errors that the argument parser prints itself.
    package static func code(of error: any Error) -> Int32? {
        switch error {
        case is SettingsError: CommandError.Kind.invalidInput.rawValue
        case is LedgerError: CommandError.Kind.failed.rawValue
        default: nil
        }
    }
}
