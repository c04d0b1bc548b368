import Foundation
import PipelineModel
import PluginKit

/// What speaks to a host over ssh: the connection's key, and the host keys that it may show. Nothing of a user's or the
/// machine's own ssh settings, agent or known hosts has a say.
struct GitSSH: Sendable {
    let key: Credential
    /// Lines as `known_hosts` has them.
    let hostKeys: String

    init(_ connection: Connection) throws(FailureDetails) {
        guard let key = connection.secrets["ssh_key"], !key.secret.isEmpty else {
            throw FailureDetails(
                .configurationError,
                "the connection '\(connection.name)' is reached over ssh and has no key; give it secrets: {ssh_key_file: …}"
            )
        }
        guard let hostKeys = connection.options["host_keys"], !hostKeys.isEmpty else {
            throw FailureDetails(
                .configurationError,
                "the connection '\(connection.name)' is reached over ssh and doesn't say which keys its host may show; "
                    + "give it options: {host_keys: …}, the lines that ssh-keyscan prints, once you have checked them")
        }
        self.key = key
        self.hostKeys = hostKeys
    }

    /// Writes the key and the host keys where only this user reads them; the folder goes with the fetch.
    func write(into folder: URL) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var text = key.secret.replacingOccurrences(of: "\r\n", with: "\n")
        if !text.hasSuffix("\n") { text += "\n" }
        for (name, contents) in [("key", text), ("known_hosts", hostKeys + "\n")] {
            let file = folder.appending(path: name)
            if manager.fileExists(atPath: file.path(percentEncoded: false)) { try manager.removeItem(at: file) }
            guard
                manager.createFile(
                    atPath: file.path(percentEncoded: false), contents: Data(contents.utf8),
                    attributes: [.posixPermissions: 0o600])
            else { throw FailureDetails(.systemUnavailable, "the connection's ssh key could not be written") }
        }
    }

    /// For `GIT_SSH_COMMAND`, which a shell reads.
    static func command(in folder: URL) -> String {
        func quoted(_ name: String) -> String {
            let path = folder.appending(path: name).path(percentEncoded: false)
            return "'" + path.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
        }
        let options = [
            "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=yes",
            "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no", "ConnectTimeout=30", "ServerAliveInterval=30",
            "ServerAliveCountMax=4", "ForwardAgent=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
            "ProxyCommand=none",
        ]
        return "ssh -F /dev/null -i \(quoted("key")) -o UserKnownHostsFile=\(quoted("known_hosts")) "
            + options.map { "-o \($0)" }.joined(separator: " ")
    }
}
