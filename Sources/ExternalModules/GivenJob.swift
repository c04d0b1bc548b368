import Foundation
import PipelineModel
import PluginKit

/// A job that a module was given and that has not ended. Kept of actions with `end`: only the module that was given a
/// job is told to end it, by the token that it gave last, also after a crash.
package struct GivenJob: Codable, Sendable, Equatable {
    let type: ActionTypeID
    /// As the engine keeps it.
    var continuationToken: String?
}

extension ActionRecords<GivenJob> {
    /// The longest time-out of an action is thirty days.
    static var days: Double { 32 }

    /// - Parameter folder: the module's own for these.
    init(folder: URL) { self.init(folder: folder, of: "a module's job") }
}
