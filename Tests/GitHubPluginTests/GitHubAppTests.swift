import Crypto
import CryptoExtras
import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubAppTests {
    private static let key = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// A private key as GitHub gives it.
    static func pem() throws -> String { try key.get().pemRepresentation }

    private static let installations = """
        {"installations":[{"id":48,"account":{"login":"acme","type":"Organization"}}]}
        """
    private static let several = """
        {"installations":[{"id":48,"account":{"login":"acme","type":"Organization"}},
        {"id":49,"account":{"login":"lin-park","type":"User"},"suspended_at":"2026-02-12T09:00:00Z"}]}
        """

    private func issue(
        _ options: [String: String], pem: String? = nil, in world: GitHubWorld
    ) async throws -> IssuedCredential? {
        let pem = try pem ?? Self.key.get().pemRepresentation
        let connection = world.connection(
            token: nil, options: options, secrets: ["private_key": Credential(user: "", secret: pem)])
        return try await GitHubApp().issue(for: connection, host: world.host)
    }

    @Test func `an App's key gives the token of its only installation, for an hour`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.installations)
            let issued = try #require(try await issue(["app_id": "80177"], in: world))
            #expect(issued.credential.user == "x-access-token" && issued.credential.secret == "ghs_0")
            let left = try #require(issued.expires).timeIntervalSinceNow
            #expect(3500...3601 ~= left)
            let calls = try await world.calls()
            #expect(calls.map(\.call) == ["GET /app/installations", "POST /app/installations/48/access_tokens"])
            #expect(calls.allSatisfy { $0.headers["x-github-api-version"] == "2022-11-28" })
            // The token opens the API.
            let api = try await GitHubAccess.api(for: world.connection(token: "ghs_0"), host: world.host)
            let hooks = try await GitHubHooks.hooks(for: "x", of: GitHubRepository("acme/app"), api)
            #expect(hooks.isEmpty)
        }
    }

    @Test func `the JWT is signed by the key, and good for ten minutes of which one lies behind`() async throws {
        let key = try Self.key.get()
        for pem in [key.pemRepresentation, key.pkcs8PEMRepresentation, "\n" + key.pemRepresentation + "\r\n"] {
            let now = Date(timeIntervalSince1970: 1_770_800_000)
            let text = try GitHubAppToken(app: "Iv1.8a", privateKey: pem, connection: "github").text(at: now)
            let parts = text.split(separator: ".").map(String.init)
            let claims = try JSONDecoder().decode([String: SettingValue].self, from: try #require(Self.bytes(parts[1])))
            #expect(
                claims == [
                    "iat": .integer(1_770_799_940), "exp": .integer(1_770_800_540), "iss": .string("Iv1.8a"),
                ])
            let signature = _RSA.Signing.RSASignature(rawRepresentation: try #require(Self.bytes(parts[2])))
            let digest = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
            #expect(key.publicKey.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5))
        }
    }

    @Test func `the key may have the line ends of another system`() throws {
        let pem = try Self.key.get().pemRepresentation.replacingOccurrences(of: "\n", with: "\r\n")
        #expect(throws: Never.self) { try GitHubAppToken(app: "1", privateKey: pem, connection: "github") }
    }

    private static func bytes(_ text: String) -> Data? {
        var text = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text)
    }

    @Test func `of several installations the one that is named is taken`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.several)
            let byID = try await issue(["app_id": "80177", "installation_id": "48"], in: world)
            #expect(byID?.credential.secret == "ghs_0")
            #expect(try await world.calls().map(\.call) == ["POST /app/installations/48/access_tokens"])
            let byOwner = try await issue(["app_id": "80177", "owner": "acme"], in: world)
            #expect(byOwner?.credential.secret == "ghs_1")
        }
    }

    @Test func `what is wrong is said with its remedy`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.several)
            func fails(_ options: [String: String], pem: String? = nil) async -> FailureDetails? {
                await failure { _ = try await issue(options, pem: pem, in: world) }
            }
            let open = await fails(["app_id": "80177"])
            #expect(open?.type == .configurationError && open?.message.contains("acme, lin-park") == true)
            let unknown = await fails(["app_id": "80177", "installation_id": "7/../48"])
            #expect(unknown?.type == .configurationError && unknown?.message.contains("installation_id") == true)
            let elsewhere = await fails(["app_id": "80177", "owner": "somebody"])
            #expect(elsewhere?.type == .configurationError && elsewhere?.message.contains("not installed") == true)
            let suspended = await fails(["app_id": "80177", "owner": "lin-park"])
            #expect(suspended?.type == .permissionError && suspended?.message.contains("suspended") == true)
            let other = await fails(["app_id": "1"])
            #expect(other?.type == .permissionError && other?.message.contains("app_id and private_key") == true)
            for pem in ["", "not a key", try Self.key.get().publicKey.pemRepresentation] {
                let wrong = await fails(["app_id": "80177"], pem: pem)
                #expect(wrong?.type == .configurationError && wrong?.message.contains("private_key") == true)
            }
            try await world.set(#"{"installations":[]}"#)
            let none = await fails(["app_id": "80177"])
            #expect(none?.message.contains("not installed anywhere") == true)
        }
    }

    @Test func `a connection without an App shows its own credential`() async throws {
        try await GitHubWorld.with { world in
            let own = try await GitHubApp().issue(for: world.connection(), host: world.host)
            #expect(own == nil)
            let half = await failure {
                _ = try await GitHubApp().issue(for: world.connection(options: ["app_id": "1"]), host: world.host)
            }
            #expect(half?.type == .configurationError && half?.message.contains("lacks 'private_key'") == true)
            let key = world.connection(secrets: ["private_key": Credential(user: "", secret: "k")])
            let other = await failure { _ = try await GitHubApp().issue(for: key, host: world.host) }
            #expect(other?.message.contains("lacks 'app_id'") == true)
        }
    }

    @Test func `a host that fails or lies about the time is a matter of later`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.installations)
            try await world.fault(#"{"match":"POST","times":3,"status":502}"#)
            let down = await failure { _ = try await issue(["app_id": "80177"], in: world) }
            #expect(down?.type == .systemUnavailable)
            for body in [#"{"token":"x","expires_at":"soon"}"#, #"{"token":"","expires_at":"2026-01-01T00:00:00Z"}"#] {
                try await world.fault(#"{"match":"POST","status":201,"body":\#(body)}"#)
                let odd = await failure { _ = try await issue(["app_id": "80177"], in: world) }
                #expect(odd?.type == .systemUnavailable)
            }
        }
    }
}
