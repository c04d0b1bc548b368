import Foundation
import Testing

/// GitHub's API on a free port of the loopback, as far as the module calls it and as GitHub documents it: its limits,
/// its pages, its masked secrets, and the faults that a test orders (see `/_fault` in ``program``).
///
/// The state is one JSON object that tests set (`/_set`) and read (`/_state`); every request is kept (`/_log`).
final class GitHubServer: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    let url: String
    private let id: pid_t

    /// - Parameter certificate: a PEM file with certificate and key, for HTTPS.
    init(in folder: URL, certificate: URL? = nil) throws {
        let port = folder.appending(path: "port-\(UUID().uuidString)")
        let program = folder.appending(path: "github-\(UUID().uuidString).py")
        try Self.program.write(to: program, atomically: true, encoding: .utf8)
        let arguments = ["/usr/bin/env", "python3", program.path, port.path, certificate?.path ?? ""]
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] =
            ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        guard posix_spawn(&id, arguments[0], nil, nil, &argv, &envp) == 0 else {
            throw Failure(description: "the test's server did not start: install python3 (apt-get install python3)")
        }
        self.id = id
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: port, encoding: .utf8), text.hasSuffix("\n") {
                url = "\(certificate == nil ? "http" : "https")://127.0.0.1:\(text.dropLast())"
                return
            }
            usleep(10_000)
        }
        Self.end(id)
        throw Failure(description: "the test's server did not start: install python3 (apt-get install python3)")
    }

    func stop() { Self.end(id) }

    private static func end(_ id: pid_t) {
        kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) == -1, errno == EINTR {}
    }

    private static let program =
        #"""
        import base64, json, os, re, ssl, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import urlsplit, parse_qs, quote, unquote

        lock = threading.RLock()
        log, faults, issued = [], [], []
        state = {"tokens": ["good"], "page": 100, "hooks": [], "statuses": {}, "deliveries": {}, "tags": {}, "commits": [],
                 "compare": {}, "pulls": {}, "files": {}, "installations": [], "app": "80177", "limit": 1000, "next": 500}

        class Refusal(Exception):
            def __init__(self, status, body): self.status, self.body = status, body

        def found(thing):
            if thing is None: raise Refusal(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
            return thing

        def invalid(message, code="custom"):
            raise Refusal(422, {"message": "Validation Failed", "errors": [{"resource": "Hook", "code": code, "message": message}]})

        def shown(hook):
            hook = json.loads(json.dumps(hook))
            if "secret" in hook["config"]: hook["config"]["secret"] = "********"
            return hook

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def do_GET(self): self.answer()
            do_POST = do_PATCH = do_DELETE = do_PUT = do_GET

            def send(self, status, body, headers={}, cut=0, slowly=0):
                data = b"" if body is None or status == 304 else body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items(): self.send_header(name, value)
                if status not in (204, 304): self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if cut:
                    self.wfile.write(data[:cut]); self.wfile.flush(); self.close_connection = True
                elif slowly:
                    for start in range(0, len(data), 40):
                        self.wfile.write(data[start:start + 40]); self.wfile.flush(); time.sleep(slowly)
                elif status != 204: self.wfile.write(data)

            def answer(self):
                parts = urlsplit(self.path)
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(text) if text else None
                if parts.path.startswith("/_"): return self.control(parts.path, body)
                path = re.sub("^/api/v3", "", parts.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                with lock:
                    log.append({"call": self.command + " " + path, "query": parts.query, "authorization": self.headers.get("Authorization", ""),
                                "headers": {name.lower(): value for name, value in self.headers.items()}, "body": text.decode()})
                    fault = next((one for one in faults if one["times"] > 0 and (self.command + " " + path).startswith(one["match"])), None)
                    if fault: fault["times"] -= 1
                    try:
                        # A fault without a status strikes after the work is done.
                        if fault and "status" in fault: status, result = fault["status"], fault.get("body", {"message": "fault"})
                        else: status, result = self.work(path, query, body)
                    except Refusal as refusal: status, result = refusal.status, refusal.body
                headers = dict(getattr(self, "links", {})); self.links = {}
                if fault: headers.update(fault.get("headers", {}))
                if fault and fault.get("drop"): self.close_connection = True; self.connection.close(); return
                self.send(status, result, headers, fault.get("cut", 0) if fault else 0, fault.get("slowly", 0) if fault else 0)

            def control(self, path, body):
                with lock:
                    if path == "/_fault": faults.append({"times": 1, **body})
                    if path == "/_set": state.update(body)
                    result = {"/_log": log, "/_state": state}.get(path, {})
                    self.send(200, json.loads(json.dumps(result)))

            def authorised(self, path):
                scheme, _, token = self.headers.get("Authorization", "").partition(" ")
                refusal = Refusal(401, {"message": "Bad credentials"})
                if scheme != "Bearer": raise refusal
                if path.startswith("/app") or path.endswith("/installation"):
                    try: head, claims, _ = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) if i < 2 else part for i, part in enumerate(token.split(".")))
                    except Exception: raise Refusal(401, {"message": "A JSON web token could not be decoded"})
                    now = time.time()
                    if head != {"alg": "RS256", "typ": "JWT"} or claims["iss"] != state["app"]: raise refusal
                    if claims["iat"] > now or not now < claims["exp"] <= now + 600: raise Refusal(401, {"message": "'Expiration time' claim ('exp') is too far in the future"})
                elif token not in state["tokens"] + issued: raise refusal

            def page(self, items, query, cursor=None):
                size = min(int(query.get("per_page", 30)), state["page"])
                start = int(query.get(cursor or "page", 0 if cursor else 1))
                if not cursor: start = (start - 1) * size
                if start + size < len(items):
                    following = start + size if cursor else start // size + 2
                    path = urlsplit(self.path).path
                    more = "".join("&%s=%s" % (name, quote(query[name])) for name in query if name not in ("per_page", cursor or "page"))
                    host = state.get("next_host") or "http://" + self.headers["Host"]
                    self.links = {"Link": '<%s%s?per_page=%d&%s=%d%s>; rel="next", <%s/x>; rel="last"' % (host, path, size, cursor or "page", following, more, host)}
                return 200, items[start:start + size]

            def work(self, path, query, body):
                self.authorised(path)
                parts = [unquote(part) for part in path.strip("/").split("/")]
                method = self.command
                if parts[0] == "app":
                    if parts[1:] == ["hook", "config"]: return 200, {"url": state.get("app_hook"), "content_type": "json", "secret": "********"}
                    if parts[1] == "hook": return self.deliveries(state["deliveries"].get("app", []), parts[3:], query)
                    if len(parts) == 2: return self.page(state["installations"], query)
                    one = found(next((one for one in state["installations"] if str(one["id"]) == parts[2]), None))
                    if one.get("suspended_at"): raise Refusal(403, {"message": "This installation has been suspended"})
                    issued.append("ghs_%d" % len(issued))
                    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
                    return 201, {"token": issued[-1], "expires_at": ends, "permissions": {}, "repository_selection": "all"}
                if parts[0] in ("orgs", "users"):
                    kind = "Organization" if parts[0] == "orgs" else "User"
                    return 200, found(next((one for one in state["installations"] if one["account"]["login"] == parts[1] and one["account"]["type"] == kind), None))
                found(parts[0] == "repos" and "/".join(parts[1:3]) == "acme/app" or None)
                if len(parts) == 3: return 200, {"id": 4711, "full_name": "acme/app"}
                return getattr(self, "work_" + parts[3].replace("-", "_"))(method, parts[4:], query, body)

            def work_hooks(self, method, rest, query, body):
                hooks = state["hooks"]
                if not rest:
                    if method == "GET": return self.page([shown(hook) for hook in hooks], query)
                    if "localhost" in body["config"]["url"]: invalid("url is not supported because it isn't reachable over the public Internet (localhost)")
                    if any(hook["config"]["url"] == body["config"]["url"] and hook["events"] == body["events"] for hook in hooks): invalid("Hook already exists on this repository")
                    if len(hooks) >= 20: invalid("The \"push\" event cannot have more than 20 hooks")
                    hook = {"type": "Repository", "id": state["next"], "name": body["name"], "active": body["active"], "events": body["events"], "config": body["config"]}
                    state["next"] += 1; hooks.append(hook)
                    return 201, shown(hook)
                hook = found(next((hook for hook in hooks if str(hook["id"]) == rest[0]), None))
                if rest[1:2] == ["deliveries"]: return self.deliveries(state["deliveries"].get(rest[0], []), rest[2:], query)
                if method == "DELETE": hooks.remove(hook); return 204, None
                for name in ("active", "events", "config"):
                    if name in body: hook[name] = body[name]
                return 200, shown(hook)

            def deliveries(self, all, rest, query):
                if rest: return 200, found(next((one for one in all if str(one["id"]) == rest[0]), None))
                return self.page([{name: one[name] for name in one if name != "request"} for one in all], query, cursor="cursor")

            def work_statuses(self, method, rest, query, body):
                if rest[0] not in state["commits"]: raise Refusal(422, {"message": "No commit found for SHA: " + rest[0]})
                if len(body.get("description") or "") > 140: invalid("description is too long (maximum is 140 characters)")
                if body["state"] not in ("error", "failure", "pending", "success"): invalid("state is not included in the list")
                all = state["statuses"].setdefault(rest[0], [])
                if sum(one["context"] == body["context"] for one in all) >= state["limit"]: invalid("This SHA and context has reached the maximum number of statuses.")
                all.insert(0, {"id": state["next"], "state": body["state"], "context": body["context"], "description": body.get("description"), "target_url": body.get("target_url")})
                state["next"] += 1
                return 201, all[0]

            def work_commits(self, method, rest, query, body):
                if rest[1] == "check-runs": return self.check_runs_of(rest[0], query)
                return self.page(state["statuses"].get(rest[0], []), query)

            def work_git(self, method, rest, query, body):
                if rest[0] == "tags": return 200, found(state["tags"].get(rest[1]))
                return 200, {"sha": found(rest[1] if rest[1] in state["commits"] else None)}

            def work_compare(self, method, rest, query, body): return 200, found(state["compare"].get(rest[0]))

            def work_pulls(self, method, rest, query, body):
                if rest[1:] == ["files"]: return self.page(state["files"].get(rest[0], []), query)
                return 200, found(state["pulls"].get(rest[0]))

        """# + checks + #"""
            class Server(ThreadingHTTPServer):
                daemon_threads = True
                def handle_error(self, *_): pass

            server = Server(("127.0.0.1", 0), Handler)
            if sys.argv[2]:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[2])
                server.socket = context.wrap_socket(server.socket, server_side=True)
            def end_with_parent(parent):
                while os.getppid() == parent: time.sleep(1)
                os._exit(0)
            threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
            with open(sys.argv[1], "w") as file: file.write("%d\n" % server.server_port)
            server.serve_forever()
            """#
}
