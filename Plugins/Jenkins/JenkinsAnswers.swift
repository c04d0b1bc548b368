/// The parts of the remote API's answers that are needed. What is odd and can be missed counts as absent.
struct JobInfo: Decodable {
    static let tree = """
        name,buildable,nextBuildNumber,property[parameterDefinitions[name,type]],actions[parameterDefinitions[name,type]],\
        queueItem[id,actions[causes[userId]]]
        """

    var buildable: Bool?
    var nextBuildNumber: Int?
    var property: [Parameterised?]?
    var actions: [Parameterised?]?
    var queueItem: QueueItem?

    struct Parameterised: Decodable { var parameterDefinitions: [Definition]? }
    struct Definition: Decodable {
        var name: String?
        /// A class of Jenkins' or of a plugin's, e.g. `PasswordParameterDefinition`.
        var type: String?

        /// Passwords, those of the Mask Passwords plugin too, and credentials.
        var isSecret: Bool { type.map { $0.contains("Password") || $0.contains("Credentials") } ?? false }
    }

    /// The names of its parameters; `nil` when it has none at all.
    var parameters: Set<String>? { definitions.isEmpty ? nil : Set(definitions.compactMap(\.name)) }

    /// Those of them whose values Jenkins treats as secrets.
    var secretParameters: Set<String> { Set(definitions.filter(\.isSecret).compactMap(\.name)) }

    private var definitions: [Definition] {
        ((property ?? []) + (actions ?? [])).compactMap { $0?.parameterDefinitions }.flatMap { $0 }
    }
}

/// An item that waits, or has left the queue no longer than five minutes ago.
struct QueueItem: Decodable {
    static let tree =
        "id,cancelled,why,inQueueSince,executable[number],actions[parameters[name,value],causes[userId]]"

    var id: Int?
    var cancelled: Bool?
    var why: String?
    /// Milliseconds since 1970.
    var inQueueSince: Double?
    var executable: Executable?
    var actions: [BuildAction?]?

    struct Executable: Decodable { var number: Int? }
}

struct QueueList: Decodable {
    static let tree = "items[\(QueueItem.tree)]"
    var items: [QueueItem]?
}

struct BuildList: Decodable {
    /// Without a range Jenkins gives the newest hundred.
    static let tree = "builds[number,queueId,timestamp,actions[parameters[name,value],causes[userId]]]"
    var builds: [BuildInfo]?
}

struct BuildInfo: Decodable {
    static let tree = """
        number,queueId,timestamp,estimatedDuration,building,inProgress,result,\
        actions[parameters[name,value]],artifacts[relativePath]
        """

    var number: Int?
    var queueId: Int?
    /// Milliseconds since 1970.
    var timestamp: Double?
    /// Milliseconds; -1 when it can't be told.
    var estimatedDuration: Double?
    var building: Bool?
    var inProgress: Bool?
    var result: String?
    var actions: [BuildAction?]?
    var artifacts: [Artifact]?

    struct Artifact: Decodable { var relativePath: String? }

    /// The result stands before the steps after the build end: it alone says nothing.
    var isDone: Bool { building == false && inProgress != true }
}

/// One of the many things that hang on an item or a build.
struct BuildAction: Decodable {
    var parameters: [Parameter]?
    var causes: [Cause]?

    struct Cause: Decodable { var userId: String? }

    struct Parameter: Decodable {
        let name: String?
        /// `nil` for values that are no text.
        let value: String?

        enum CodingKeys: String, CodingKey { case name, value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try? container.decodeIfPresent(String.self, forKey: .name)
            value = try? container.decodeIfPresent(String.self, forKey: .value)
        }
    }
}

extension [BuildAction?]? {
    func value(of parameter: String) -> String? {
        (self ?? []).lazy.compactMap { $0?.parameters }.flatMap { $0 }.first { $0.name == parameter }?.value
    }

    func isCaused(by user: String) -> Bool {
        (self ?? []).contains { $0?.causes?.contains { $0.userId == user } == true }
    }
}
