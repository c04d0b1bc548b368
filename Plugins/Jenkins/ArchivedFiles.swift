import Foundation
import PipelineModel
import PluginKit

/// What a build has archived. Paths come from Jenkins: one that could leave its folder fails the action.
struct ArchivedFiles {
    let api: JenkinsAPI
    /// The build's.
    let path: String
    let paths: [String]

    static let variableFiles = ["penstock.properties", "variables.properties"]

    init(api: JenkinsAPI, path: String, build: BuildInfo) {
        self.api = api
        self.path = path
        self.paths = (build.artifacts ?? []).compactMap(\.relativePath)
    }

    /// Fetches the files into the folder.
    ///
    /// - Parameters:
    ///   - pattern: which ones, by their whole path; all when absent.
    ///   - below: only those below this folder, without it.
    /// - Returns: how many.
    func fetch(into folder: URL, matching pattern: String?, below: String?) async throws(JenkinsFault) -> Int {
        let patterns = pattern.map(PathPattern.list)
        var count = 0
        for archived in paths {
            let segments = try Self.segments(archived)
            guard patterns?.contains(where: { $0.matches(segments) }) ?? true else { continue }
            guard below == nil || segments.count > 1 && segments[0] == below else { continue }
            let place = below == nil ? segments[...] : segments.dropFirst()
            try await fetch(segments, into: place.reduce(folder) { $0.appending(path: $1) })
            count += 1
        }
        guard count > 0 else {
            throw JenkinsFault(
                .jobFailed,
                "The build has archived nothing for the output artifact"
                    + (below.map { ": with several outputs, '\($0)' holds the files below the folder '\($0)'" } ?? "")
                    + (pattern.map { " that matches '\($0)'" } ?? "") + ". Let the job archive its artifacts.")
        }
        return count
    }

    /// The lines `NAME=VALUE` of the archived file of that purpose, where there is one.
    func variables(log: any ActionLog) async throws(JenkinsFault) -> [String: String] {
        guard let name = Self.variableFiles.first(where: paths.contains) else { return [:] }
        let response = try await api.stream("\(path)/artifact/\(name)")
        guard response.status != 404 else { return [:] }
        let text: Data
        do { text = try await response.body.collect(upTo: 256 << 10) } catch HTTPClientError.bodyTooLarge {
            throw JenkinsFault(.jobFailed, "The archived file \(name) has more than 256 KiB.")
        } catch { throw api.fault(error, "GET \(path)/artifact/\(name)") }
        let (variables, odd) = PropertyLines.read(String(decoding: text, as: UTF8.self))
        for line in odd { log.line("[Penstock] \(name), line \(line): not NAME=VALUE, passed over") }
        return variables
    }

    private func fetch(_ segments: [String], into file: URL) async throws(JenkinsFault) {
        let place = "\(path)/artifact" + segments.map { "/" + HostAPI.encoded($0) }.joined()
        let response = try await api.stream(place)
        guard response.status != 404 else {
            throw JenkinsFault(.jobFailed, "The archived file '\(segments.joined(separator: "/"))' is gone.")
        }
        let handle: FileHandle
        do { handle = try Self.newFile(file) } catch {
            throw JenkinsFault(.jobFailed, "The file '\(segments.joined(separator: "/"))' can't be written: \(error)")
        }
        defer { try? handle.close() }
        do {
            for try await chunk in response.body { try handle.write(contentsOf: chunk) }
        } catch let error as HTTPClientError {
            throw api.fault(error, "GET \(place)")
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw JenkinsFault(.jobFailed, "The file '\(segments.joined(separator: "/"))' can't be written: \(error)")
        }
    }

    private static func newFile(_ file: URL) throws -> FileHandle {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path(percentEncoded: false), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// - Throws: `jobFailed` for a path that is none below the archive.
    static func segments(_ path: String) throws(JenkinsFault) -> [String] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSound = segments.allSatisfy { segment in
            1...255 ~= segment.utf8.count && segment != "." && segment != ".."
                && !segment.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        guard isSound, path.utf8.count <= 4000 else {
            throw JenkinsFault(
                .jobFailed,
                "Jenkins names an archived file whose path can't be used: "
                    + "'\(String(path.prefix(200).map { $0.isASCII && !$0.isNewline && $0 != "\0" ? $0 : "?" }))'")
        }
        return segments
    }
}

/// Lines `NAME=VALUE`; `#` and `!` begin comments.
enum PropertyLines {
    /// The values by name, and the numbers of the lines that are none.
    static func read(_ text: String) -> (variables: [String: String], odd: [Int]) {
        var variables: [String: String] = [:]
        var odd: [Int] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.trimmingPrefix(while: \.isWhitespace)
            guard let first = trimmed.first, first != "#", first != "!" else { continue }
            let parts = trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].reversed().drop(while: \.isWhitespace).reversed()
            guard parts.count == 2, 1...128 ~= name.count, name.allSatisfy(isNameCharacter) else {
                odd.append(index + 1)
                continue
            }
            variables[String(name)] = String(parts[1].trimmingPrefix(while: \.isWhitespace))
        }
        return (variables, odd)
    }

    /// Of output variables.
    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "@-_".contains(character))
    }
}
