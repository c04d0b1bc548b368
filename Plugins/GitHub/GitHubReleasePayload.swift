import PipelineModel
import PluginKit

/// The part of a `release` payload that an event is made of.
struct ReleasePayload: GitHubPayload {
    private var isObject = false
    private var action = RequiredText(place: "action")
    private var release = ReleaseMembers()
    private var repository = RequiredRepository(place: "repository")
    private var sender: GitHubAccount?

    private static let names = JSONNames(["action", "release", "repository", "sender"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "action": try action.read(&reader)
            case "release": try release.read(&reader)
            case "repository": try repository.read(&reader)
            default: sender = try GitHubAccount(reading: &reader)
            }
        }
    }

    func parsed() throws(PayloadError) -> ParsedDelivery {
        guard isObject else { throw .unexpectedShape("the payload has another type than expected") }
        let change = SourceEvent.Release(
            action: try action.value.lowercased(), tag: try release.tag.value, name: release.name,
            draft: release.draft, prerelease: release.prerelease, url: release.url)
        return ParsedDelivery(events: [
            SourceEvent(repository: try repository.name, change: .release(change), sender: sender?.asSender)
        ])
    }
}

private struct ReleaseMembers {
    private(set) var tag = RequiredText(place: "release.tag_name")
    private(set) var name: String?
    private(set) var draft: Bool?
    private(set) var prerelease: Bool?
    private(set) var url: String?

    private static let names = JSONNames(["tag_name", "name", "draft", "prerelease", "html_url"])

    mutating func read(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        while let member = try reader.nextMember(of: Self.names) {
            switch member {
            case "tag_name": try tag.read(&reader)
            // Empty, it is shown by its tag.
            case "name": name = try reader.string().flatMap { $0.isEmpty ? nil : $0 }
            case "draft": draft = try reader.bool()
            case "prerelease": prerelease = try reader.bool()
            default: url = try reader.string()
            }
        }
    }
}
