import Foundation
import Testing

/// Actions that workers outside do, as plain boto3 sees them: over a real S3 store, with workers and gateways that die.
@Suite(.serialized) struct JobWorkerTests {
    private static let settings = "job_workers:\n  acknowledge_seconds: 2\n"

    private func open(_ stores: Corridor.Stores = .weed) async throws -> Corridor {
        let corridor = try await Corridor.open(stores, files: ["page.txt": "hello\n"], extra: Self.settings)
        let made = try await corridor.gateway.penstock(
            "actiontypes", "create", "jenkins", "--server", "https://jenkins.example/")
        #expect(made.status == 0, "\(made.stderr)")
        #expect(made.text == "Custom/Build/Jenkins/1: made\nCustom/Test/Jenkins/1: made\n")
        return corridor
    }

    private static func build(_ corridor: Corridor, outputs: [String] = ["Site"]) -> JSON {
        var action = Definition.action(
            "Compile", "Build", "Jenkins", owner: "Custom", ["ProjectName": "web"], inputs: ["Source"],
            outputs: outputs)
        action["namespace"] = "Made"
        return Definition.stage("Build", action)
    }

    private static func definition(_ name: String, _ corridor: Corridor) -> Definition {
        let deploy = Definition.stage(
            "Deploy",
            Definition.action(
                "Bucket", "Deploy", "S3",
                ["BucketName": .string(corridor.site), "Extract": "true", "ObjectKey": "#{Made.FOLDER}"],
                inputs: ["Site"]))
        return Definition(
            name, artifacts: corridor.artifacts, stages: [Definition.source, build(corridor), deploy])
    }

    private func attempts(_ action: String, of pipeline: String, _ sdk: SDK) async throws -> [JSON] {
        try await sdk.pages("ListActionExecutions", ["pipelineName": .string(pipeline)], "actionExecutionDetails")
            .filter { $0["actionName"].string == action }
    }

    @Test func `a worker reads the inputs, goes on by a token, writes the outputs; the next stage has them`()
        async throws
    {
        let corridor = try await open()
        let sdk = try await corridor.sdk()
        let again = try await corridor.gateway.penstock("actiontypes", "create", "jenkins")
        #expect(again.text.split(separator: "\n").allSatisfy { $0.hasSuffix("there already") } && again.status == 0)
        for (server, status, word) in [
            ("https://other.example", Int32(1), "--type-version"), ("javascript:alert(1)", 2, "--server must be like"),
        ] {
            let other = try await corridor.gateway.penstock("actiontypes", "create", "jenkins", "--server", server)
            #expect(other.status == status && other.stderr.contains(word), "\(other.stderr)")
        }
        try await sdk.create(Self.definition("worked", corridor))
        let said = try await Worker(corridor: corridor).run("build")
        #expect(
            said.words == [
                "polled", "acknowledged", "continues", "polled", "acknowledged", "read", "wrote", "succeeded",
            ])
        #expect(said[3]["token"] == "begun" && said[3]["id"] != said[0]["id"])
        #expect(said[5]["revision"].string == (try await corridor.git.tip()))
        let ended = try await sdk.endOfNewest(of: "worked", count: 1)
        #expect(ended["status"] == "Succeeded")
        let weed = try #require(corridor.weed)
        #expect(try await weed.objects(in: corridor.site) == ["capitals/page.txt": Data("HELLO\n".utf8)])
        let state = try await sdk.actionState("Compile", in: "Build", of: "worked")["latestExecution"]
        #expect(state["summary"] == "Finished" && state["externalExecutionId"] == "8")
        #expect(state["externalExecutionUrl"] == "https://jenkins.example/job/web/8/")
        let rows = try await attempts("Compile", of: "worked", sdk)
        #expect(rows.count == 1 && rows[0]["output"]["outputVariables"] == ["FOLDER": "capitals"])
    }

    /// Jenkins's AWS CodePipeline plugin uploads in no other way. SeaweedFS takes it when it has a KMS and is told a key.
    @Test(arguments: ["penstock-tests", nil])
    func `an upload with SSE-KMS goes into a store with a KMS, for a pipeline with a key`(key: String?) async throws {
        let corridor = try await open()
        let (sdk, weed) = (try await corridor.sdk(), try #require(corridor.weed))
        var definition = Self.definition("encrypted", corridor)
        definition.key = key
        try await sdk.create(definition)
        let said = try await Worker(corridor: corridor).run("encrypted")
        guard key != nil else {
            #expect(said.last?["what"] == "refused" && said.last?["code"] == "InternalError", "\(said)")
            return
        }
        #expect(said.words == ["polled", "acknowledged", "read", "wrote", "succeeded"])
        #expect(try await sdk.endOfNewest(of: "encrypted", count: 1)["status"] == "Succeeded")
        #expect(try await weed.objects(in: corridor.site) == ["capitals/page.txt": Data("HELLO\n".utf8)])
        let encryptions = try await weed.encryptions(in: corridor.artifacts)
        #expect(encryptions.count == 2 && encryptions.values.allSatisfy { $0 == "aws:kms" }, "\(encryptions)")
    }

    @Test func `a worker's failure, and a success without its output, fail the action and say why`() async throws {
        let corridor = try await open()
        let sdk = try await corridor.sdk()
        try await sdk.create(Self.definition("failing", corridor))
        #expect(try await Worker(corridor: corridor).run("fail").words.last == "failed")
        #expect(try await sdk.endOfNewest(of: "failing", count: 1)["status"] == "Failed")
        var error = try await sdk.actionState("Compile", in: "Build", of: "failing")["latestExecution"]["errorDetails"]
        #expect(error == ["code": "JobFailed", "message": "Tests failed"])
        let second = try await sdk.start("failing")
        #expect(try await Worker(corridor: corridor).run("forgetful").words.last == "succeeded")
        #expect(try await sdk.end(of: second, of: "failing") == "Failed")
        error = try await sdk.actionState("Compile", in: "Build", of: "failing")["latestExecution"]["errorDetails"]
        #expect(
            error["message"].string?.contains("output artifact 'Site' is not at s3://\(corridor.artifacts)/") == true)
    }

    @Test func `of two workers that want one job, one gets it`() async throws {
        let corridor = try await open()
        let sdk = try await corridor.sdk()
        let workers = (0..<2).map { _ in Worker(corridor: corridor) }
        let said = try await withThrowingTaskGroup(of: [JSON].self) { group in
            for worker in workers { group.addTask { try await worker.run("fail", seconds: 12) } }
            try await sdk.create(Self.definition("raced", corridor))
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(
            said.map(\.words).sorted { $0.count < $1.count } == [
                ["idle"], ["polled", "acknowledged", "holds", "failed"],
            ])
        #expect(try await sdk.endOfNewest(of: "raced", count: 1)["status"] == "Failed")
    }

    @Test func `a worker that dies before it acknowledges loses the job, one that dies afterwards keeps it`()
        async throws
    {
        let corridor = try await open()
        let sdk = try await corridor.sdk()
        try await sdk.create(Self.definition("orphan", corridor))
        let worker = Worker(corridor: corridor)
        let dead = try await worker.run("dies-idle")
        #expect(dead.words == ["polled"])
        #expect(try await worker.run("dies-busy", seconds: 0).words == ["idle"], "it was given out twice at once")
        let busy = try await worker.run("dies-busy")
        #expect(busy.words == ["polled", "acknowledged"])
        #expect(busy[0]["id"] == dead[0]["id"] && busy[0]["nonce"] != dead[0]["nonce"])
        let stale = try await sdk.answer("AcknowledgeJob", ["jobId": dead[0]["id"], "nonce": dead[0]["nonce"]])
        #expect(stale.error == "InvalidNonceException")
        #expect(try await worker.run("build", seconds: 3).words == ["idle"], "an acknowledged job was given out again")
        let execution = try await sdk.executions(of: "orphan")[0]["pipelineExecutionId"]
        try await sdk(
            "StopPipelineExecution",
            ["pipelineName": "orphan", "pipelineExecutionId": execution, "abandon": true])
        #expect(try await sdk.end(of: execution.string ?? "", of: "orphan") == "Stopped")
        let late = try await sdk.answer("PutJobSuccessResult", ["jobId": busy[0]["id"]])
        #expect(late.error == "InvalidJobStateException")
        let gone = try await sdk.answer("GetJobDetails", ["jobId": busy[0]["id"]])
        #expect(gone.error == "JobNotFoundException")
    }

    @Test func `a job survives kill -9 between all of its steps, and its results count once`() async throws {
        let corridor = try await open()
        var sdk = try await corridor.sdk()
        try await sdk.create(Self.definition("killed", corridor))
        func kill() async throws {
            try await corridor.gateway.kill9()
            try await corridor.gateway.start()
            sdk = try await corridor.sdk()
        }
        func take() async throws -> JSON {
            try await waiting(for: "a job") { [sdk] in
                let answer = try await sdk(
                    "PollForJobs",
                    [
                        "actionTypeId": [
                            "category": "Build", "owner": "Custom", "provider": "Jenkins", "version": "1",
                        ],
                        "queryParam": ["ProjectName": "web"],
                    ])
                return answer["jobs"].items.first
            }
        }
        func acknowledge(_ job: JSON) async throws {
            let answer = try await sdk("AcknowledgeJob", ["jobId": job["id"], "nonce": job["nonce"]])
            #expect(answer["status"] == "InProgress")
        }
        try await kill()
        let first = try await take()
        try await kill()
        // The two seconds of its acknowledgement go on while the gateway is away.
        let taken = try await sdk.answer("AcknowledgeJob", ["jobId": first["id"], "nonce": first["nonce"]])
        var current = first
        if taken.error != nil {
            #expect(taken.error == "InvalidNonceException")
            current = try await take()
            try await acknowledge(current)
        }
        try await kill()
        try await acknowledge(current)
        try await sdk("PutJobSuccessResult", ["jobId": current["id"], "continuationToken": "t"])
        try await kill()
        let second = try await take()
        #expect(second["data"]["continuationToken"] == "t" && second["id"] != current["id"])
        try await acknowledge(second)
        try await kill()
        let details = try await sdk("GetJobDetails", ["jobId": second["id"]])["jobDetails"]["data"]
        let place = details["outputArtifacts"][0]["location"]["s3Location"]
        let input = details["inputArtifacts"][0]["location"]["s3Location"]
        let weed = try #require(corridor.weed)
        let bytes = try await weed.object(input["objectKey"].string ?? "", in: corridor.artifacts)
        try await weed.sdk(
            "PutObject",
            ["Bucket": place["bucketName"], "Key": place["objectKey"], "Body": .string(bytes.base64EncodedString())],
            service: "s3")
        let result: JSON = ["jobId": second["id"], "outputVariables": ["FOLDER": "once"]]
        try await sdk("PutJobSuccessResult", result)
        try await kill()
        #expect(try await sdk.answer("PutJobSuccessResult", result).error == "InvalidJobStateException")
        #expect(try await sdk.endOfNewest(of: "killed", count: 1)["status"] == "Succeeded")
        #expect(try await weed.objects(in: corridor.site) == ["once/page.txt": Data("hello\n".utf8)])
        for action in ["Compile", "Bucket"] {
            #expect(try await attempts(action, of: "killed", sdk).count == 1)
        }
        #expect(try await corridor.gateway.terminate() == 0)
    }

    @Test func `workers at work while the gateway is killed at random do every action once`() async throws {
        let corridor = try await open()
        let port = Int(try FreePorts.take(1)[0])
        func kill() async throws {
            try await corridor.gateway.kill9()
            try await corridor.gateway.start(port: port)
        }
        try await kill()
        let sdk = try await corridor.sdk()
        try await sdk.create(Self.definition("shaken", corridor))
        var said: [String] = []
        for round in 1...6 {
            if round > 1 { _ = try await sdk.start("shaken") }
            // A worker that lost an answer gives up; another one goes on where it was.
            said += try await withThrowingTaskGroup(of: [JSON].self) { group in
                group.addTask { try await Worker(corridor: corridor).run("build", seconds: 10) }
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(.random(in: 50...900)))
                    try await kill()
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }.words
            try await waiting(until: "the end of round \(round)", upTo: .seconds(90)) {
                let executions = try await sdk.executions(of: "shaken")
                if executions.allSatisfy({ SDK.terminal.contains($0["status"].string ?? "") }) { return true }
                said += try await Worker(corridor: corridor).run("build", seconds: 3).words
                return false
            }
        }
        FileHandle.standardOutput.write(
            Data("JobWorkerTests: \(said.count { $0 == "refused" }) refusals after lost answers\n".utf8))
        let executions = try await sdk.executions(of: "shaken")
        #expect(executions.count == 6 && executions.allSatisfy { $0["status"] == "Succeeded" })
        for action in ["Repository", "Compile", "Bucket"] {
            let rows = try await attempts(action, of: "shaken", sdk)
            #expect(rows.count == 6 && Set(rows.compactMap(\.["pipelineExecutionId"].string)).count == 6)
        }
    }

    @Test func `a bucket in the data folder can't be reached: no credentials, and the log says so`() async throws {
        let corridor = try await open(.local)
        let sdk = try await corridor.sdk()
        try await sdk.create(Self.definition("local", corridor))
        let said = try await Worker(corridor: corridor).run("keyless")
        #expect(said.words == ["polled", "acknowledged", "holds", "failed"])
        #expect(said[2]["credentials"] == false)
        #expect(said[2]["configuration"]["configuration"] == ["ProjectName": "web"])
        #expect(corridor.gateway.stderr.contains("no worker can reach it"))
    }
}
