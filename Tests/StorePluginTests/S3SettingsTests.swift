import Foundation
import PluginKit
import PluginKitTesting
import Testing

@testable import S3Plugin

@Suite struct S3SettingsTests {
    static let keys: [String: SettingValue] = ["access_key_id": .string("AK"), "secret_access_key": .string("hidden")]

    @Test(
        arguments: [
            ([:], "https", "s3.us-east-1.amazonaws.com", "/buck/a%20b/%C3%BC%2B~%25//c"),
            (["region": .string("eu-west-1")], "https", "s3.eu-west-1.amazonaws.com", "/buck/a%20b/%C3%BC%2B~%25//c"),
            (["endpoint": .string("HTTP://Host:9000/")], "http", "host:9000", "/buck/a%20b/%C3%BC%2B~%25//c"),
            (["endpoint": .string("https://host:443")], "https", "host", "/buck/a%20b/%C3%BC%2B~%25//c"),
            (
                ["endpoint": .string("http://host:80"), "path_style": .bool(false)], "http", "buck.host",
                "/a%20b/%C3%BC%2B~%25//c"
            ),
        ] as [([String: SettingValue], String, String, String)])
    func `make addresses`(_ changes: [String: SettingValue], _ scheme: String, _ host: String, _ path: String) throws {
        let settings = try S3Settings(.map(Self.keys.merging(changes) { $1 }), bucket: "buck")
        #expect(settings.address.scheme == scheme)
        #expect(settings.address.host == host)
        #expect(settings.address.path(key: "a b/ü+~%//c") == path)
    }

    @Test(
        arguments: [
            (["endpoint": .string("ftp://host")], "stores.buck.endpoint"),
            (["endpoint": .string("https://host/path")], "stores.buck.endpoint"),
            (["endpoint": .string("host:9000")], "stores.buck.endpoint"),
            (["secret_access_key": .null], "stores.buck: give one of"),
            (["secret_access_key_file": .string("/x")], "stores.buck: give one of"),
            (
                ["secret_access_key": .null, "secret_access_key_file": .string("/absent")],
                "the file /absent can't be read"
            ),
            (["access_key_id": .null], "stores.buck"),
            (["acess_key_id": .string("A")], "stores.buck.acess_key_id: unknown"),
            (["path_style": .string("yes")], "stores.buck.path_style"),
        ] as [([String: SettingValue], String)])
    func `that can't be used are named, without their values`(_ changes: [String: SettingValue], _ message: String) {
        #expect {
            try S3Settings(.map(Self.keys.merging(changes) { $1 }), bucket: "buck")
        } throws: { "\($0)".contains(message) && !"\($0)".contains("hidden") }
    }

    @Test func `a secret may be in a file`() async throws {
        try await S3World.with { world in
            let file = world.host.root.appendingPathComponent("secret")
            try Data("\(WeedServer.secretKey)\n".utf8).write(to: file)
            let settings = try S3World.settings([
                "secret_access_key": .null, "secret_access_key_file": .string(file.path),
            ])
            let host = try FakeHost(http: makeHTTPClient())
            defer { host.remove() }
            let store = try S3StoreProvider().store(for: world.bucket, settings: settings, host: host)
            #expect(try await store.list(prefix: "", after: nil, limit: 1).objects.isEmpty)
            let checked = try S3Settings(settings, bucket: "b")
            #expect(!"\(checked)".contains(WeedServer.secretKey))
        }
    }

    @Test func `the module contributes a store, two actions and a look at revisions`() throws {
        let plugin = try S3(settings: .null)
        let names = plugin.contributions.map { contribution in
            switch contribution {
            case .objectStore(let provider): provider.name
            case .action(let action): "\(action.type.id) \(action.type.timeout)"
            case .revisionProbe: "revisions"
            default: "something else"
            }
        }
        #expect(names == ["S3", "AWS/Source/S3/1 3600", "AWS/Deploy/S3/1 5400", "revisions"])
        #expect(throws: SettingsError.self) { try S3(settings: .map(["endpoint": .string("x")])) }
    }
}
