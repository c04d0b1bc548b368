/// Something dear that all tests share: made by the first who asks; the others wait for it.
actor Once<Value: Sendable> {
    private let make: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    var value: Value {
        get async throws {
            let task = task ?? Task { try await make() }
            self.task = task
            return try await task.value
        }
    }
}
