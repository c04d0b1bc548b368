import ArgumentParser
import Foundation
import PenstockServer

struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The webhook journal of a running gateway.", subcommands: [List.self, Show.self, Replay.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "How many, 1 to 1000.") var limit: Int = 50
        @Option(help: "Only deliveries before this number.") var before: Int64?

        func run() async throws {
            var input: [String: Int64] = ["maxResults": Int64(limit)]
            input["before"] = before
            let list = try await call("ListDeliveries", input, as: DeliveryList.self, place)
            guard output.output == .text else { return try CommandOutput.json(list) }
            CommandOutput.table(
                list.deliveries.map { delivery in
                    [
                        String(delivery.sequence), delivery.receivedAt.formatted(.iso8601), delivery.hook,
                        delivery.event, delivery.outcome, summary(delivery),
                    ]
                }, header: ["NUMBER", "RECEIVED", "HOOK", "EVENT", "OUTCOME", "WHAT IT DID"])
        }

        private func summary(_ delivery: DeliveryView) -> String {
            if let reason = delivery.reason { return reason }
            let started = delivery.decisions.filter { $0.started != nil }.compactMap(\.pipeline)
            if !started.isEmpty { return "started " + started.joined(separator: ", ") }
            return delivery.decisions.first?.reason ?? ""
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one delivery, what it did and its body.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The delivery's number.") var number: Int64

        func run() async throws {
            let delivery = try await call("GetDelivery", ["sequence": number], as: DeliveryView.self, place)
            guard output.output == .text else { return try CommandOutput.json(delivery) }
            CommandOutput.line("delivery \(delivery.sequence): \(delivery.outcome)")
            CommandOutput.line("  id        \(delivery.deliveryId)")
            CommandOutput.line("  hook      \(delivery.hook) (\(delivery.provider))")
            CommandOutput.line("  event     \(delivery.event)")
            CommandOutput.line("  received  \(delivery.receivedAt.formatted(.iso8601))")
            if let original = delivery.replayOf { CommandOutput.line("  replay of \(original)") }
            if let reason = delivery.reason { CommandOutput.line("  reason    \(reason)") }
            for decision in delivery.decisions {
                let subject = decision.pipeline ?? "all pipelines"
                let what = decision.started.map { "started \($0)" } ?? "not started"
                CommandOutput.line("  \(subject): \(what): \(decision.reason)")
            }
            if let body = delivery.body, !body.isEmpty { CommandOutput.line(String(decoding: body, as: UTF8.self)) }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run an accepted delivery again; it is matched with the pipelines of today.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The delivery's number.") var number: Int64

        func run() async throws {
            let replay = try await call("ReplayDelivery", ["sequence": number], as: ReplayView.self, place)
            guard output.output == .text else { return try CommandOutput.json(replay) }
            CommandOutput.line("replayed as delivery \(replay.sequence)")
            for decision in replay.decisions {
                let what = decision.started.map { "started \($0)" } ?? "not started"
                CommandOutput.line("  \(decision.pipeline ?? "all pipelines"): \(what): \(decision.reason)")
            }
        }
    }
}

/// One call to the gateway that the place options lead to.
func call<Answer: Decodable & Sendable>(
    _ operation: String, _ input: some Encodable & Sendable = [String: Int64](), as type: Answer.Type,
    _ place: PlaceOptions
) async throws -> Answer {
    let client = try PenstockClient(place.settings())
    do {
        let answer = try await client.call(operation, input, as: type)
        await client.close()
        return answer
    } catch {
        await client.close()
        throw error
    }
}
