import CodePipelineAPI
import Logging
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct WorkerKeysTests {
    private static let yaml = """
        stores:
          ours: {access_key_id: g, secret_access_key: own, worker: {access_key_id: w, secret_access_key: s}}
          temporary:
            access_key_id: g
            secret_access_key: own
            worker: {access_key_id: t, secret_access_key: s, session_token: x}
          keyless: {access_key_id: g, secret_access_key: own}
        """

    private func keys() throws -> WorkerKeys {
        let settings = try ServerFolder().settings(Self.yaml)
        return WorkerKeys(settings.stores, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `a worker gets the key of the bucket, never the gateway's own`() throws {
        let keys = try keys()
        #expect(keys.key(to: ["ours"], for: "j") == WorkerKey(accessKeyID: "w", secretAccessKey: "s"))
        #expect(
            keys.key(to: ["temporary"], for: "j")
                == WorkerKey(accessKeyID: "t", secretAccessKey: "s", sessionToken: "x"))
        #expect(keys.key(to: ["keyless"], for: "j") == nil)
        #expect(keys.key(to: ["unknown"], for: "j") == nil)
    }

    @Test func `of several buckets the first with a key counts`() throws {
        #expect(try keys().key(to: ["keyless", "temporary", "ours"], for: "j")?.accessKeyID == "t")
    }

    @Test func `a store's module never sees the worker's key`() throws {
        let settings = try ServerFolder().settings(Self.yaml)
        #expect(settings.stores.allSatisfy { $0.settings["worker"] == nil })
        #expect(settings.jobWorkers.acknowledgementTimeout == 300 && settings.jobWorkers.forks == .refused)
        let short = try ServerFolder().settings("job_workers: {acknowledge_seconds: 2, forks: allowed}")
        #expect(short.jobWorkers.acknowledgementTimeout == 2 && short.jobWorkers.forks == .allowed)
    }
}
