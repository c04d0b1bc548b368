import PluginKit

/// The part of a notification that an event is made of. What is odd and can be missed counts as absent.
struct NotificationPayload {
    private(set) var isObject = false
    /// Path below Jenkins' root, e.g. `job/apps/job/web/`.
    private(set) var url: String?
    private(set) var build: Build?
    /// Of another envelope.
    private(set) var specVersion: String?
    private(set) var type: String?

    private static let names = JSONNames(["url", "build", "specversion", "type"])

    init(reading reader: inout JSONReader) throws(JSONFault) {
        guard try reader.openObject() else { return }
        isObject = true
        while let name = try reader.nextMember(of: Self.names) {
            switch name {
            case "url": url = try reader.string()
            case "build": build = try Build(reading: &reader)
            case "specversion": specVersion = try reader.string()
            default: type = try reader.string()
            }
        }
    }

    struct Build {
        private(set) var fullURL: String?
        private(set) var number: String?
        private(set) var phase: String?
        private(set) var status: String?
        private(set) var url: String?
        private(set) var branch: String?
        private(set) var commit: String?

        private static let names = JSONNames(["full_url", "number", "phase", "status", "url", "scm"])
        private static let scmNames = JSONNames(["branch", "commit"])

        /// `nil` for what is no object.
        init?(reading reader: inout JSONReader) throws(JSONFault) {
            guard try reader.openObject() else { return nil }
            while let name = try reader.nextMember(of: Self.names) {
                switch name {
                case "full_url": fullURL = try reader.string()
                case "number":
                    number = try reader.kind() == .number ? try reader.integer().map(String.init) : try reader.string()
                case "phase": phase = try reader.string()
                case "status": status = try reader.string()
                case "url": url = try reader.string()
                default: try readSource(&reader)
                }
            }
        }

        private mutating func readSource(_ reader: inout JSONReader) throws(JSONFault) {
            guard try reader.openObject() else { return }
            while let name = try reader.nextMember(of: Self.scmNames) {
                if name == "branch" { branch = try reader.string() } else { commit = try reader.string() }
            }
        }
    }
}
