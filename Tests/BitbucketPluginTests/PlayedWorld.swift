import CurlTransport
import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting

@testable import BitbucketPlugin

/// One played Bitbucket, a host with the real client, and connections to it.
struct PlayedWorld: Sendable {
    static let client = CurlClient(
        configuration: CurlConfiguration(proxy: "", retry: RetryPolicy(attempts: 2, base: .milliseconds(1))),
        logger: Logger(label: "penstock.test") { _ in SwiftLogNoOpLogHandler() })

    let bitbucket: PlayedBitbucket
    let host: FakeHost

    init(now: @escaping @Sendable () -> Date = { Date() }) throws {
        bitbucket = try PlayedBitbucket()
        host = try FakeHost(http: Self.client, now: now)
    }

    func cloud(
        _ credential: Credential? = Credential(user: "x-access-token", secret: "good"),
        options: [String: String] = [:], secrets: [String: Credential] = [:]
    ) -> Connection {
        Connection(
            name: "bb", arn: Self.arn, provider: BitbucketForm.cloud, url: "https://bitbucket.org",
            apiURL: bitbucket.url + "/2.0", credential: credential, options: options, secrets: secrets)
    }

    func server(_ secret: String = "good") -> Connection {
        Connection(
            name: "dc", arn: Self.arn, provider: BitbucketForm.server, url: bitbucket.url + "/scm/", apiURL: nil,
            credential: Credential(user: "x-token-auth", secret: secret))
    }

    static let arn = ConnectionARN(rawValue: "arn:aws:codeconnections:eu-west-1:000000000000:connection/1f2e3d4c")

    static let a = "4f1c7a90e25d83b6c1f04a7d9e3b58c26d10f7ae"
    static let b = "9b02d6e41fa7c38550e9b1746ac2d8f30157be64"
    static let c = "c7e5319f08ab42d6e17058c9f3ba6412d09e7753"
    static let tagObject = "12d84f6a7be09c3351fa28e7406bdc9158ae3f02"
    static let fork = "77d1e84c90ab3f5562e0c1d7a8b94f3062ee15d4"
}

/// What went wrong, for `#expect`: the kind of failure and that its message holds no credential.
func failure(_ work: () async throws(FailureDetails) -> Void) async -> FailureDetails.Kind? {
    do {
        try await work()
        return nil
    } catch {
        let secrets = ["good", "limited", "api-token", "consumer-secret", "fresh-1", "hook-secret"]
        return secrets.contains { error.message.contains($0) } ? .jobFailed : error.type
    }
}
