/// Which of a delivery's headers the journal keeps: what tells deliveries apart, nothing that grants access.
enum JournaledHeaders {
    static func kept(of headers: [(name: String, value: String)]) -> [String: String] {
        var kept: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            guard isKept(name), value.utf8.count <= 1024 else { continue }
            kept[name] = value
        }
        return kept
    }

    private static func isKept(_ name: String) -> Bool {
        if name == "content-type" || name == "user-agent" { return true }
        guard name.hasPrefix("x-") else { return false }
        return !["signature", "token", "secret", "authorization", "key"].contains { name.contains($0) }
            || name == "x-event-key"
    }
}
