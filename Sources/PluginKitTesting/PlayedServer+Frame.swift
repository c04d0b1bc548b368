extension PlayedServer {
    /// What all played hosts do alike. A script's class `Host` has the `prefix` of its API's paths, says which token it
    /// was `given`, and answers with `work(path)`: a status, JSON, and headers where there are any.
    static let frame = #"""
        import json, os, ssl, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import parse_qs, unquote

        folder, token, certificate = sys.argv[1:4]
        state = json.load(open(folder + "/state"))
        lock = threading.RLock()

        class Played(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            prefix = []
            def log_message(self, *_): pass
            def do_GET(self): self.take()
            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def say(self, status, value=None, headers={}):
                body = b"" if value is None else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json;charset=utf-8")
                for name, text in headers.items(): self.send_header(name, text)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.mode == "truncated":
                    self.wfile.write(body[:len(body) // 2]); self.close_connection = True; return
                if self.mode == "slow":
                    for place in range(0, len(body), 40):
                        self.wfile.write(body[place:place + 40]); self.wfile.flush(); time.sleep(0.05)
                    return
                self.wfile.write(body)

            def take(self):
                raw, _, query = self.path.partition("?")
                self.query = parse_qs(query)
                parts = raw.split("/")
                first = 2 + len(self.prefix)
                self.mode, path = parts[1], "/" + "/".join(parts[first:])
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.body = json.loads(data) if data else None
                with lock:
                    with open(folder + "/log", "a") as file:
                        file.write(json.dumps({"method": self.command, "path": path, "query": self.query, "body": self.body}) + "\n")
                if parts[2:first] != self.prefix: return self.say(404, {"message": "404 Not Found"})
                if self.mode == "limited": return self.say(429, {"message": "Too many requests"}, {"Retry-After": "60"})
                if self.mode == "broken": return self.say(502, {"message": "Bad gateway"})
                if self.mode == "forbidden": return self.say(403, {"message": "403 Forbidden"})
                if self.mode == "moved": return self.say(301, None, {"Location": "/".join(["", "ok"] + self.prefix) + path})
                if self.mode == "elsewhere": return self.say(302, None, {"Location": state.get("elsewhere", "http://169.254.169.254") + "/latest"})
                given = self.given()
                if self.mode == "expired" or (given and given != token): return self.say(401, {"message": "401 Unauthorized"})
                with lock: answer = self.work(path)
                self.say(*answer)

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *_): pass

        def serve(host):
            server = Listener(("127.0.0.1", 0), host)
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                server.socket = context.wrap_socket(server.socket, server_side=True)
            def end_with_parent(parent):
                while os.getppid() == parent: time.sleep(1)
                os._exit(0)
            threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
            with open(folder + "/port", "w") as file: file.write("%d\n" % server.server_port)
            server.serve_forever()
        """#
}
