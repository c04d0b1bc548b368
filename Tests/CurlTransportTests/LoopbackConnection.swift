import Foundation

/// One connection of a ``LoopbackServer``, used by its thread only.
final class LoopbackConnection {
    private let descriptor: Int32
    private var unread = Data()
    private(set) var request = ReceivedRequest()
    private(set) var isClosedByClient = false
    /// Bytes that the kernel has taken.
    private(set) var sent = 0

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var size: Int32 = 128 << 10
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Reading

    func readRequest(withBody: Bool) -> Bool {
        let end = Data("\r\n\r\n".utf8)
        while unread.range(of: end) == nil {
            guard receive() else { return false }
        }
        guard let mark = unread.range(of: end) else { return false }
        var lines = String(decoding: unread[..<mark.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        unread = Data(unread[mark.upperBound...])
        let start = lines.removeFirst().split(separator: " ")
        request = ReceivedRequest(method: String(start[0]), target: String(start[1]))
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            request.headers.append((String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)))
        }
        return withBody ? readBody() : true
    }

    func readBody() -> Bool {
        let length = Int(request.header("Content-Length") ?? "") ?? 0
        while unread.count < length {
            guard receive() else { return false }
        }
        request.body = Data(unread.prefix(length))
        unread = Data(unread.dropFirst(length))
        return true
    }

    /// Waits until the client has gone.
    func waitForEnd() {
        while receive() {}
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { unread.append(contentsOf: buffer[..<count]) } else { isClosedByClient = true }
        return count > 0
    }

    // MARK: Writing

    @discardableResult
    func send(_ text: String) -> Bool { send(Data(text.utf8)) }

    @discardableResult
    func send(_ bytes: Data) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Foundation.send(
                    descriptor, buffer.baseAddress! + done, buffer.count - done, Int32(MSG_NOSIGNAL))
                guard count > 0 else {
                    isClosedByClient = true
                    return false
                }
                done += count
                sent += count
            }
            return true
        }
    }

    /// A whole answer; the connection stays open.
    func answer(_ status: Int, _ headers: [String] = [], _ body: String = "") -> Bool {
        let lines = ["HTTP/1.1 \(status) Said", "Content-Length: \(body.utf8.count)"] + headers
        return send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (request.method == "HEAD" ? "" : body))
    }
}
