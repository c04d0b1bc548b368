import CurlTransport
import Foundation
import PluginKit

/// Plays the APIs of Bitbucket Cloud (`/2.0`) and Data Center (`/rest`) on a free port of the loopback, as far as the
/// module calls them: pages, checks, and faults by the name of the repository (`expired`, `busy`, `down`, `flaky`,
/// `moved`, `page`, `cut`, `slow`, `elsewhere`, `endless`, `capped`, `old`, `liar`).
final class PlayedBitbucket: Sendable {
    struct Failure: Error { let reason: String }

    struct State: Decodable {
        struct Status: Decodable, Equatable {
            let key: String
            let state: String
            let url: String
            let name: String
            let description: String
            let refname: String?
            let ref: String?
        }

        struct Hook: Decodable {
            struct Configuration: Decodable { let secret: String? }

            let url: String
            let active: Bool
            let events: [String]
            let secret: String?
            let configuration: Configuration?
            let name: String?
            let description: String?
        }

        let hooks: [String: [Hook]]
        /// By repository and commit, then by key.
        let statuses: [String: [String: Status]]
        /// Method, path and the kind of authorization.
        let requests: [String]
        /// What was asked of another origin.
        let elsewhere: [String]
        let tokens: Int
    }

    let url: String
    private let process: Process
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "penstock-bitbucket-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = folder.appending(path: "port")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, port.path(percentEncoded: false)]
        try process.run()
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: port, encoding: .utf8), text.hasSuffix("\n") {
                url = "http://127.0.0.1:\(text.dropLast())"
                return
            }
            usleep(10_000)
        }
        process.terminate()
        throw Failure(reason: "the test's server did not start: install python3 (apt-get install python3)")
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    func state() async throws -> State {
        try JSONDecoder().decode(State.self, from: try await exchange("/state", body: nil))
    }

    /// Puts a hook there that somebody else has made.
    func plant(hook: String, at repository: String) async throws {
        let place = repository.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        _ = try await exchange("/plant?place=\(place)", body: Data(hook.utf8))
    }

    private func exchange(_ path: String, body: Data?) async throws -> Data {
        var request = HTTPClientRequest(method: body == nil ? "GET" : "POST", url: url + path)
        if let body { request.body = .bytes(body) }
        return try await PlayedWorld.client.send(request).body.collect(upTo: 10 << 20)
    }

    private static let script = #"""
        import base64, hashlib, json, re, sys, threading, time, urllib.parse, uuid
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        port_file = sys.argv[1]
        lock = threading.Lock()
        COMMITS = ["4f1c7a90e25d83b6c1f04a7d9e3b58c26d10f7ae", "9b02d6e41fa7c38550e9b1746ac2d8f30157be64",
                   "c7e5319f08ab42d6e17058c9f3ba6412d09e7753"]
        A, B, C = COMMITS
        TAG = "12d84f6a7be09c3351fa28e7406bdc9158ae3f02"
        FORK = "77d1e84c90ab3f5562e0c1d7a8b94f3062ee15d4"
        CLOUD = {"acme/storefront": COMMITS, "tbrand/storefront": COMMITS + [FORK], "acme/flaky": COMMITS,
                 "acme/slow": COMMITS, "acme/endless": COMMITS, "acme/elsewhere": COMMITS, "acme/cut": COMMITS,
                 "acme/page": COMMITS, "acme/liar": COMMITS, "closed/fork": [FORK]}
        SERVER = {"SHOP/storefront": COMMITS, "SHOP/old": COMMITS, "SHOP/capped": COMMITS, "SHOP/flaky": COMMITS,
                  "SHOP/slow": COMMITS, "SHOP/cut": COMMITS, "SHOP/page": COMMITS}
        CLOUD_EVENTS = {"repo:push", "pullrequest:created", "pullrequest:updated", "pullrequest:fulfilled",
                        "pullrequest:rejected", "issue:created"}
        SERVER_EVENTS = {"repo:refs_changed", "pr:opened", "pr:from_ref_updated", "pr:modified", "pr:merged", "pr:declined",
                         "pr:deleted", "repo:forked"}
        state = {"hooks": {}, "statuses": {}, "requests": [], "elsewhere": [], "tokens": 0}
        failed_once = set()

        def entry(status, old, new):
            file = lambda path: None if path is None else {"type": "commit_file", "path": path, "links": {}}
            return {"type": "diffstat", "status": status, "lines_added": 1, "lines_removed": 0, "old": file(old), "new": file(new)}

        DIFFS = {
            f"{B}..{A}?topic=false": [entry("modified", "app/tax.py", "app/tax.py"), entry("added", None, "app/round.py"),
                                      entry("removed", "app/old.py", None), entry("renamed", "docs/a b.md", "docs/ü\nx.md"),
                                      entry("modified", "README.md", "README.md")],
            f"acme/storefront:{C}\r{A}?topic=true": [entry("modified", "app/tax.py", "app/tax.py")],
            f"tbrand/storefront:{FORK}\r{A}?topic=true": [entry("added", None, "fork.txt")],
            f"acme/storefront:{B}\r{A}?topic=true": [],
        }

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def do_GET(self): self.answer()
            def do_POST(self): self.answer()
            def do_PUT(self): self.answer()
            def do_DELETE(self): self.answer()

            def send(self, status, body=None, headers={}):
                data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items(): self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.fault == "slow":
                    for start in range(0, len(data), 16):
                        self.wfile.write(data[start:start + 16]); self.wfile.flush(); time.sleep(0.01)
                else:
                    self.wfile.write(data)

            def answer(self):
                self.fault = None
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                path, _, query = self.path.partition("?")
                self.query = dict(urllib.parse.parse_qsl(query))
                if path == "/state":
                    with lock: return self.send(200, state)
                if path == "/plant":
                    with lock: state["hooks"].setdefault(self.query["place"], []).append(json.loads(raw))
                    return self.send(200, {})
                authorization = self.headers.get("Authorization") or ""
                with lock: state["requests"].append(f"{self.command} {self.path} {authorization.split(' ')[0]}")
                if path == "/site/oauth2/access_token": return self.token(raw, authorization)
                basic = base64.b64encode(b"ines@acme.example:api-token").decode()
                if authorization not in ("Bearer good", "Bearer limited", "Bearer fresh-1", "Basic " + basic):
                    return self.send(401, {"type": "error", "error": {"message": "Token is invalid"}})
                self.limited = authorization == "Bearer limited"
                try: self.body = json.loads(raw) if raw else None
                except ValueError: return self.send(400, {})
                parts = [urllib.parse.unquote(part) for part in path.strip("/").split("/")]
                if parts[:2] == ["2.0", "repositories"]: return self.guarded(parts[2:4], parts[4:], self.cloud)
                if parts[:3] == ["rest", "api", "latest"] and parts[3:4] == ["projects"] and parts[5:6] == ["repos"]:
                    return self.guarded([parts[4], parts[6]], parts[7:], self.server_)
                if parts[:3] == ["rest", "build-status", "1.0"] and parts[3] == "commits":
                    return self.old_status(parts[4])
                self.send(404, {"errors": [{"message": "null for uri"}]})

            def guarded(self, names, rest, handle):
                repo = "/".join(names); slug = names[-1]
                self.fault = slug
                if slug == "expired": return self.send(401, {"type": "error"})
                if slug == "busy": return self.send(429, b"Rate limit for this resource has been exceeded", {"Retry-After": "3600"})
                if slug == "down": return self.send(502, b"<html>bad gateway</html>")
                if slug == "flaky" and repo not in failed_once:
                    failed_once.add(repo); return self.send(503, b"")
                if slug == "moved": return self.send(301, b"", {"Location": f"http://127.0.0.1:{elsewhere}{self.path}"})
                if slug == "page": return self.send(200, b"<html>Please log in</html>")
                if slug == "cut":
                    self.send_response(200); self.send_header("Content-Length", "5000"); self.end_headers()
                    self.wfile.write(b'{"values": ['); self.wfile.flush(); self.close_connection = True; return
                handle(repo, rest)

            # Cloud

            def token(self, raw, authorization):
                form = dict(urllib.parse.parse_qsl(raw.decode()))
                if authorization != "Basic " + base64.b64encode(b"key:consumer-secret").decode():
                    return self.send(400, {"error": "invalid_client", "error_description": "Invalid OAuth client credentials"})
                if form != {"grant_type": "client_credentials"}: return self.send(400, {"error": "unsupported_grant_type"})
                state["tokens"] += 1
                self.send(200, {"access_token": "fresh-1", "scopes": "repository webhook", "expires_in": 7200,
                                "refresh_token": "r", "token_type": "bearer"})

            def cloud(self, repo, rest):
                if repo == "closed/fork": return self.send(403, {"type": "error", "error": {"message": "Access denied"}})
                if repo not in CLOUD: return self.send(404, {"type": "error", "error": {"message": f"Repository {repo} not found"}})
                if rest[0] == "hooks": return self.cloud_hooks(repo, rest[1:])
                if rest[0] == "commit":
                    found = [id for id in CLOUD[repo] if id.startswith(rest[1])]
                    if not found: return self.send(404, {"type": "error", "error": {"message": "Commit not found"}})
                    if rest[2:4] == ["statuses", "build"]: return self.cloud_status(repo, found[0], rest[4:])
                    if repo == "acme/liar": return self.send(200, {"type": "commit", "hash": A})
                    return self.send(200, {"type": "commit", "hash": found[0]})
                if rest[0] == "pullrequests" and rest[2] == "commits":
                    if rest[1] != "87": return self.send(404, {"type": "error"})
                    return self.pages([{"type": "commit", "hash": hash} for hash in (B, C, FORK, A)])
                if rest[0] == "pullrequests" and rest[2] == "activity":
                    if self.limited: return self.send(403, {"type": "error"})
                    def update(time, hash, target):
                        return {"update": {"date": f"2026-02-11T{time}+00:00", "state": "OPEN", "title": "T",
                                           "source": {"branch": {"name": "feature/tax"}, "commit": {"hash": hash[:12]}},
                                           "destination": {"branch": {"name": target}, "commit": {"hash": A[:12]}}}}
                    return self.pages([
                        update("12:50:00.501234", C, "main"), {"comment": {"id": 1}}, update("12:45:00", C, "main"),
                        {"approval": {"date": "2026-02-11T12:44:00+00:00"}}, update("12:30:00.2", B, "main"),
                        update("12:20:01", B, "release/1.3"), update("12:20:00", B, "release/1.3"),
                        update("12:00:00", A, "release/1.3")] if rest[1] == "87" else [])
                if rest[0] == "diffstat":
                    if repo == "acme/endless": return self.pages([entry("added", None, f"f{n}") for n in range(100)], endless=True)
                    if repo == "acme/elsewhere":
                        return self.send(200, {"values": [entry("added", None, "x")], "next": f"http://127.0.0.1:{elsewhere}/2.0"})
                    key = "/".join(rest[1:]) + "?topic=" + self.query.get("topic", "true")
                    if key not in DIFFS: return self.send(404, {"type": "error", "error": {"message": "Commit not found"}})
                    return self.pages(DIFFS[key])
                self.send(404, {"type": "error"})

            def pages(self, values, endless=False, most=2):
                size = min(int(self.query.get("pagelen", "10")), most); page = int(self.query.get("page", "1"))
                chunk = values if endless else values[(page - 1) * size:page * size]
                result = {"pagelen": size, "page": page, "size": len(values), "values": chunk}
                if endless or page * size < len(values):
                    query = urllib.parse.urlencode({**self.query, "page": page + 1})
                    path = self.path.partition("?")[0]
                    result["next"] = f"http://127.0.0.1:{self.server.server_address[1]}{path}?{query}"
                self.send(200, result)

            def cloud_status(self, repo, commit, key):
                status = self.body
                if self.command == "GET" and key:
                    known = state["statuses"].get(f"{repo} {commit}", {}).get(key[0])
                    return self.send(200, {**known, "type": "build"}) if known else self.send(404, {"type": "error"})
                if self.command != "POST": return self.send(405, {})
                if not status.get("key") or len(status["key"]) > 40 or not status.get("url") or len(status["url"]) > 450 \
                    or status.get("state") not in ("INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED") \
                    or len(status.get("name", "")) > 255 or len(status.get("description", "")) > 255:
                    return self.send(400, {"type": "error", "error": {"message": "Bad request", "fields": status}})
                self.keep(f"{repo} {commit}", status, 201)

            def keep(self, place, status, code):
                with lock: state["statuses"].setdefault(place, {})[status["key"]] = status
                self.send(code, status if code != 204 else None)

            def cloud_hooks(self, repo, rest):
                if self.limited: return self.send(403, {"type": "error", "error": {"message": "Your credentials lack required scopes"}})
                hooks = state["hooks"].setdefault(repo, [])
                shown = lambda hook: {**{k: v for k, v in hook.items() if k != "secret"}, "secret_set": bool(hook.get("secret"))}
                if not rest:
                    if self.command == "GET": return self.pages([shown(hook) for hook in hooks])
                    if not set(self.body["events"]) <= CLOUD_EVENTS: return self.send(400, {"type": "error"})
                    hook = {**self.body, "uuid": "{" + str(uuid.uuid4()) + "}"}
                    hooks.append(hook)
                    return self.send(201, shown(hook))
                found = [hook for hook in hooks if hook["uuid"] == rest[0]]
                if not found: return self.send(404, {"type": "error"})
                if self.command == "DELETE":
                    hooks.remove(found[0]); return self.send(204)
                found[0].update(self.body)
                self.send(200, shown(found[0]))

            # Data Center

            def error(self, status, name, message):
                self.send(status, {"errors": [{"context": None, "message": message, "exceptionName": name}]})

            def server_(self, repo, rest):
                if repo not in SERVER:
                    return self.error(404, "com.atlassian.bitbucket.repository.NoSuchRepositoryException", "no such repository")
                if rest[0] == "webhooks": return self.server_hooks(repo, rest[1:])
                if rest[0] == "tags":
                    tags = [("refs/tags/v1.4.0-rc1", A, None), ("refs/tags/v1.4.0-rc2", A, None), ("refs/tags/v1.4.0", B, TAG),
                            ("refs/tags/light", A, None), ("refs/tags/moved", C, None)]
                    text = self.query.get("filterText", "")
                    return self.paged([{"id": n, "displayId": n[10:], "type": "TAG", "latestCommit": c, "hash": h}
                                       for n, c, h in tags if text.lower() in n.lower()])
                if rest[0] == "commits" and len(rest) == 1:
                    if self.query["since"] not in COMMITS or self.query["until"] not in COMMITS: return self.no_commit()
                    ahead = {(A, B): 0, (B, A): 1, (C, A): 1}  # (since, until): how many of until aren't in since
                    count = ahead.get((self.query["since"], self.query["until"]), 0)
                    return self.paged([{"id": A}] * count, most=1)
                if rest[0] == "commits" and len(rest) == 2:
                    if rest[1] == "aa" * 20: return self.send(200, {"id": A})
                    return self.send(200, {"id": rest[1]}) if rest[1] in COMMITS else self.no_commit()
                if rest[0] == "commits" and rest[2:] == ["builds"]:
                    if repo == "SHOP/old": return self.send(404, {"errors": [{"message": "null for uri"}]})
                    if rest[1] not in COMMITS: return self.no_commit()
                    if self.command == "GET":
                        known = state["statuses"].get(f"{repo} {rest[1]}", {}).get(self.query["key"])
                        if known: return self.send(200, known)
                        return self.error(404, "com.atlassian.bitbucket.build.NoSuchBuildStatusException", "no such build")
                    status = self.body
                    if not status.get("url") or len(status["key"]) > 255 or not status.get("ref", "refs/").startswith("refs/") \
                        or status["state"] not in ("INPROGRESS", "SUCCESSFUL", "FAILED", "CANCELLED", "UNKNOWN"):
                        return self.error(400, "ValidationException", "bad build")
                    return self.keep(f"{repo} {rest[1]}", status, 204)
                if rest[0] == "changes":
                    if self.query["since"] not in COMMITS: return self.no_commit()
                    path = lambda text: {"components": text.split("/"), "name": text, "toString": text}
                    changes = [{"type": "MODIFY", "path": path("app/tax.py")}, {"type": "ADD", "path": path("app/round.py")},
                               {"type": "DELETE", "path": path("app/old.py")},
                               {"type": "MOVE", "path": path("docs/ü\nx.md"), "srcPath": path("docs/a b.md")},
                               {"type": "COPY", "path": path("copy"), "srcPath": path("README.md")}]
                    if repo == "SHOP/capped":
                        return self.send(200, {"values": changes[:3], "size": 3, "limit": 3, "isLastPage": True, "start": 0})
                    return self.paged(changes)
                if rest == ["compare", "changes"]:
                    key = (self.query["from"], self.query["to"], self.query.get("fromRepo"))
                    known = {(C, A, None): ["app/tax.py"], (FORK, A, "~tbrand/storefront"): ["fork.txt"], (B, A, None): []}
                    if key not in known: return self.no_commit()
                    return self.paged([{"type": "ADD", "path": {"toString": text}} for text in known[key]])
                self.send(404, {"errors": []})

            def no_commit(self):
                self.error(404, "com.atlassian.bitbucket.commit.NoSuchCommitException", "Commit does not exist")

            def paged(self, values, most=2):
                start = int(self.query.get("start", "0")); size = min(int(self.query.get("limit", "25")), most)
                chunk = values[start:start + size]
                last = start + size >= len(values)
                self.send(200, {"values": chunk, "size": len(chunk), "limit": size if not last else size + 1, "start": start,
                                "isLastPage": last, "nextPageStart": None if last else start + size})

            def old_status(self, commit):
                if commit not in COMMITS: return self.send(404, {"errors": [{"message": "no commit"}]})
                if self.body["state"] not in ("INPROGRESS", "SUCCESSFUL", "FAILED") or "ref" in self.body:
                    return self.send(400, {"errors": []})
                self.keep(f"old {commit}", self.body, 204)

            def server_hooks(self, repo, rest):
                if self.limited:
                    return self.error(403, "com.atlassian.bitbucket.AuthorisationException", "You are not permitted")
                hooks = state["hooks"].setdefault(repo, [])
                shown = lambda hook: {**hook, "configuration": {}}
                if not rest:
                    if self.command == "GET": return self.paged([shown(hook) for hook in hooks])
                    if not set(self.body["events"]) <= SERVER_EVENTS: return self.error(400, "ValidationException", "events")
                    hook = {**self.body, "id": 10 + len(hooks)}
                    hooks.append(hook)
                    return self.send(201, shown(hook))
                found = [hook for hook in hooks if str(hook["id"]) == rest[0]]
                if not found: return self.error(404, "com.atlassian.bitbucket.webhook.NoSuchWebhookException", "gone")
                if self.command == "DELETE":
                    hooks.remove(found[0]); return self.send(204)
                found[0].update(self.body)
                self.send(200, shown(found[0]))

        class Elsewhere(BaseHTTPRequestHandler):
            def log_message(self, *_): pass
            def do_GET(self):
                with lock: state["elsewhere"].append(self.path)
                self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{}")
            do_POST = do_PUT = do_DELETE = do_GET

        other = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
        elsewhere = other.server_address[1]
        threading.Thread(target=other.serve_forever, daemon=True).start()
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        open(port_file, "w").write(f"{server.server_address[1]}\n")
        server.serve_forever()
        """#
}
