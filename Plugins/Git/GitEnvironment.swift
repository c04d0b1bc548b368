import Foundation
import PluginKit

/// The whole environment of a git process: nothing of the machine's or the user's Git settings, one transport, no
/// hooks, no filters, no questions.
///
/// Settings travel as `GIT_CONFIG_*` variables: they win over every file, reach git's children, and stay off the
/// command line. A credential travels in two variables of the fetching process; the helper that reads them is named
/// for the remote's own host only, so no other host is ever shown it.
struct GitEnvironment: Sendable {
    /// Set in each process that we start, so that a later life of the gateway finds what was left running.
    static let marker = "PENSTOCK_GIT_OWNER"

    let folder: URL
    let workTree: URL
    let remote: GitRemote
    let owner: String

    var gitDirectory: URL { folder.appending(path: "repository", directoryHint: .isDirectory) }
    var home: URL { folder.appending(path: "home", directoryHint: .isDirectory) }

    private var sshFolder: URL { home.appending(path: "ssh", directoryHint: .isDirectory) }

    /// What must lie in files while the remote is spoken to.
    func prepareRemote() throws { try remote.ssh?.write(into: sshFolder) }

    /// - Parameter credential: whether this command speaks to the remote and may need its credential.
    func variables(withCredential: Bool) -> [String: String] {
        var variables = Self.borrowed(from: ProcessInfo.processInfo.environment)
        variables.merge(fixed) { $1 }
        var settings = Self.settings
        if withCredential, let credential = remote.credential {
            settings.append(("credential.\(remote.origin).helper", Self.helper))
            variables["PENSTOCK_GIT_USER"] = credential.user.isEmpty ? "x-access-token" : credential.user
            variables["PENSTOCK_GIT_SECRET"] = credential.secret
        }
        if remote.ssh != nil {
            variables["GIT_SSH_COMMAND"] = GitSSH.command(in: sshFolder)
            variables["GIT_SSH_VARIANT"] = "ssh"
        }
        variables["GIT_CONFIG_COUNT"] = String(settings.count)
        for (index, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(index)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(index)"] = setting.value
        }
        return variables
    }

    private var fixed: [String: String] {
        [
            Self.marker: owner,
            "HOME": home.path(percentEncoded: false),
            "LC_ALL": "C",
            "TZ": "UTC",
            "GIT_DIR": gitDirectory.path(percentEncoded: false),
            "GIT_WORK_TREE": workTree.path(percentEncoded: false),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": remote.transport.rawValue,
        ]
    }

    /// What git needs of the gateway's own environment: where programs are, proxies, and whom to trust.
    private static func borrowed(from environment: [String: String]) -> [String: String] {
        let names = [
            "PATH", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
            "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
        ]
        var result = environment.filter { names.contains($0.key) }
        if result["PATH"] == nil { result["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
        return result
    }

    private static let settings: [(key: String, value: String)] = [
        ("protocol.version", "2"),
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "false"),
        ("core.symlinks", "true"),
        ("core.fileMode", "true"),
        ("core.autocrlf", "false"),
        ("core.attributesFile", "/dev/null"),
        ("credential.helper", ""),
        ("submodule.recurse", "false"),
        ("fetch.recurseSubmodules", "false"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        // A redirect could lead the request, and with it the credential, to another host.
        ("http.followRedirects", "false"),
        // Two minutes without a byte: the host has died, and git with it.
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", "120"),
        ("advice.detachedHead", "false"),
    ]

    /// Run by git as `sh -c "… get"`. `printf` is the shell's own, so the secret is on no command line.
    private static let helper =
        #"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "#
        + #""$PENSTOCK_GIT_USER" "$PENSTOCK_GIT_SECRET"; }; f"#
}
