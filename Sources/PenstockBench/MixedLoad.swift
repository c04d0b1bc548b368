import Foundation

/// `wrk` with deliveries of several hosts in turn, until so many have been answered.
struct MixedLoad {
    struct Taken {
        let requests: Int
        let requestsPerSecond: Double
        /// Milliseconds.
        let p99: Double
        let failures: Int
    }

    private let folder: URL

    init(_ samples: [HostSample], in folder: URL) throws {
        self.folder = folder
        var entries: [String] = []
        for (index, sample) in samples.enumerated() {
            try sample.body.write(to: folder.appending(path: "body-\(index)"))
            let lines = sample.headers.map { "\($0.name): \($0.value)\\r\\n" }.joined()
            entries.append("{path=\"/hooks/hook-\(sample.scheme)\", head=\"\(lines)\", id=\"\(sample.idHeader)\"}")
        }
        try Data(Self.script(entries, folder).utf8).write(to: folder.appending(path: "mixed.lua"))
    }

    /// A second of load at a time: wrk counts by the clock.
    func run(port: Int, count: Int) throws -> Taken {
        var (requests, seconds, p99, failures) = (0, 0.0, [Double](), 0)
        while requests < count {
            let output = folder.appending(path: "mixed.out")
            try ChildProcess.run(
                [
                    "wrk", "-t1", "-c\(LoadGenerator.connections)", "-d1s", "-s",
                    folder.appending(path: "mixed.lua").path, "http://127.0.0.1:\(port)/", "--",
                    UUID().uuidString.prefix(8).lowercased(),
                ], output: output)
            let written = try String(contentsOf: output, encoding: .utf8)
            let line = written.split(separator: "\n").first { $0.hasPrefix("RESULT ") }
            let numbers = line?.split(separator: " ").dropFirst().compactMap { Double($0) } ?? []
            guard numbers.count == 4, numbers[0] > 0 else {
                throw BenchFailure("wrk said nothing readable: \(written)")
            }
            requests += Int(numbers[0])
            seconds += numbers[1] / 1e6
            p99.append(numbers[2] / 1000)
            failures += Int(numbers[3])
        }
        return Taken(
            requests: requests, requestsPerSecond: Double(requests) / seconds, p99: p99.median, failures: failures)
    }

    private static func script(_ entries: [String], _ folder: URL) -> String {
        """
        local hosts = {\(entries.joined(separator: ", "))}
        local counter, seed = 0
        function init(args)
            seed = args[1]
            for number, host in ipairs(hosts) do
                local file = io.open("\(folder.path)/body-" .. (number - 1), "rb")
                local body = file:read("*a")
                file:close()
                host.start = "POST " .. host.path .. " HTTP/1.1\\r\\nHost: " .. wrk.host .. "\\r\\n" .. host.head ..
                    "Content-Length: " .. #body .. "\\r\\n" .. host.id .. ": "
                host.rest = "\\r\\n\\r\\n" .. body
            end
        end
        function request()
            counter = counter + 1
            local host = hosts[counter % #hosts + 1]
            return host.start .. string.format("%s-0000-4000-8000-%012x", seed, counter) .. host.rest
        end
        function done(summary, latency, requests)
            local errors = summary.errors
            io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
                latency:percentile(99),
                errors.status + errors.connect + errors.read + errors.write + errors.timeout))
        end
        """
    }
}
