import Foundation

/// Looks until `probe` gives a value.
///
/// - Throws: ``TimedOut`` with what was waited for; what the probe throws ends the waiting.
func waiting<Value>(
    for what: String, upTo limit: Duration = .seconds(60), every pause: Duration = .milliseconds(50),
    _ probe: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await probe() { return value }
        guard ContinuousClock.now < deadline else { throw TimedOut("waited \(limit) for \(what)") }
        try await Task.sleep(for: pause)
    }
}

/// Looks until `condition` holds.
///
/// - Throws: ``TimedOut`` with what was waited for; what the condition throws ends the waiting.
func waiting(
    until what: String, upTo limit: Duration = .seconds(60), every pause: Duration = .milliseconds(50),
    _ condition: () async throws -> Bool
) async throws {
    let _: Bool = try await waiting(for: what, upTo: limit, every: pause) { try await condition() ? true : nil }
}
