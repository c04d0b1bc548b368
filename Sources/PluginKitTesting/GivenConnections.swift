import Foundation
package import PipelineModel
package import PluginKit

/// The connections that a test names. The two spellings of an ARN's service mean the same connection.
package struct GivenConnections: Connections {
    private let all: [Connection]

    package init(_ all: [Connection]) { self.all = all }

    package func connection(_ arn: ConnectionARN) -> Connection? {
        all.first { Self.normal($0.arn) == Self.normal(arn) }
    }

    package func connection(named name: String) -> Connection? { all.first { $0.name == name } }

    private static func normal(_ arn: ConnectionARN) -> String {
        arn.rawValue.replacingOccurrences(of: ":codestar-connections:", with: ":codeconnections:")
    }
}
