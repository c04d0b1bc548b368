import Foundation
import PipelineEngine
import PipelineModel
import Testing

@Suite struct ApprovalNoticeTests {
    private static func notices(_ probe: EngineProbe) -> [(subject: EffectSubject, due: Double, notice: ApprovalNotice)]
    {
        probe.effects.compactMap { effect in
            if case .notify(let notice) = effect.kind { (effect.subject, effect.dueAt, notice) } else { nil }
        }
    }

    @Test func `an approval that begins to wait tells its topic`() throws {
        var probe = try EngineProbe("Source: a>app | Gate: ok!") {
            $0.change("a") { $0.namespace = "src" }
            $0.change("ok") {
                $0.timeoutInMinutes = 90
                $0.configuration = [
                    "NotificationArn": .plain("arn:aws:sns:eu-west-1:000000000000:topic"),
                    "ExternalEntityLink": .plain("https://example.com/#{src.CommitId}"),
                    "CustomData": .plain("Review #{src.CommitId}"), "BindToArtifacts": .plain("true"),
                ]
            }
        }
        probe.settings = EngineSettings(region: "eu-west-1")
        var output = try probe.attempt("a").outputArtifacts[0]
        output.sha256 = "ab"
        try probe.perform(
            .actionSucceeded(
                try probe.reference("a"), ActionResult(outputs: [output], variables: ["CommitId": "abc"])))
        let sent = try #require(Self.notices(probe).first)
        let token = try #require(try probe.attempt("ok").approvalToken)
        #expect(
            sent.notice
                == ApprovalNotice(
                    topic: "arn:aws:sns:eu-west-1:000000000000:topic", region: "eu-west-1", pipeline: "world",
                    stage: "Gate", action: "ok", token: token, expires: 1001 + 5400,
                    externalEntityLink: "https://example.com/abc", customData: "Review abc", digests: ["app": "ab"]))
        #expect(sent.due == 1001)
        guard case .errand(let id) = sent.subject else {
            Issue.record("a notice is an errand: the approval's end doesn't cancel it")
            return
        }
        #expect(id.rawValue != token)
        // A retry asks, and tells, anew.
        try probe.run("reject ok, retry Gate 1")
        #expect(Self.notices(probe).count == 2)
    }

    @Test func `an approval without a topic tells nobody`() throws {
        var probe = try EngineProbe("Source: a | Gate: ok!")
        try probe.run("ok a")
        #expect(Self.notices(probe).isEmpty)
    }

    private static let sample = ApprovalNotice(
        topic: "t", region: "us-east-2", pipeline: "MyFirstPipeline", stage: "MyApprovalStage",
        action: "MyApprovalAction", token: "12345678-abcd", expires: 1_467_922_979,
        externalEntityLink: "http://example.com", customData: "Review \"it\"\n\r\t\\ \u{1} é")

    @Test func `the message is CodePipeline's`() throws {
        let message = Self.sample.snsMessage(consoleLinkBase: "https://console.example/home#/")
        #expect(message.subject == "APPROVAL NEEDED: AWS CodePipeline MyFirstPipeline for action MyApprovalAction")
        #expect(
            message.body
                == #"{"region":"us-east-2","consoleLink":"https://console.example/home#/view/MyFirstPipeline","#
                + #""approval":{"pipelineName":"MyFirstPipeline","stageName":"MyApprovalStage","#
                + #""actionName":"MyApprovalAction","token":"12345678-abcd","expires":"2016-07-07T20:22Z","#
                + #""externalEntityLink":"http://example.com","approvalReviewLink":"https://console.example/home#"#
                + #"/view/MyFirstPipeline/MyApprovalStage/MyApprovalAction/approve/12345678-abcd","#
                + #""customData":"Review \"it\"\n\r\t\\ \u0001 é"}}"#)
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(message.body.utf8)) }
    }

    @Test func `what is absent is left out, and digests only where the approval is bound`() {
        var notice = Self.sample
        (notice.externalEntityLink, notice.customData) = (nil, nil)
        let body = notice.snsMessage(consoleLinkBase: "b").body
        #expect(!body.contains("externalEntityLink") && !body.contains("customData"))
        #expect(!body.contains("artifactDigests"))
        notice.digests = ["b": "02", "a": "01"]
        #expect(notice.snsMessage(consoleLinkBase: "b").body.hasSuffix(#","artifactDigests":{"a":"01","b":"02"}}}"#))
    }

    @Test func `a subject has 100 characters at most`() {
        var notice = Self.sample
        notice.pipeline = PipelineName(String(repeating: "p", count: 100))
        let subject = notice.snsMessage(consoleLinkBase: "").subject
        #expect(subject.count == 100)
        #expect(subject.hasSuffix("ppp..."))
    }
}
