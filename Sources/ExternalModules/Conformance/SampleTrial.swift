import Foundation
import PipelineModel
import PluginKit

/// One sample, tried on a module: twice, because everything may be asked twice.
struct SampleTrial: Sendable {
    typealias Complaint = ConformanceComplaint

    let sample: ConformanceSample
    let subject: ConformanceSubject
    let scratch: URL

    func translation() async throws -> String {
        let names = subject.manifest.webhooks.map(\.name)
        guard let webhook = sample.given.webhook, names.contains(webhook) else {
            throw Complaint(message: "a sample names an action, or a webhook out of \(names.joined(separator: ", "))")
        }
        let request = ModuleRequest.translate(webhook: webhook, try sample.delivery, withoutHeaders: [])
        return try await subject.live { process in
            let limit = subject.manifest.timeouts.translate
            let first = try await process.ask(request, within: limit).get()
            let second = try await process.ask(request, within: limit).get()
            guard first == second else { throw Complaint(message: "asked twice, it answers differently") }
            try compare(first)
            return Self.words(first) + (sample.golden == nil ? "; nothing to compare it with" : "")
        }
    }

    private func compare(_ answer: ModuleAnswer) throws {
        guard let golden = sample.golden else { return }
        let isExpected =
            switch answer {
            case .events(let events): events == golden.events
            case .ignored(let reason): reason == golden.ignored
            case .failed(let failure): failure.type.rawValue == golden.error
            default: false
            }
        guard isExpected else {
            throw Complaint(message: "it answers \(Self.words(answer)), not what \(sample.name).golden.json says")
        }
    }

    private static func words(_ answer: ModuleAnswer) -> String {
        switch answer {
        case .events(let events): "\(events.count) \(events.count == 1 ? "event" : "events")"
        case .ignored(let reason): "ignored: \(reason)"
        case .failed(let failure): "\(failure.type.rawValue): \(failure.message)"
        case .succeeded: "succeeded"
        case .pending: "pending"
        case .health: "health"
        case .ended: "ended"
        }
    }

    func job() async throws -> String {
        let type = try type()
        return try await subject.live { process in
            let first = try await outcome(process, type)
            let second = try await outcome(process, type)
            guard first == second else { throw Complaint(message: "run twice with one id, it ends differently") }
            return "\(first), twice" + (sample.golden == nil ? "; nothing to compare it with" : "")
        }
    }

    private func outcome(_ process: ModuleProcess, _ type: ActionTypeDescription) async throws -> String {
        let job = try SampleJob(sample, type: type, in: scratch.appending(path: sample.name)).job
        let answer = try await process.ask(.run(job), within: .seconds(min(type.timeout, 300))).get()
        let outcome: String
        var made = ActionSuccess()
        switch answer {
        case .succeeded(let success):
            outcome = "succeeded"
            made = try OutputPlaces(job: job).success(success)
        case .pending: outcome = "pending"
        case .failed(let failure): outcome = failure.type.rawValue
        default: throw Complaint(message: "a job was answered with \(Self.words(answer))")
        }
        guard let golden = sample.golden else { return outcome }
        guard golden.outcome.map({ $0 == outcome }) ?? true else {
            throw Complaint(message: "the job's outcome is \(Self.words(answer)), not \(golden.outcome ?? "")")
        }
        if let variables = golden.variables, variables != made.variables {
            throw Complaint(message: "the variables are \(made.variables), not \(variables)")
        }
        try compareFiles(golden.files ?? [:], made)
        return outcome
    }

    private func compareFiles(_ files: [String: [String: String]], _ made: ActionSuccess) throws {
        for (artifact, contents) in files {
            for (path, text) in contents {
                guard case .directory(let folder)? = made.outputs[ArtifactName(artifact)],
                    let found = FileManager.default.contents(atPath: folder.appending(path: path).path)
                else { throw Complaint(message: "the output \(artifact) has no file \(path)") }
                guard String(decoding: found, as: UTF8.self) == text else {
                    throw Complaint(message: "\(path) of the output \(artifact) is not as expected")
                }
            }
        }
    }

    /// A job that is cancelled at once has its last word in time, and the module goes on.
    func cancelledJob() async throws -> String {
        let type = try type()
        return try await subject.live { process in
            let job = try SampleJob(sample, type: type, in: scratch.appending(path: "\(sample.name)-cancelled")).job
            let start = ContinuousClock.now
            let ending = await withTaskGroup(of: ModuleProcess.Result.self) { group in
                group.addTask { await process.ask(.run(job), within: nil) }
                group.cancelAll()
                return await group.next() ?? .failure(.busy)
            }
            if case .failure(let fault) = ending {
                throw Complaint(message: "a cancelled job must get its last word: \(fault)")
            }
            let milliseconds = Int((.now - start) / .milliseconds(1))
            _ = try await subject.health(process)
            return "ended after \(milliseconds) ms"
        }
    }

    private func type() throws -> ActionTypeDescription {
        guard let action else {
            let known = subject.manifest.actions.map(Self.name)
            throw Complaint(message: "the sample's action must be one of \(known.joined(separator: ", "))")
        }
        return action.type
    }

    private var action: ModuleManifest.Action? {
        subject.manifest.actions.first { Self.name($0) == sample.given.action }
    }

    private static func name(_ action: ModuleManifest.Action) -> String {
        "\(action.type.id.category.rawValue)/\(action.type.id.provider)"
    }

    var hasEnd: Bool { action?.hasEnd ?? false }

    /// The end of an action that was never begun, of one that has been run, and once more: all are ended.
    func endedJob() async throws -> String {
        let type = try type()
        return try await subject.live { process in
            let job = try SampleJob(sample, type: type, in: scratch.appending(path: "\(sample.name)-ended")).job
            func end(_ when: String, _ token: String? = nil) async throws {
                let given = GivenJob(type: type.id, continuationToken: token)
                let answer = try await process.ask(.end(job.id, given), within: subject.manifest.timeouts.end).get()
                guard answer == .ended else {
                    throw Complaint(message: "\(when) it answers \(Self.words(answer)), not ended")
                }
            }
            try await end("told to end what it was never given,")
            let answer = try await process.ask(.run(job), within: .seconds(min(type.timeout, 300))).get()
            var token: String?
            if case .pending(let inner, _, _) = answer { token = PassedToken.asked(inner) }
            try await end("told to end a job,", token)
            try await end("told to end a job twice,", token)
            return "ended, twice"
        }
    }
}
