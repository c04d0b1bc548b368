/// One integration: a name, settings, and what it contributes.
///
/// `init` checks the settings and does no I/O. A plugin keeps no package-level state; sockets, clock, secrets and
/// temporary folders come from the host with each call.
public protocol Plugin: Sendable {
    static var description: PluginDescription { get }

    /// - Throws: ``SettingsError`` naming the setting and the remedy.
    init(settings: SettingValue) throws

    /// Implement what you have; nothing answers "not implemented".
    var contributions: [Contribution] { get }

    /// Whether what the module depends on works on this machine, for `modules list`, `doctor` and the start's log.
    func health(on host: any PluginHost) async -> [HealthFinding]
}

extension Plugin {
    public func health(on host: any PluginHost) async -> [HealthFinding] { [] }
}

/// One thing that was checked, and what to do where it failed.
public struct HealthFinding: Sendable, Equatable {
    public enum Status: String, Sendable { case ok, warning, failed }

    public let name: String
    public let status: Status
    public let message: String

    public init(name: String, status: Status, message: String) {
        self.name = name
        self.status = status
        self.message = message
    }
}

public struct PluginDescription: Sendable {
    /// As written under `modules:` and in `provider:`, e.g. `GitHub`.
    public let name: String
    /// One line: what it does.
    public let summary: String
    public let settings: [SettingDescription]
    /// The providers whose connections it speaks for.
    public let connections: [ConnectionKind]

    public init(
        name: String, summary: String, settings: [SettingDescription] = [], connections: [ConnectionKind] = []
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.connections = connections
    }
}

/// One setting as `penstock modules describe` shows it.
public struct SettingDescription: Sendable {
    public let key: String
    public let summary: String
    public let defaultValue: String?

    public init(key: String, summary: String, defaultValue: String? = nil) {
        self.key = key
        self.summary = summary
        self.defaultValue = defaultValue
    }
}

public enum Contribution: Sendable {
    case webhook(any WebhookProvider)
    case deferredWebhook(any DeferredWebhookProvider)
    case action(any ActionProvider)
    case rule(any RuleProvider)
    case sourceHost(any SourceHost)
    case eventResolver(any EventResolver)
    case refReader(any RefReader)
    case credentialIssuer(any CredentialIssuer)
    case hookRegistrar(any HookRegistrar)
    case deliveryLog(any DeliveryLog)
    case statusReporter(any CommitStatusReporter)
    case revisionProbe(any RevisionProbe)
    case notifier(any Notifier)
    case objectStore(any ObjectStoreProvider)
    case document(any DocumentValidator)
}

/// Checks a kind of file before anything runs, for `penstock validate`.
public protocol DocumentValidator: Sendable {
    /// A short name, e.g. `buildspec`.
    var kind: String { get }
    /// Whether a file of that name is of this kind; the content decides for names that say nothing.
    func recognises(fileName: String) -> Bool
    /// Every fault with its place; empty when the document is good. Never throws: what can't be read is a fault.
    func faults(in contents: String) -> [DocumentFault]
}

public struct DocumentFault: Sendable, Equatable {
    /// The place, e.g. `phases.build.commands`.
    public let path: String
    /// What is wrong and what to write instead.
    public let message: String
    /// What AWS would answer, e.g. `YAML_FILE_ERROR`.
    public let code: String

    public init(path: String, message: String, code: String) {
        self.path = path
        self.message = message
        self.code = code
    }
}
