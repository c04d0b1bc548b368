import AWSSigning
import Foundation
import PluginKit

/// A `stores:` entry of this module, checked.
struct S3Settings: Sendable {
    let address: S3Address
    let region: String
    let credentials: AWSCredentials

    static let descriptions = [
        SettingDescription(
            key: "endpoint", summary: "stores.BUCKET.endpoint: http(s)://HOST[:PORT]",
            defaultValue: "https://s3.REGION.amazonaws.com"),
        SettingDescription(key: "region", summary: "stores.BUCKET.region: as it is signed", defaultValue: "us-east-1"),
        SettingDescription(key: "access_key_id", summary: "stores.BUCKET.access_key_id"),
        SettingDescription(key: "secret_access_key", summary: "stores.BUCKET.secret_access_key"),
        SettingDescription(
            key: "secret_access_key_file", summary: "stores.BUCKET.secret_access_key_file: a file that holds it"),
        SettingDescription(key: "session_token", summary: "stores.BUCKET.session_token: for temporary keys"),
        SettingDescription(
            key: "path_style", summary: "stores.BUCKET.path_style: HOST/BUCKET in place of BUCKET.HOST",
            defaultValue: "true"),
    ]

    private struct Entry: Decodable {
        var endpoint: String?
        var region: String?
        var accessKeyID: String
        var secretAccessKey: String?
        var secretAccessKeyFile: String?
        var sessionToken: String?
        var pathStyle: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case endpoint, region
            case accessKeyID = "access_key_id"
            case secretAccessKey = "secret_access_key"
            case secretAccessKeyFile = "secret_access_key_file"
            case sessionToken = "session_token"
            case pathStyle = "path_style"
        }
    }

    /// - Throws: `SettingsError`; its message never holds a value that could be a secret.
    init(_ settings: SettingValue, bucket: String) throws {
        let place = "stores.\(bucket)"
        let entry = try settings.decode(
            Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        region = entry.region ?? "us-east-1"
        let endpoint = entry.endpoint ?? "https://s3.\(region).amazonaws.com"
        guard let address = S3Address(endpoint: endpoint, bucket: bucket, pathStyle: entry.pathStyle ?? true) else {
            throw SettingsError(
                place: "\(place).endpoint", message: "'\(endpoint)' is not http://HOST[:PORT] or https://HOST[:PORT]")
        }
        self.address = address
        credentials = AWSCredentials(
            accessKeyID: entry.accessKeyID, secretAccessKey: try Self.secret(entry, place: place),
            sessionToken: entry.sessionToken)
    }

    private static func secret(_ entry: Entry, place: String) throws -> String {
        switch (entry.secretAccessKey, entry.secretAccessKeyFile) {
        case (let secret?, nil): return secret
        case (nil, let path?):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw SettingsError(
                    place: "\(place).secret_access_key_file", message: "the file \(path) can't be read as text")
            }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        case (nil, nil), (.some, .some):
            throw SettingsError(
                place: place, message: "give one of 'secret_access_key' and 'secret_access_key_file'")
        }
    }
}
