import Foundation

/// `wrk` with a script that gives every request a delivery id of its own over the same signed body.
struct LoadGenerator {
    struct Load {
        let requestsPerSecond: Double
        /// Milliseconds.
        let p50: Double
        let p99: Double
        let failures: Int
    }

    static let connections = 64
    private let folder: URL

    /// - Parameter varying: a commit in the body in whose place each request has one of its own; then the signature is
    ///   not the body's.
    init(body: Data, varying commit: String = "", in folder: URL) throws {
        self.folder = folder
        try body.write(to: folder.appending(path: "body"))
        try Data(Self.script(PushBody.signature(of: body), commit).utf8).write(to: folder.appending(path: "load.lua"))
    }

    func run(_ url: String, seconds: Int) throws -> Load {
        let output = folder.appending(path: "wrk.out")
        let command = [
            "wrk", "-t1", "-c\(Self.connections)", "-d\(seconds)s", "-s", folder.appending(path: "load.lua").path, url,
            "--", folder.appending(path: "body").path, UUID().uuidString.prefix(8).lowercased(),
        ]
        try ChildProcess.run(command, output: output)
        let written = try String(contentsOf: output, encoding: .utf8)
        let line = written.split(separator: "\n").first { $0.hasPrefix("RESULT ") }
        let numbers = line?.split(separator: " ").dropFirst().compactMap { Double($0) } ?? []
        guard numbers.count == 5 else { throw BenchFailure("wrk said nothing readable: \(written)") }
        return Load(
            requestsPerSecond: numbers[0] / (numbers[1] / 1e6), p50: numbers[2] / 1000, p99: numbers[3] / 1000,
            failures: Int(numbers[4]))
    }

    private static func script(_ signature: String, _ commit: String) -> String {
        """
        local counter, head, tail, seed, rest = 0
        function init(args)
            local file = io.open(args[1], "rb")
            local body = file:read("*a")
            file:close()
            seed = args[2]
            head = "POST " .. wrk.path .. " HTTP/1.1\\r\\nHost: " .. wrk.host .. "\\r\\n" ..
                "User-Agent: GitHub-Hookshot/bench\\r\\nAccept: */*\\r\\nContent-Type: application/json\\r\\n" ..
                "X-GitHub-Event: push\\r\\nX-GitHub-Hook-ID: 1\\r\\nX-Hub-Signature-256: \(signature)\\r\\n" ..
                "Content-Length: " .. #body .. "\\r\\nX-GitHub-Delivery: "
            local first, last = body:find("\(commit)", 1, true)
            if last >= first then
                tail, rest = "\\r\\n\\r\\n" .. body:sub(1, first - 1), body:sub(last + 1)
            else
                tail = "\\r\\n\\r\\n" .. body
            end
        end
        function request()
            counter = counter + 1
            local id = string.format("%s-0000-4000-8000-%012x", seed, counter)
            if rest then return head .. id .. tail .. string.format("%s%032x", seed, counter) .. rest end
            return head .. id .. tail
        end
        function done(summary, latency, requests)
            local errors = summary.errors
            io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99),
                errors.status + errors.connect + errors.read + errors.write + errors.timeout))
        end
        """
    }
}
