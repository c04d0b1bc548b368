import CodePipelineAPI
import Foundation
import PipelineModel

/// The definition that a run declares: the file's, with its sources and variables replaced as asked.
struct RunDefinition {
    let document: Document
    let name: PipelineName

    /// - Throws: ``CommandError`` naming the file, the action or the variable.
    init(_ request: RunRequest, connectionARN: (String) -> String) throws {
        guard let data = FileManager.default.contents(atPath: request.definition.path) else {
            throw CommandError(.invalidInput, "\(request.definition.path) can't be read")
        }
        var pipeline: Document
        do {
            let file = try Document(json: data)
            pipeline = file["pipeline"] ?? file
        } catch {
            throw CommandError(.invalidInput, "\(request.definition.path) is not JSON")
        }
        guard case .string(let name)? = pipeline["name"] else {
            throw CommandError(.invalidInput, "\(request.definition.path): the pipeline has no name")
        }
        for source in request.sources {
            pipeline = try Self.replacing(source, in: pipeline, connectionARN: connectionARN(source.action))
        }
        for (variable, value) in request.variables.sorted(by: { $0.key < $1.key }) {
            pipeline = try Self.setting(variable, to: value, in: pipeline)
        }
        self.document = pipeline
        self.name = PipelineName(name)
    }

    private static func replacing(
        _ source: RunSource, in pipeline: Document, connectionARN: String
    ) throws -> Document {
        guard case .list(var stages)? = pipeline["stages"], let first = stages.first,
            case .list(var actions)? = first["actions"],
            let index = actions.firstIndex(where: { $0["name"] == .string(source.action) })
        else {
            throw CommandError(.invalidInput, "--source \(source.action): the first stage has no action of that name")
        }
        let (type, configuration) = replacement(source.place, connectionARN: connectionARN)
        actions[index] = actions[index].with("actionTypeId", type).with("configuration", configuration)
        stages[0] = first.with("actions", .list(actions))
        return pipeline.with("stages", .list(stages))
    }

    private static func replacement(_ place: RunSource.Place, connectionARN: String) -> (Document, Document) {
        switch place {
        case .folder(let path): (type(of: FolderSource.typeID), .structure(["Path": .string(path)]))
        case .repository(_, let repository, let branch):
            (
                type(of: ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")),
                .structure([
                    "ConnectionArn": .string(connectionARN), "FullRepositoryId": .string(repository),
                    "BranchName": .string(branch),
                ])
            )
        }
    }

    private static func type(of id: ActionTypeID) -> Document {
        .structure([
            "category": .string(id.category.rawValue), "owner": .string(id.owner.rawValue),
            "provider": .string(id.provider), "version": .string(id.version),
        ])
    }

    private static func setting(_ variable: String, to value: String, in pipeline: Document) throws -> Document {
        guard case .list(var variables)? = pipeline["variables"],
            let index = variables.firstIndex(where: { $0["name"] == .string(variable) })
        else {
            throw CommandError(.invalidInput, "--var \(variable): the pipeline declares no such variable")
        }
        variables[index] = variables[index].with("defaultValue", .string(value))
        return pipeline.with("variables", .list(variables))
    }
}

extension Document {
    /// A copy with one member replaced or added.
    func with(_ member: String, _ value: Document) -> Document {
        guard case .structure(var members) = self else { return self }
        members[member] = value
        return .structure(members)
    }
}
