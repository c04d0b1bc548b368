import Foundation
import AWSSigning

/// `penstock env`: `export` lines that point AWS clients at the gateway.
package enum EnvCommand {
    package struct Output: Codable, Sendable {
        package var endpoint: String
        package var region: String
        package var accessKeyId: String
        package var secretAccessKey: String
    }

    /// The services that this gateway answers, as AWS clients name them in `AWS_ENDPOINT_URL_…`.
    static let services = ["CODEPIPELINE", "CODECONNECTIONS", "CODESTAR_CONNECTIONS", "STS"]

    package static func output(_ settings: ServerSettings) throws -> Output {
        let key = try AccessKeys.read(in: settings.dataFolder).administrator
        return Output(
            endpoint: Endpoint.of(settings), region: settings.region, accessKeyId: key.accessKeyID,
            secretAccessKey: key.secretAccessKey)
    }

    /// For `eval "$(penstock env)"`. `aws s3` keeps its own endpoint.
    package static func lines(_ output: Output) -> [String] {
        let exports =
            services.map { ("AWS_ENDPOINT_URL_\($0)", output.endpoint) } + [
                ("AWS_ACCESS_KEY_ID", output.accessKeyId), ("AWS_SECRET_ACCESS_KEY", output.secretAccessKey),
                ("AWS_REGION", output.region), ("AWS_DEFAULT_REGION", output.region),
            ]
        return exports.map { "export \($0)=\(quoted($1))" } + [
            "unset AWS_SESSION_TOKEN AWS_PROFILE",
            // A command that does nothing: not every shell takes a comment from eval.
            ": AWS CLI before 2.13 reads no AWS_ENDPOINT_URL, give it --endpoint-url \(quoted(output.endpoint))",
        ]
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
