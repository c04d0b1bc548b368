import Foundation

/// Work that blocks, on a thread that lives as long as the work: what it starts may be bound to its life.
package enum OwnThread {
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: work()) }
            thread.name = "build"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }
}
