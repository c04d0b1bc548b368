import Foundation
import PipelineModel
import PluginKit

/// A file of a module's `samples` folder: a delivery or a job, and what is to come of it where `NAME.golden.json` says.
struct ConformanceSample {
    struct Given: Decodable {
        var webhook: String?
        var event: String?
        var headers: [String: String]?
        var body: SettingValue?
        /// `Category/Provider`.
        var action: String?
        var configuration: [String: String]?
        /// Artifact → path → text.
        var inputs: [String: [String: String]]?
        var outputs: [String]?
    }

    struct Golden: Decodable {
        var events: [SourceEvent]?
        var ignored: String?
        /// The failure's type, of a translation.
        var error: String?
        /// `succeeded`, `pending`, or the failure's type, of a job.
        var outcome: String?
        var variables: [String: String]?
        /// Artifact → path → text; other files may be there too.
        var files: [String: [String: String]]?
    }

    let name: String
    let given: Given
    let golden: Golden?

    /// In the order of their names.
    ///
    /// - Throws: ``SettingsError`` naming the file that can't be read.
    static func all(in folder: URL) throws -> [ConformanceSample] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        return try names.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".golden.json") }.map { file in
            let name = String(file.dropLast(".json".count))
            let golden = folder.appending(path: "\(name).golden.json")
            return ConformanceSample(
                name: name, given: try read(folder.appending(path: file), as: Given.self),
                golden: FileManager.default.fileExists(atPath: golden.path) ? try read(golden, as: Golden.self) : nil)
        }
    }

    private static func read<Value: Decodable>(_ file: URL, as type: Value.Type) throws -> Value {
        let value: SettingValue
        do {
            value = try JSONDecoder().decode(SettingValue.self, from: Data(contentsOf: file))
        } catch {
            throw SettingsError(place: file.path, message: "is not JSON")
        }
        return try value.decode(type, at: file.path)
    }

    var delivery: VerifiedDelivery {
        get throws {
            let body =
                switch given.body {
                case .string(let text)?: Data(text.utf8)
                case let value?: try JSONEncoder().encode(value)
                case nil: Data()
                }
            return VerifiedDelivery(
                verified: WebhookDelivery(
                    headers: (given.headers ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, body: body),
                event: given.event ?? "")
        }
    }
}
