import Foundation
import PluginKitTesting

/// `git http-backend` behind a small HTTP server on a free port of the loopback.
///
/// `/git/…` is served (by protocol version 0 below `/old/…`), `/hang/…` never answers, `/moved/…` redirects to
/// `/git/…`, `/broken/…` answers 503, `/forbidden/…` 403. Needs a credential where one is given, and then looks at
/// each authorised request whether it stands in a command line or in a file below the watched folder.
final class GitServer: Sendable {
    struct Failure: Error { let reason: String }

    let url: String
    private let process: ChildProcess
    private let log: URL

    init(repositories: URL, log: URL, credential: String = "", secret: String = "", watched: URL? = nil) throws {
        self.log = log
        try Data().write(to: log)
        let port = log.appendingPathExtension("port")
        let environment = ProcessInfo.processInfo.environment
            .merging(["SERVER_CREDENTIAL": credential, "SERVER_SECRET": secret]) { $1 }
        process = try ChildProcess(
            [
                "/usr/bin/env", "python3", "-c", Self.script, repositories.path, log.path, watched?.path ?? "",
                port.path,
            ],
            environment: environment)
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: port, encoding: .utf8), text.hasSuffix("\n") {
                url = "http://127.0.0.1:\(text.dropLast())"
                return
            }
            usleep(10_000)
        }
        process.stop()
        throw Failure(reason: "the test's server did not start: install python3 (apt-get install python3)")
    }

    func stop() { process.stop() }

    /// One line for each request: method, path, `auth` or `anonymous`; `leak …` for each place of the secret.
    var requests: [String] {
        (try? String(contentsOf: log, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
    }

    private static let script = #"""
        import base64, glob, os, subprocess, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        root, log, watched, port = sys.argv[1:5]
        credential, secret = os.environ["SERVER_CREDENTIAL"], os.environ["SERVER_SECRET"].encode()
        expected = "Basic " + base64.b64encode(credential.encode()).decode()
        lock = threading.Lock()

        def note(text):
            with lock, open(log, "a") as file:
                file.write(text + "\n")

        def look_for_leaks():
            for name in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    if secret in open(name, "rb").read(): note("leak " + name)
                except OSError: pass
            for folder, _, names in os.walk(watched):
                for name in names:
                    try:
                        if secret in open(os.path.join(folder, name), "rb").read(): note("leak " + name)
                    except OSError: pass

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_): pass
            def do_GET(self): self.answer()
            def do_POST(self): self.answer()

            def answer(self):
                authorised = self.headers.get("Authorization") == expected
                path, _, query = self.path.partition("?")
                note(" ".join([self.command, self.path, "auth" if authorised else "anonymous"]))
                kind, _, rest = path.lstrip("/").partition("/")
                if kind == "moved":
                    self.send_response(301); self.send_header("Location", "/git/" + rest + "?" + query); self.end_headers(); return
                if kind == "broken": self.send_error(503); return
                if kind == "forbidden": self.send_error(403); return
                if kind == "hang": time.sleep(600); return
                if credential and not authorised:
                    self.send_response(401); self.send_header("WWW-Authenticate", 'Basic realm="git"'); self.end_headers(); return
                if secret: look_for_leaks()
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                environment = {
                    "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": "/" + rest,
                    "REQUEST_METHOD": self.command, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1",
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_PROTOCOL": "" if kind == "old" else self.headers.get("Git-Protocol", ""), "HOME": root,
                }
                answer = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE).stdout
                head, _, content = answer.partition(b"\r\n\r\n")
                fields = [line.partition(": ")[::2] for line in head.decode().split("\r\n")]
                status = int(dict(fields).get("Status", "200 OK").split()[0])
                self.send_response(status)
                for name, value in fields:
                    if name not in ("Status", ""): self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        def end_with_parent(parent):
            while os.getppid() == parent: time.sleep(1)
            os._exit(0)
        threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
        with open(port, "w") as file: file.write("%d\n" % server.server_port)
        server.serve_forever()
        """#
}
