import ArgumentParser
import PenstockServer

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why something happened, or did not, and what holds what now.",
        subcommands: [Execution.self, Pipeline.self, Delivery.self])

    struct Execution: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell an execution's story: why it started, what it waited for, each decision with its rule.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The execution's id.") var id: String

        func run() async throws {
            let explanation = try await call(
                "ExplainExecution", ["execution": id], as: ExecutionExplanation.self, place)
            guard output.output == .text else { return try CommandOutput.json(explanation) }
            ExplanationText.lines(explanation).forEach(CommandOutput.line)
        }
    }

    struct Pipeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what holds what now: each stage's execution, who waits and why, what comes next.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The pipeline's name.") var name: String

        func run() async throws {
            let explanation = try await call(
                "ExplainPipeline", ["pipeline": name], as: PipelineExplanation.self, place)
            guard output.output == .text else { return try CommandOutput.json(explanation) }
            ExplanationText.lines(explanation).forEach(CommandOutput.line)
        }
    }

    struct Delivery: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a webhook delivery did to each pipeline, and why not more.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The delivery's number; see penstock deliveries list.") var number: Int64

        func run() async throws {
            let delivery = try await call("GetDelivery", ["sequence": number], as: DeliveryView.self, place)
            guard output.output == .text else { return try CommandOutput.json(delivery) }
            ExplanationText.lines(delivery).forEach(CommandOutput.line)
        }
    }
}
