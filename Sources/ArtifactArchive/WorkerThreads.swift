import Foundation

/// A fixed number of threads that run one body each and are waited for: compression must not block the shared pool.
struct WorkerThreads {
    private let running: Monitor<Int>

    static func start(_ count: Int, named name: String, _ body: @escaping @Sendable () -> Void) -> WorkerThreads {
        let running = Monitor(count)
        for number in 1...count {
            let thread = Thread {
                body()
                running.change { $0 -= 1 }
            }
            thread.name = "\(name)-\(number)"
            thread.stackSize = 1 << 20
            thread.start()
        }
        return WorkerThreads(running: running)
    }

    /// Returns when every body has returned; what the bodies borrow may be closed after that, not before.
    func join() {
        running.wait { $0 == 0 ? () : nil }
    }
}
