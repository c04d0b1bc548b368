package import Foundation
import Isolation
package import Logging
import PipelineModel
package import PluginKit

/// The conformance suite: does an external module keep the protocol? For `penstock modules check`.
///
/// Everything is done to a process of its own, with a state folder of its own; the gateway's is not touched.
package struct ModuleConformance: Sendable {
    package struct Check: Sendable, Codable, Equatable {
        package var name: String
        package var passed: Bool
        /// What was seen; why it isn't enough.
        package var message: String
    }

    let folder: URL
    let settings: SettingValue
    let scratch: URL
    let hidden: [URL]
    let logger: Logger
    let report: @Sendable (Check) -> Void

    /// - Parameters:
    ///   - settings: the module's settings, secrets in place.
    ///   - scratch: an empty folder; the caller removes it.
    ///   - hidden: folders and files that the module must not see.
    ///   - report: called with each check as it is done.
    package init(
        folder: URL, settings: SettingValue, scratch: URL, hidden: [URL] = [], logger: Logger,
        report: @escaping @Sendable (Check) -> Void
    ) {
        self.folder = folder
        self.settings = settings
        self.scratch = scratch
        self.hidden = hidden
        self.logger = logger
        self.report = report
    }

    /// - Returns: whether every check has passed. Without a usable manifest or a hello, the others aren't made.
    package func run() async -> Bool {
        let manifest: ModuleManifest
        let module: ModuleSettings
        do {
            manifest = try ManifestReader.read(folder)
            module = try ModuleSettings(settings, of: manifest)
            report(Check(name: "manifest", passed: true, message: "\(manifest.name): \(manifest.summary)"))
        } catch {
            report(Check(name: "manifest", passed: false, message: "\(error)"))
            return false
        }
        let subject = ConformanceSubject(
            manifest: manifest, settings: module,
            room: ModuleRoom(
                stateFolder: scratch.appending(path: "state"), backstage: scratch.appending(path: "backstage"),
                hidden: hidden, logger: logger))
        guard await check("hello", { try await hello(subject) }) else { return false }
        var passed = true
        for (name, body) in protocolChecks(subject) where !(await check(name, body)) { passed = false }
        for (name, body) in sampleChecks(subject) where !(await check(name, body)) { passed = false }
        return passed
    }

    private func check(_ name: String, _ body: () async throws -> String) async -> Bool {
        do {
            report(Check(name: name, passed: true, message: try await body()))
            return true
        } catch let error as ConformanceComplaint {
            report(Check(name: name, passed: false, message: error.message))
        } catch {
            report(Check(name: name, passed: false, message: "\(error)"))
        }
        return false
    }

    private func hello(_ subject: ConformanceSubject) async throws -> String {
        let start = ContinuousClock.now
        return try await subject.live { _ in
            let isolation = subject.settings.terms.isolation == .none ? "without isolation" : "isolated"
            let taken = Int((.now - start) / .milliseconds(1))
            return "protocol \(ModuleManifest.protocolVersion), after \(taken) ms, \(isolation)"
        }
    }

    private typealias Body = @Sendable () async throws -> String

    private func protocolChecks(_ subject: ConformanceSubject) -> [(String, Body)] {
        [
            ("health", { try await subject.live { try await subject.health($0) } }),
            ("unknown request", { try await subject.live { try await unknownRequest($0) } }),
            ("unknown cancel", { try await subject.live { try await unknownCancel($0, subject) } }),
            ("no JSON", { try await subject.live { try await noJSON($0, subject) } }),
            ("killed and started again", { try await startedAgain(subject) }),
            ("end of input", { try await ends(subject) { $0.endInput() } }),
            ("shutdown", { try await ends(subject) { $0.end(.gentle) } }),
        ]
    }

    private func unknownRequest(_ process: ModuleProcess) async throws -> String {
        switch await process.ask(.other("penstock-check"), within: .seconds(5)) {
        case .success(.failed(let failure)): return "refused as \(failure.type.rawValue)"
        case .success:
            throw ConformanceComplaint(message: "a request of an unknown type must be answered with an error")
        case .failure(let fault): throw ConformanceComplaint(message: "\(fault); it must be answered with an error")
        }
    }

    private func unknownCancel(_ process: ModuleProcess, _ subject: ConformanceSubject) async throws -> String {
        process.write(raw: Data(#"{"id":"999999","type":"cancel"}"#.utf8 + [UInt8(ascii: "\n")]))
        _ = try await subject.health(process)
        return "passed over"
    }

    /// It may end or pass the line over; it must not hang.
    private func noJSON(_ process: ModuleProcess, _ subject: ConformanceSubject) async throws -> String {
        process.write(raw: Data("{ this is no JSON\n".utf8))
        switch await process.ask(.health, within: .seconds(5)) {
        case .success(.health): return "passed over"
        case .success: throw ConformanceComplaint(message: "the health that was asked afterwards got another answer")
        case .failure(.ended): return "the module ended itself"
        case .failure(let fault): throw ConformanceComplaint(message: "\(fault)")
        }
    }

    private func startedAgain(_ subject: ConformanceSubject) async throws -> String {
        _ = try await subject.live { process in
            process.end(.kill("the check killed it"))
            return await process.end()
        }
        return try await subject.live { try await subject.health($0) }
    }

    private func ends(
        _ subject: ConformanceSubject, _ how: @escaping @Sendable (ModuleProcess) -> Void
    ) async throws -> String {
        let limit = subject.manifest.timeouts.stop
        return try await subject.live { process in
            let start = ContinuousClock.now
            how(process)
            let reason = await process.end()
            guard reason.contains("ended with exit code") else {
                throw ConformanceComplaint(message: "it did not end by itself within \(limit): \(reason)")
            }
            return "ended after \(Int((.now - start) / .milliseconds(1))) ms"
        }
    }

    private func sampleChecks(_ subject: ConformanceSubject) -> [(String, Body)] {
        let samples: [ConformanceSample]
        do {
            samples = try ConformanceSample.all(in: folder.appending(path: "samples"))
        } catch {
            return [("samples", { throw error })]
        }
        guard !samples.isEmpty else {
            return [("samples", { "none; put some in samples/NAME.json to have translations and jobs checked" })]
        }
        return samples.flatMap { sample -> [(String, Body)] in
            let trial = SampleTrial(sample: sample, subject: subject, scratch: subject.room.jobs)
            guard sample.given.action != nil else {
                return [("sample \(sample.name)", { try await trial.translation() })]
            }
            var checks: [(String, Body)] = [
                ("sample \(sample.name)", { try await trial.job() }),
                ("sample \(sample.name), cancelled", { try await trial.cancelledJob() }),
            ]
            if trial.hasEnd { checks.append(("sample \(sample.name), ended", { try await trial.endedJob() })) }
            return checks
        }
    }
}
