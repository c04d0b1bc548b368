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
        @Option(help: "Only those of this hook, by its name or id.") var hook: String?
        @Option(help: "Only those with this outcome, e.g. accepted or wrong-signature.") var outcome: String?
        @Flag(help: "Only those that could not be read or looked into and wait for a replay.") var parked = false
        @Option(help: "Only those since then, e.g. 90m, 12h, 3d or 2026-11-23T08:00:00Z.") var since: String?

        private struct Input: Encodable, Sendable {
            var maxResults: Int
            var before: Int64?
            var hook: String?
            var outcome: String?
            var parked: Bool
            var since: Int64?
        }

        func run() async throws {
            let input = Input(
                maxResults: limit, before: before, hook: hook, outcome: outcome, parked: parked,
                since: try since.map { try DeliveryText.time($0) })
            let list = try await call("ListDeliveries", input, as: DeliveryList.self, place)
            guard output.output == .text else { return try CommandOutput.json(list) }
            CommandOutput.table(
                list.deliveries.map { delivery in
                    [
                        String(delivery.sequence), delivery.receivedAt.formatted(.iso8601), delivery.hook,
                        delivery.event, delivery.state ?? delivery.outcome, DeliveryText.summary(delivery),
                    ]
                }, header: ["NUMBER", "RECEIVED", "HOOK", "EVENT", "OUTCOME", "WHAT IT DID"])
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one delivery, what it did and its body.")

        enum Format: String, ExpressibleByArgument, Sendable, CaseIterable { case json, cloudevents, cdevents }

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The delivery's number.") var number: Int64
        @Option(help: "Only its normalised events: in our own words (json), as CloudEvents 1.0 or as CDEvents 0.4.")
        var format: Format?

        private struct Input: Encodable, Sendable {
            var sequence: Int64
            var format: String?
        }

        func run() async throws {
            if let format, format != .json {
                let input = Input(sequence: number, format: format.rawValue)
                let found = try await call("GetDeliveryEvents", input, as: DeliveryEvents.self, place)
                if let left = found.withoutForm, !left.isEmpty {
                    CommandOutput.remark(
                        "penstock: CDEvents has no event for \(left.joined(separator: ", ")); --format cloudevents has")
                }
                return try CommandOutput.json(found.events)
            }
            let delivery = try await call("GetDelivery", ["sequence": number], as: DeliveryView.self, place)
            if format == .json { return try CommandOutput.json(delivery.events ?? []) }
            guard output.output == .text else { return try CommandOutput.json(delivery) }
            for line in DeliveryText.lines(delivery) { CommandOutput.line(line) }
            if let body = delivery.body, !body.isEmpty { CommandOutput.text(String(decoding: body, as: UTF8.self)) }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a verified delivery again; it is read anew and matched with the pipelines of today.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The delivery's number.") var number: Int64
        @Option(help: "Only for this pipeline.") var pipeline: String?
        @Flag(help: "Say what would be started and what not, and start nothing.") var dryRun = false

        private struct Input: Encodable, Sendable {
            var sequence: Int64
            var pipeline: String?
        }

        func run() async throws {
            let input = Input(sequence: number, pipeline: pipeline)
            guard !dryRun else { return try await rehearse(input) }
            let replay = try await call("ReplayDelivery", input, as: ReplayView.self, place)
            guard output.output == .text else { return try CommandOutput.json(replay) }
            CommandOutput.line("replayed as delivery \(replay.sequence)")
            for decision in replay.decisions { CommandOutput.line(DeliveryText.line(decision)) }
        }

        private func rehearse(_ input: Input) async throws {
            let rehearsal = try await call("RehearseDelivery", input, as: RehearsalView.self, place)
            guard output.output == .text else { return try CommandOutput.json(rehearsal) }
            for decision in rehearsal.decisions {
                let what = decision.wouldStart ? "would start" : "would not start"
                CommandOutput.line("  \(what) \(decision.pipeline ?? "any pipeline"): \(decision.reason)")
            }
        }
    }
}

/// Deliveries in lines for people.
enum DeliveryText {
    static func summary(_ delivery: DeliveryView) -> String {
        if let reason = delivery.stateReason ?? delivery.reason { return reason }
        let started = delivery.decisions.filter { $0.started != nil }.compactMap(\.pipeline)
        if !started.isEmpty { return "started " + started.joined(separator: ", ") }
        // The weightiest decision stands first.
        guard let first = delivery.decisions.first else { return "" }
        let others = delivery.decisions.count - 1
        return (first.pipeline.map { "\($0): " } ?? "") + first.reason + (others > 0 ? " (and \(others) more)" : "")
    }

    static func lines(_ delivery: DeliveryView) -> [String] {
        var lines = [
            "delivery \(delivery.sequence): \(delivery.outcome)\(delivery.state.map { ", \($0)" } ?? "")",
            "  id        \(delivery.deliveryId)", "  hook      \(delivery.hook) (\(delivery.provider))",
            "  event     \(delivery.event)", "  received  \(delivery.receivedAt.formatted(.iso8601))",
        ]
        switch delivery.origin {
        case "recovered": lines.append("  it was read from the host's own log: no attempt of the host had arrived")
        case "refs": lines.append("  nothing was delivered: a look at the repository's refs has found it")
        default: break
        }
        if let original = delivery.replayOf { lines.append("  replay of \(original)") }
        if let situation = delivery.situation { lines.append("  state     \(situation)") }
        if let reason = delivery.reason { lines.append("  reason    \(reason)") }
        lines += delivery.headers.sorted { $0.key < $1.key }.map { "  header    \($0.key): \($0.value)" }
        return lines + delivery.decisions.map(line)
    }

    static func line(_ decision: DecisionView) -> String {
        let what = decision.started.map { "started \($0)" } ?? "not started"
        return "  \(decision.pipeline ?? "all pipelines"): \(what): \(decision.reason)"
    }

    /// Seconds since 1970 of a time, or of one that is so long ago.
    static func time(_ text: String, now: Date = Date()) throws -> Int64 {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count >= 0 {
            return Int64(now.timeIntervalSince1970 - count * unit)
        }
        guard let time = try? Date(text, strategy: .iso8601) else {
            throw ValidationError("--since must be like 90m, 12h, 3d or 2026-11-23T08:00:00Z, not '\(text)'")
        }
        return Int64(time.timeIntervalSince1970)
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
