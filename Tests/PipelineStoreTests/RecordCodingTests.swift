import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

@Suite struct RecordCodingTests {
    static let texts = [
        "", "plain", "a \"quoted\" word", #"back\slash"#, "tab\tand\u{0}\u{1f} and \u{7f}", "Zoë 🚰",
        "</script>\u{2028}",
        "\r\n",
    ]

    @Test(arguments: texts) func `what is written is what a decoder reads`(text: String) throws {
        let coding = RecordCoding()
        let headers = ["x-\(text)": text, "accept": "*/*", text: ""]
        #expect(try coding.value([String: String].self, from: coding.blob(headers), at: "here") == headers)
        let decisions = [
            DeliveryDecision(pipeline: nil, started: nil, reason: text),
            DeliveryDecision(pipeline: PipelineName("p"), started: ExecutionID(text), reason: text),
            DeliveryDecision(pipeline: "p", started: nil, reason: "", question: SubjectID(rawValue: text)),
        ]
        #expect(try coding.value([DeliveryDecision].self, from: coding.blob(decisions), at: "here") == decisions)
    }

    @Test func `nothing is written as nothing`() throws {
        let coding = RecordCoding()
        #expect(String(decoding: try coding.blob([String: String]()), as: UTF8.self) == "{}")
        #expect(String(decoding: try coding.blob([DeliveryDecision]()), as: UTF8.self) == "[]")
    }
}
