package import Foundation
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

    struct Complaint: Error {
        let message: String
    }

    let folder: URL
    let settings: SettingValue
    let scratch: URL
    let logger: Logger
    let report: @Sendable (Check) -> Void

    /// - Parameters:
    ///   - settings: the module's settings, secrets in place.
    ///   - scratch: an empty folder; the caller removes it.
    ///   - report: called with each check as it is done.
    package init(
        folder: URL, settings: SettingValue, scratch: URL, logger: Logger, report: @escaping @Sendable (Check) -> Void
    ) {
        self.folder = folder
        self.settings = settings
        self.scratch = scratch
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
            room: ModuleRoom(stateFolder: scratch.appending(path: "state"), logger: logger))
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
        } catch let error as Complaint {
            report(Check(name: name, passed: false, message: error.message))
        } catch {
            report(Check(name: name, passed: false, message: "\(error)"))
        }
        return false
    }

    private func hello(_ subject: ConformanceSubject) async throws -> String {
        let start = ContinuousClock.now
        return try await subject.live { _ in
            "protocol \(ModuleManifest.protocolVersion), after \(Int((.now - start) / .milliseconds(1))) ms"
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
        case .success: throw Complaint(message: "a request of an unknown type must be answered with an error")
        case .failure(let fault): throw Complaint(message: "\(fault); it must be answered with an error")
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
        case .success: throw Complaint(message: "the health that was asked afterwards got another answer")
        case .failure(.ended): return "the module ended itself"
        case .failure(let fault): throw Complaint(message: "\(fault)")
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
                throw Complaint(message: "it did not end by itself within \(limit): \(reason)")
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
            let trial = SampleTrial(sample: sample, subject: subject, scratch: scratch.appending(path: "jobs"))
            guard sample.given.action != nil else {
                return [("sample \(sample.name)", { try await trial.translation() })]
            }
            return [
                ("sample \(sample.name)", { try await trial.job() }),
                ("sample \(sample.name), cancelled", { try await trial.cancelledJob() }),
            ]
        }
    }
}

/// The module that is checked.
struct ConformanceSubject: Sendable {
    let manifest: ModuleManifest
    let settings: ModuleSettings
    let room: ModuleRoom

    /// Runs a part of the suite against a process of its own, which has said hello and is ended afterwards.
    func live<Value: Sendable>(_ body: @Sendable (ModuleProcess) async throws -> Value) async throws -> Value {
        let (hellos, hello) = AsyncStream<String?>.makeStream()
        let process = ModuleProcess(
            manifest, settings: settings, room: room, ready: { _ in hello.yield(nil) }, ended: { hello.yield($0) })
        for await complaint in hellos {
            if let complaint { throw ModuleConformance.Complaint(message: complaint) }
            break
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(process)) } catch { result = .failure(error) }
        process.end(.gentle)
        _ = await process.end()
        return try result.get()
    }

    func health(_ process: ModuleProcess) async throws -> String {
        switch await process.ask(.health, within: manifest.timeouts.health) {
        case .success(.health(let findings)):
            let bad = findings.filter { $0.status != .ok }.map { "\($0.name): \($0.message)" }
            return bad.isEmpty ? "answered" : "answered, not whole: \(bad.joined(separator: "; "))"
        case .success: throw ModuleConformance.Complaint(message: "health got an answer of another type")
        case .failure(let fault): throw ModuleConformance.Complaint(message: "\(fault)")
        }
    }
}
