import Foundation
import PluginKit
import Synchronization

/// A log that keeps its lines. Masks like the host's: a secret that was masked appears in no later line.
package final class RecordingLog: ActionLog {
    private struct State {
        var lines: [String] = []
        var secrets: [String] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func line(_ text: String) {
        state.withLock { state in
            state.lines.append(state.secrets.reduce(text) { $0.replacingOccurrences(of: $1, with: "****") })
        }
    }

    package func mask(_ secret: String) {
        guard !secret.isEmpty else { return }
        state.withLock { $0.secrets.append(secret) }
    }

    /// Everything that was logged so far.
    package var lines: [String] { state.withLock { $0.lines } }
    /// What was masked so far.
    package var masked: [String] { state.withLock { $0.secrets } }
}
