import AWSSigning
import Foundation
import Testing

@testable import PenstockServer

@Suite struct EnvCommandTests {
    private static let awkward = EnvCommand.Output(
        endpoint: "http://h:1/'; echo gone; '$(echo x)`echo y`\\\"", region: "eu west-1 *", accessKeyId: "PSTK'\"'",
        secretAccessKey: "a b\tc$HOME!#&|;<>")

    @Test func `a shell reads the lines as they were meant`() throws {
        let script =
            "AWS_SESSION_TOKEN=t; AWS_PROFILE=p; export AWS_SESSION_TOKEN AWS_PROFILE\n"
            + EnvCommand.lines(Self.awkward).joined(separator: "\n") + """

                printf '%s\\0' "$AWS_ENDPOINT_URL_CODEPIPELINE" "$AWS_ENDPOINT_URL_STS" "$AWS_ACCESS_KEY_ID" \
                "$AWS_SECRET_ACCESS_KEY" "$AWS_REGION" "$AWS_DEFAULT_REGION" "${AWS_SESSION_TOKEN-unset}" \
                "${AWS_PROFILE-unset}"
                sh -c 'printf "%s\\0" "$AWS_REGION"'
                """
        let values = try output(of: "/bin/sh", ["-euc", script]).split(separator: "\0").map(String.init)
        let given = Self.awkward
        #expect(
            values == [
                given.endpoint, given.endpoint, given.accessKeyId, given.secretAccessKey, given.region, given.region,
                "unset", "unset", given.region,
            ])
    }

    @Test func `the output is the data folder's key and endpoint`() throws {
        let folder = try ServerFolder()
        #expect(throws: CommandError.self) { try EnvCommand.output(try folder.settings()) }
        try FileManager.default.createDirectory(at: folder.data, withIntermediateDirectories: true)
        let key = try AccessKeys.readOrMake(in: folder.data).administrator
        try Endpoint.write("http://127.0.0.1:4321", in: folder.data)
        let output = try EnvCommand.output(try folder.settings("region: eu-west-1"))
        #expect(output.endpoint == "http://127.0.0.1:4321" && output.region == "eu-west-1")
        #expect(output.accessKeyId == key.accessKeyID && output.secretAccessKey == key.secretAccessKey)
        #expect(EnvCommand.lines(output).last?.hasSuffix("--endpoint-url 'http://127.0.0.1:4321'") == true)
    }
}
