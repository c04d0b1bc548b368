import Foundation
import PluginKit

/// Copies a build's console into the action's log, as whole lines, each once.
///
/// The offset counts bytes of the raw log, of which the text shows fewer or more: so it moves only to places that
/// Jenkins named (`X-Text-Size`) and that end a line. Until then the text since the last such place is read again and
/// the lines that were shown are passed over.
struct LogFollower {
    let api: JenkinsAPI
    /// The build's.
    let path: String
    let log: any ActionLog

    /// A text without a place to rest at is cut here, rather than be read again and again.
    private static let longestTail = 4 << 20

    func follow(_ progress: inout JobProgress, isDone: Bool) async throws(JenkinsFault) {
        for _ in 0..<50 {
            let more = try await read(&progress, isDone: isDone)
            guard more, isDone else { return }
            do { try await Task.sleep(for: .milliseconds(200)) } catch { throw .cancelled }
        }
    }

    /// - Returns: whether Jenkins says that the log isn't at its end.
    private func read(_ progress: inout JobProgress, isDone: Bool) async throws(JenkinsFault) -> Bool {
        let start = progress.log ?? 0
        let call = "\(path)/logText/progressiveText"
        let response = try await api.stream(call, query: [("start", String(start))])
        guard response.status != 404 else { return false }
        guard let size = response.header("X-Text-Size").flatMap(Int.init) else {
            throw .distrusted("GET \(call) at \(api.server.base): the answer isn't Jenkins' log")
        }
        let more = response.header("X-More-Data") == "true"
        guard size >= start else {
            log.line("[Penstock] Jenkins' log has become shorter, as after a crash; it goes on from there.")
            progress.log = size
            progress.lines = nil
            return more
        }
        var lines = LineSplitter(passingOver: progress.lines ?? 0)
        var received = 0
        do {
            for try await chunk in response.body {
                received += chunk.count
                lines.take(chunk) { log.line($0) }
            }
        } catch {
            progress.lines = lines.shown
            throw api.fault(error, "GET \(call) at \(api.server.base)")
        }
        if isDone && !more || received > Self.longestTail { lines.finish { log.line($0) } }
        progress.log = lines.isAtLineEnd ? size : start
        progress.lines = lines.isAtLineEnd ? nil : lines.shown
        return more
    }
}

/// Cuts bytes into lines, without their ends.
struct LineSplitter {
    private static let longestLine = 64 << 10

    private let passedOver: Int
    private var count = 0
    private var rest: [UInt8] = []

    /// - Parameter passingOver: lines that were shown before.
    init(passingOver lines: Int) { passedOver = lines }

    /// Lines that were shown, now or before.
    var shown: Int { max(count, passedOver) }
    var isAtLineEnd: Bool { rest.isEmpty }

    mutating func take(_ bytes: Data, show: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                emit(show)
            } else {
                // Not within a character.
                if rest.count >= Self.longestLine, byte & 0xc0 != 0x80 { emit(show) }
                rest.append(byte)
            }
        }
    }

    /// What has no end yet is a line, too.
    mutating func finish(show: (String) -> Void) {
        if !rest.isEmpty { emit(show) }
    }

    private mutating func emit(_ show: (String) -> Void) {
        while rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        count += 1
        if count > passedOver { show(String(decoding: rest, as: UTF8.self)) }
        rest.removeAll(keepingCapacity: true)
    }
}
