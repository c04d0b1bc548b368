package import AWSSigning
import Crypto
package import Foundation

/// The keys that may sign requests. The first start of a data folder makes the administrator's and writes it to
/// `DATA/credentials` in AWS's shared-credentials form, readable by its owner only.
package struct AccessKeys: Sendable {
    package let administrator: AWSCredentials

    package static func file(in folder: URL) -> URL { folder.appending(path: "credentials") }

    /// Reads the data folder's key, or makes it. Called under the data folder's lock.
    package static func readOrMake(in folder: URL) throws -> AccessKeys {
        let file = file(in: folder)
        if FileManager.default.fileExists(atPath: file.path) { return try read(in: folder) }
        let credentials = AWSCredentials(
            accessKeyID: "PSTK" + random(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            secretAccessKey: random(40, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
        let text = """
            [default]
            aws_access_key_id = \(credentials.accessKeyID)
            aws_secret_access_key = \(credentials.secretAccessKey)

            """
        try PrivateFile.write(Data(text.utf8), to: file)
        return AccessKeys(administrator: credentials)
    }

    /// - Throws: ``CommandError`` when the folder holds no key yet.
    package static func read(in folder: URL) throws -> AccessKeys {
        let file = file(in: folder)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw CommandError(
                .invalidInput,
                "no credentials in \(folder.path); start 'penstock serve --data \(folder.path)' once, or name the right folder with --data"
            )
        }
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw CommandError(.invalidInput, "\(file.path) holds no access key; remove it to have one made anew")
        }
        return AccessKeys(administrator: AWSCredentials(accessKeyID: key, secretAccessKey: secret))
    }

    private static func random(_ count: Int, of letters: String) -> String {
        let letters = Array(letters)
        var source = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &source)] })
    }
}

/// Files that only their owner may read, written whole or not at all.
enum PrivateFile {
    static func write(_ data: Data, to file: URL) throws {
        try write(data, to: file) { rename($0, $1) }
    }

    /// Leaves a file that is there as it is: of two writers the first wins, and both read the same afterwards.
    static func writeIfAbsent(_ data: Data, to file: URL) throws {
        try write(data, to: file) { temporary, path in
            defer { unlink(temporary) }
            return link(temporary, path) == 0 || errno == EEXIST ? 0 : -1
        }
    }

    /// Removes what a kill between writing and renaming has left. Called under the data folder's lock.
    static func sweep(_ folder: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            guard ["endpoint", "credentials", "hooks.key"].contains(where: { name.hasPrefix(".\($0).") }) else {
                continue
            }
            unlink(folder.appending(path: name).path)
        }
    }

    private static func write(
        _ data: Data, to file: URL, placing: (_ temporary: String, _ path: String) -> Int32
    ) throws {
        let temporary = file.deletingLastPathComponent().appending(
            path: ".\(file.lastPathComponent).\(UUID().uuidString)")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(.failed, "can't write \(file.path): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: data)
            try handle.synchronize()
            try handle.close()
            guard placing(temporary.path, file.path) == 0 else {
                throw CommandError(.failed, "can't write \(file.path): \(String(cString: strerror(errno)))")
            }
        } catch {
            unlink(temporary.path)
            throw error
        }
    }
}
