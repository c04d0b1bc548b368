import Foundation
import Testing

/// Python's HTTPS server with a certificate made for the occasion, on a free loopback port.
final class TLSServer {
    struct Failure: Error, CustomStringConvertible { let description: String }

    let certificate: URL
    let port: Int
    private let process: Process

    private static let program = """
        import http.server, ssl, sys
        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                if self.path == "/down":
                    self.send_response(302)
                    self.send_header("Location", "http://localhost:1/")
                else:
                    self.send_response(200)
                self.send_header("Content-Length", "6")
                self.end_headers()
                self.wfile.write(b"secure")
            def log_message(self, *ignored):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    /// - Parameter name: the only host name that the certificate is for.
    init(in folder: URL, name: String) throws {
        certificate = folder.appendingPathComponent("certificate.pem")
        let key = folder.appendingPathComponent("key.pem")
        let (making, _) = try Self.start([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=penstock test",
            "-addext", "subjectAltName=DNS:\(name)", "-keyout", key.path, "-out", certificate.path,
        ])
        making.waitUntilExit()
        guard making.terminationStatus == 0 else { throw Failure(description: "openssl failed: apt install openssl") }
        let script = folder.appendingPathComponent("server.py")
        try Self.program.write(to: script, atomically: true, encoding: .utf8)
        let (process, output) = try Self.start(["python3", script.path, certificate.path, key.path])
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            kill(process.processIdentifier, SIGKILL)
            throw Failure(description: "the TLS server didn't start: apt install python3")
        }
        self.port = port
        self.process = process
    }

    /// Children inherit the blocked signals of the pool's threads, SIGTERM among them.
    func stop() { kill(process.processIdentifier, SIGKILL) }

    private static func start(_ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, output)
    }
}
