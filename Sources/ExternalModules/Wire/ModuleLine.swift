import Foundation
package import PipelineModel
package import PluginKit

/// One line of a module, as it is written.
struct ModuleLine: Decodable {
    struct Failure: Decodable {
        var type: FailureDetails.Kind
        var message: String
    }

    struct Place: Decodable {
        var folder: String?
        var file: String?
    }

    struct Finding: Decodable {
        var name: String
        var status: String
        var message: String
    }

    var type: String
    var id: String?
    var `protocol`: Int?
    var name: String?
    var events: [SourceEvent]?
    var reason: String?
    var error: Failure?
    var line: String?
    var secret: String?
    var outputs: [String: Place]?
    var variables: [String: String]?
    var progress: ActionProgress?
    var revision: ModuleSuccess.Revision?
    var token: String?
    var pollAgain: Double?
    var findings: [Finding]?
}

/// The last word on a request.
package enum ModuleAnswer: Sendable, Equatable {
    case events([SourceEvent])
    case ignored(String)
    case failed(FailureDetails)
    case succeeded(ModuleSuccess)
    case pending(token: String, pollAgain: Duration, ActionProgress)
    case health([HealthFinding])
    /// Nothing of the action goes on any more.
    case ended
}

package struct ModuleSuccess: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        case folder(String)
        case file(String)
    }

    /// Sources: what was fetched.
    package struct Revision: Sendable, Equatable, Decodable {
        var id: String
        var summary: String?
        var url: String?
        var created: Double?
    }

    package var outputs: [String: Place]
    package var variables: [String: String]
    package var progress: ActionProgress
    package var revision: Revision?
}

/// What a module says of a request that goes on.
package enum ModuleNote: Sendable {
    case log(String)
    case mask(String)
}

/// Why a line can't be taken: the module is broken.
struct LineFault: Error {
    let reason: String
}

extension ModuleLine {
    /// - Throws: ``LineFault`` for what isn't JSON or lacks what its type needs; the line itself is never quoted, it may
    ///   hold a secret.
    init(reading line: Data) throws(LineFault) {
        do {
            self = try JSONDecoder().decode(ModuleLine.self, from: line)
        } catch let error as DecodingError {
            throw LineFault(reason: "a line \(Self.reason(of: error))")
        } catch {
            throw LineFault(reason: "a line that is no JSON object")
        }
    }

    private static func reason(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "without \(path(context.codingPath + [key]))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "with a wrong value at \(path(context.codingPath))"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            "with a wrong value at \(path(context.codingPath))"
        default: "that is no JSON object"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }

    /// The answer that the line gives; `nil` for a type that is none.
    func answer() throws(LineFault) -> ModuleAnswer? {
        switch type {
        case "events": return .events(try need(events, "events"))
        case "ignored": return .ignored(try need(reason, "reason"))
        case "failed", "error":
            let error = try need(error, "error")
            // Time-outs are the engine's to tell.
            let kind = error.type == .actionTimedOut ? .jobFailed : error.type
            return .failed(FailureDetails(kind, String(error.message.prefix(5000))))
        case "succeeded": return .succeeded(try success())
        case "pending": return try pending()
        case "ended": return .ended
        case "health": return .health(try need(findings, "findings").map(Self.finding))
        default: return nil
        }
    }

    /// Why the module that says this as its first line can't be used; `nil` when it can.
    func hello(of manifest: ModuleManifest) throws(LineFault) -> String? {
        guard type == "hello" else { throw LineFault(reason: "something else than hello in its first line") }
        guard let version = self.protocol else { throw LineFault(reason: "a hello without protocol") }
        guard version == ModuleManifest.protocolVersion else {
            return "it speaks version \(version) of the protocol, not \(ModuleManifest.protocolVersion)"
        }
        return name == manifest.name ? nil : "it says that it is another module than \(manifest.name)"
    }

    var note: ModuleNote? {
        switch (type, line, secret) {
        case ("log", let line?, _): .log(line)
        case ("mask", _, let secret?): .mask(secret)
        default: nil
        }
    }

    private func success() throws(LineFault) -> ModuleSuccess {
        var places: [String: ModuleSuccess.Place] = [:]
        for (name, place) in outputs ?? [:] {
            switch (place.folder, place.file) {
            case (let folder?, nil): places[name] = .folder(folder)
            case (nil, let file?): places[name] = .file(file)
            default: throw LineFault(reason: "an output that is neither a folder nor a file")
            }
        }
        return ModuleSuccess(
            outputs: places, variables: variables ?? [:], progress: checkedProgress,
            revision: revision)
    }

    private func pending() throws(LineFault) -> ModuleAnswer {
        let token = try need(token, "token")
        guard token.count <= 2000 else { throw LineFault(reason: "a token of more than 2000 characters") }
        let pause = pollAgain ?? 10
        guard pause >= 0, pause <= 86_400 else { throw LineFault(reason: "a pollAgain that is not 0 to 86400 seconds") }
        return .pending(token: token, pollAgain: .seconds(pause), checkedProgress)
    }

    private var checkedProgress: ActionProgress {
        var progress = progress ?? ActionProgress()
        progress.percentComplete = progress.percentComplete.map { min(max($0, 0), 100) }
        return progress
    }

    private static func finding(_ finding: Finding) -> HealthFinding {
        HealthFinding(
            name: finding.name, status: HealthFinding.Status(rawValue: finding.status) ?? .failed,
            message: finding.message)
    }

    private func need<Value>(_ value: Value?, _ name: String) throws(LineFault) -> Value {
        guard let value else { throw LineFault(reason: "a line of type \(type) without \(name)") }
        return value
    }
}
