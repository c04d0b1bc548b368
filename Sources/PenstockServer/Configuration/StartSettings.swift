package import PipelineEngine
package import PipelineModel
import PluginKit

/// One entry of a hook's `starts:`, e.g. `{pipeline: app, on: build, job: "apps/*", status: [succeeded]}`.
package struct StartSettings: Sendable {
    package let pipeline: PipelineName
    package let kind: StartRule.Kind
    package let job: GlobPattern?
    package let statuses: Set<SourceEvent.Build.Status>
    package let branch: GlobPattern?

    private struct Entry: Decodable {
        var pipeline: String
        var on: String
        var job: String?
        var status: [String]?
        var branch: String?

        enum CodingKeys: String, CodingKey, CaseIterable { case pipeline, on, job, status, branch }
    }

    static func list(_ value: SettingValue?, at place: String) throws -> [StartSettings] {
        guard let value, value != .null else { return [] }
        guard case .list(let items) = value else {
            throw SettingsError(place: place, message: "must be a list, e.g. [{pipeline: app, on: build}]")
        }
        return try items.enumerated().map { try StartSettings($1, at: "\(place)[\($0)]") }
    }

    private init(_ value: SettingValue, at place: String) throws {
        let entry = try value.decode(
            Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        guard let kind = StartRule.Kind(rawValue: entry.on) else {
            let known = StartRule.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(place: "\(place).on", message: "must be one of \(known), not '\(entry.on)'")
        }
        guard kind == .build || (entry.job == nil && entry.status == nil) else {
            throw SettingsError(place: place, message: "job and status are for 'on: build'")
        }
        guard kind != .release || entry.branch == nil else {
            throw SettingsError(place: "\(place).branch", message: "a release has no branch; leave it out")
        }
        pipeline = PipelineName(entry.pipeline)
        self.kind = kind
        job = try Self.pattern(entry.job, at: "\(place).job")
        branch = try Self.pattern(entry.branch, at: "\(place).branch")
        statuses = try Set((entry.status ?? ["succeeded"]).map { try Self.status($0, at: "\(place).status") })
    }

    private static func pattern(_ text: String?, at place: String) throws -> GlobPattern? {
        guard let text else { return nil }
        do { return try GlobPattern(text) } catch {
            throw SettingsError(place: place, message: "'\(text)' is no pattern: \(error)")
        }
    }

    private static func status(_ text: String, at place: String) throws -> SourceEvent.Build.Status {
        guard let status = SourceEvent.Build.Status(rawValue: text) else {
            throw SettingsError(
                place: place,
                message: "must be of succeeded, unstable, failed, cancelled, skipped and unknown, not '\(text)'")
        }
        return status
    }

    func rule(webhookARN: String) -> StartRule {
        StartRule(
            pipeline: pipeline, kind: kind, job: job, statuses: statuses, branch: branch, webhookARN: webhookARN)
    }
}
