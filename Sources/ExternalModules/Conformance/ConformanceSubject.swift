import Foundation
import PluginKit

/// What a module lacks for conformance.
struct ConformanceComplaint: Error {
    let message: String
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
            if let complaint { throw ConformanceComplaint(message: complaint) }
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
        case .success: throw ConformanceComplaint(message: "health got an answer of another type")
        case .failure(let fault): throw ConformanceComplaint(message: "\(fault)")
        }
    }
}
