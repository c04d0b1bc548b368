import Foundation

/// The environment variable by which the processes of a build are found again, also after the gateway was killed.
struct BuildMarker: Equatable, Sendable {
    static let variable = "PENSTOCK_JOB"

    /// What tells two gateways on one machine apart: random, kept in the data folder.
    let owner: String
    let job: String

    var value: String { "\(owner).\(job)" }
    var text: String { "\(Self.variable)=\(value)" }

    static func prefix(owner: String) -> String { "\(variable)=\(owner)." }
}
