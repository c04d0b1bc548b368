extension GiteaServer {
    static let script = #"""
        import json, os, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import unquote, parse_qs

        folder, token = sys.argv[1:3]
        state = json.load(open(folder + "/state"))
        hooks, statuses = state.get("hooks", []), state.get("statuses", [])
        largest_page = state.get("largest_page", 50)
        lock = threading.Lock()
        PULLS = ["pull_request", "pull_request_assign", "pull_request_label", "pull_request_milestone", "pull_request_comment",
                 "pull_request_review", "pull_request_sync", "pull_request_review_request"]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def do_GET(self): self.handle_call()
            def do_POST(self): self.handle_call()
            def do_PATCH(self): self.handle_call()
            def do_DELETE(self): self.handle_call()

            def say(self, status, value=None, **headers):
                body = b"" if value is None else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json;charset=utf-8")
                for name, text in headers.items(): self.send_header(name.replace("_", "-"), text)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.mode == "truncated":
                    self.wfile.write(body[:len(body) // 2]); self.close_connection = True; return
                if self.mode == "slow":
                    for place in range(0, len(body), 40):
                        self.wfile.write(body[place:place + 40]); self.wfile.flush(); time.sleep(0.05)
                    return
                self.wfile.write(body)

            def handle_call(self):
                raw, _, query = self.path.partition("?")
                self.query = parse_qs(query)
                parts = raw.split("/")
                self.mode, path = parts[1], "/" + "/".join(parts[4:])
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.body = json.loads(data) if data else None
                with lock:
                    with open(folder + "/log", "a") as file:
                        file.write(json.dumps({"method": self.command, "path": path, "query": self.query, "body": self.body}) + "\n")
                if parts[2:4] != ["api", "v1"]: return self.say(404, {"message": "Not found"})
                if self.mode == "limited": return self.say(429, {"message": "slow down"}, Retry_After="60")
                if self.mode == "broken": return self.say(502, {"message": "bad gateway"})
                if self.mode == "forbidden": return self.say(403, {"message": "token does not have at least one of required scope(s)"})
                if self.mode == "moved": return self.say(301, None, Location="/ok/api/v1" + path)
                if self.mode == "elsewhere": return self.say(302, None, Location="http://169.254.169.254/latest")
                given = self.headers.get("Authorization")
                if self.mode == "expired" or (given and given != "token " + token): return self.say(401, {"message": "user does not exist"})
                segments = [unquote(part) for part in path.split("/")[1:]]
                if segments[:3] != ["repos", "acme", "storefront"]: return self.say(404, {"message": "Not found"})
                with lock: answer = self.answer(segments[3:])
                self.say(*answer[:2], **(answer[2] if len(answer) > 2 else {}))

            def page(self, rows):
                size = min(int(self.query.get("limit", ["30"])[0]), largest_page)
                page = int(self.query.get("page", ["1"])[0])
                headers = {"Link": "<https://forge.elsewhere.example/x>; rel=\"next\""}
                if self.mode != "uncounted": headers["X_Total_Count"] = str(len(rows))
                return 200, rows[(page - 1) * size:page * size], headers

            def answer(self, rest):
                if rest[0] == "hooks": return self.answer_hooks(rest[1:])
                if rest[0] == "statuses": return self.answer_statuses(rest[1])
                if rest[0] == "tags":
                    found = state.get("tags", {}).get("/".join(rest[1:]))
                    return (200, found) if found else (404, {"message": "tag does not exist"})
                if rest[0] == "pulls":
                    found = state.get("pulls", {}).get(rest[1])
                    if not found: return 404, {"message": "pull request does not exist"}
                    return self.page(found["files"]) if rest[2:] == ["files"] else (200, found["shown"])
                return 404, {"message": "Not found"}

            def shown(self, hook):
                config = {name: value for name, value in hook["config"].items() if name in ("url", "content_type")}
                return dict({name: value for name, value in hook.items() if name != "config"}, config=config)

            def apply(self, hook):
                hook["config"] = dict(hook.get("config", {}), **self.body.get("config", {}))
                wanted = self.body.get("events") or ["push"]
                hook["events"] = [event for event in wanted if event not in PULLS] + (PULLS if "pull_request" in wanted else [])
                hook["branch_filter"] = self.body.get("branch_filter", "")
                hook["authorization_header"] = self.body.get("authorization_header", "")

            def answer_hooks(self, rest):
                if not rest and self.command == "GET": return self.page([self.shown(hook) for hook in hooks])
                if not rest:
                    if self.body.get("type") != "gitea": return 422, {"message": "Invalid hook type"}
                    hook = {"id": 1 + max([hook["id"] for hook in hooks] or [0]), "type": "gitea", "active": self.body.get("active", False)}
                    self.apply(hook); hooks.append(hook)
                    return 201, self.shown(hook)
                hook = next((hook for hook in hooks if hook["id"] == int(rest[0])), None)
                if not hook: return 404, {"message": "Not found"}
                if self.command == "DELETE": hooks.remove(hook); return 204, None
                self.apply(hook)
                if "active" in self.body: hook["active"] = self.body["active"]
                return 200, self.shown(hook)

            def answer_statuses(self, sha):
                rows = [row for row in reversed(statuses) if row["sha"] == sha]
                if self.command == "GET": return self.page(rows)
                if sha not in state.get("commits", []): return 404, {"message": "object does not exist"}
                row = {"id": 1 + len(statuses), "sha": sha, "status": self.body["state"], "context": self.body["context"],
                       "description": self.body["description"], "target_url": self.body.get("target_url", "")}
                statuses.append(row)
                return 201, row

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        def end_with_parent(parent):
            while os.getppid() == parent: time.sleep(1)
            os._exit(0)
        threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
        with open(folder + "/port", "w") as file: file.write("%d\n" % server.server_port)
        server.serve_forever()
        """#
}
