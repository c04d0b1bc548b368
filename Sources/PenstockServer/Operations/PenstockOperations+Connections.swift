import AWSWire
import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PluginKit

package struct ConnectionList: Codable, Sendable { package var connections: [ConnectionView] }

/// A connection as `penstock connections list` shows it.
package struct ConnectionView: Codable, Sendable {
    package var name: String
    package var arn: String
    package var provider: String
    /// `AVAILABLE`, or `PENDING`.
    package var status: String
    /// Absent while it is pending.
    package var url: String?
    /// `configuration`, or `api`.
    package var origin: String
}

/// `CompleteConnection`'s input. Secrets travel signed, over loopback or TLS, and are sealed at once.
package struct ConnectionCompletion: Codable, Sendable {
    /// The connection's name or ARN.
    package var connection: String
    package var url: String?
    package var apiUrl: String?
    package var user: String?
    package var token: String?
    package var options: [String: String]?
    package var secrets: [String: String]?
    /// It is to do without a credential.
    package var anonymous: Bool?

    package init(
        connection: String, url: String?, apiUrl: String?, user: String?, token: String?, options: [String: String]?,
        secrets: [String: String]?, anonymous: Bool? = nil
    ) {
        self.connection = connection
        self.url = url
        self.apiUrl = apiUrl
        self.user = user
        self.token = token
        self.options = options
        self.secrets = secrets
        self.anonymous = anonymous
    }
}

extension PenstockOperations {
    func listConnections() async throws -> ConnectionList {
        let declared = Set(gateway.connections.declared().map(\.arn))
        var views = gateway.connections.available.filter { declared.contains($0.arn) }.map {
            ConnectionView(
                name: $0.name, arn: $0.arn.rawValue, provider: $0.provider, status: "AVAILABLE", url: $0.url,
                origin: "configuration")
        }
        views += try await gateway.registry.all(ConnectionRecord.self).map { ConnectionView($0.record) }
        return ConnectionList(connections: views.sorted { $0.name < $1.name })
    }

    /// Gives a connection that the API has made what it needs to be used, or new secrets. What isn't said again is gone.
    func completeConnection(_ input: JSONValue) async throws -> ConnectionView {
        let wish: ConnectionCompletion
        do {
            wish = try JSONDecoder().decode(ConnectionCompletion.self, from: try JSONBody.encode(input))
        } catch {
            throw WireError.serialization("the input is not what CompleteConnection takes")
        }
        let found = try await connection(wish.connection)
        var record = found.record
        let url = try await url(wish, of: record)
        if let fault = ConnectionSettings.fault(in: wish.options ?? [:]) {
            throw APIError("ValidationException", "The option \(fault.option) \(fault.remedy)")
        }
        try check(wish, of: record, at: url)
        record.completion = ConnectionRecord.Completion(
            url: url,
            apiURL: try wish.apiUrl.map { try Self.checked($0, schemes: ["https://", "http://"], "the API's URL") },
            user: wish.user, token: try wish.token.map(seal), options: wish.options ?? [:],
            secrets: try (wish.secrets ?? [:]).mapValues(seal))
        do {
            try await gateway.registry.put(record, over: found)
        } catch let conflict as RegistryConflict {
            throw APIError("ConflictException", "\(conflict). Try again.")
        }
        return ConnectionView(record)
    }

    /// By the rules for connections of the configuration, and that nobody forgets the credential.
    private func check(_ wish: ConnectionCompletion, of record: ConnectionRecord, at url: String) throws {
        let connection = Connection(
            name: record.name, arn: record.arn, provider: ProviderType.module(of: record.providerType), url: url,
            options: wish.options ?? [:],
            secrets: (wish.secrets ?? [:]).mapValues { Credential(user: "", secret: $0) })
        if let fault = ConnectionRules(gateway.modules).fault(in: connection) {
            throw APIError("ValidationException", "\(fault.member): \(fault.message)")
        }
        let isAnonymous = wish.anonymous ?? false || url.hasPrefix("file://")
        guard wish.token?.isEmpty == false || !connection.secrets.isEmpty || isAnonymous else {
            throw APIError(
                "ValidationException",
                "token: is missing; give it with --token-file, or say --anonymous if all its repositories are public")
        }
    }

    private func connection(_ wanted: String) async throws -> Registered<ConnectionRecord> {
        let key = ConnectionARN(wanted).connectionKey
        let all = try await gateway.registry.all(ConnectionRecord.self)
        if let found = all.first(where: { $0.record.arn.connectionKey == key || $0.record.name == wanted }) {
            return found
        }
        if gateway.connections.declared().contains(where: { $0.arn.connectionKey == key || $0.name == wanted }) {
            throw APIError(
                "ConflictException", "The connection '\(wanted)' stands in the configuration file: change it there")
        }
        throw APIError("ResourceNotFoundException", "There is no connection '\(wanted)'; see penstock connections list")
    }

    /// As said, else where the connection's host or its provider is.
    private func url(_ wish: ConnectionCompletion, of record: ConnectionRecord) async throws -> String {
        var url = wish.url
        if url == nil, let host = record.hostARN {
            let key = ConnectionARN(host).connectionKey
            url = try await gateway.registry.all(ConnectionHostRecord.self)
                .first { ConnectionARN($0.record.arn).connectionKey == key }?.record.endpoint
        }
        guard let url = url ?? ProviderType(rawValue: record.providerType)?.usualURL else {
            throw APIError("ValidationException", "url must be given for a connection to \(record.providerType)")
        }
        return try Self.checked(url, schemes: ["https://", "http://", "ssh://", "file://"], "the URL")
    }

    private static func checked(_ url: String, schemes: [String], _ what: String) throws -> String {
        guard schemes.contains(where: { url.hasPrefix($0) }), !url.contains(where: \.isWhitespace) else {
            throw APIError(
                "ValidationException", "\(what) must begin with \(schemes.joined(separator: ", ")), not '\(url)'")
        }
        guard !ConnectionSettings.holdsSecret(url) else {
            throw APIError(
                "ValidationException",
                "\(what) must not hold a user or a password before the '@': give them with --user and --token-file")
        }
        return url.hasSuffix("/") && !url.hasSuffix("://") ? String(url.dropLast()) : url
    }

    private func seal(_ text: String) throws -> SealedSecret {
        do {
            return try gateway.api.vault.seal(text)
        } catch {
            throw APIError("InternalFailure", "A secret could not be sealed.", httpStatus: 500, cause: "\(error)")
        }
    }
}

extension ConnectionView {
    init(_ record: ConnectionRecord) {
        name = record.name
        arn = record.arn.rawValue
        provider = record.providerType
        status = record.completion == nil ? "PENDING" : "AVAILABLE"
        url = record.completion?.url
        origin = "api"
    }
}
