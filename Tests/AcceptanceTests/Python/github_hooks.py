"""As much of GitHub's API as hooks need, on loopback.

GET, POST /api/v3/repos/O/R/hooks; GET, PATCH, DELETE …/hooks/ID, with the token `good`. `/played` shows all hooks,
`/played/switch-off` makes them inactive, `/played/refuse` answers 403 from then on, as to a token without the right.
"""
import json, os, re, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

hooks, state, lock = {}, {"next": 1, "refuse": False}, threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value=None):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def input(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return json.loads(body) if body else {}

    def handle_call(self):
        given = self.input()
        path = self.path.split("?")[0]
        if path == "/played":
            return self.answer(200, list(hooks.values()))
        if path == "/played/switch-off":
            for hook in hooks.values():
                hook["active"] = False
            return self.answer(200, {})
        if path == "/played/refuse":
            state["refuse"] = True
            return self.answer(200, {})
        found = re.fullmatch(r"/api/v3/repos/([^/]+/[^/]+)/hooks(?:/(\d+))?", path)
        if not found:
            return self.answer(404, {"message": "Not Found"})
        if self.headers.get("Authorization", "").split(" ")[-1] != "good":
            return self.answer(401, {"message": "Bad credentials"})
        if state["refuse"]:
            return self.answer(403, {"message": "Resource not accessible by personal access token"})
        self.repository(found[1], found[2] and int(found[2]), given)

    def repository(self, repository, number, given):
        if number is None and self.command == "GET":
            shown = [self.shown(hook) for hook in hooks.values() if hook["repository"] == repository]
            return self.answer(200, shown)
        if number is None:
            if any(hook["config"]["url"] == given["config"]["url"] for hook in hooks.values()):
                return self.answer(422, {"message": "Hook already exists on this repository"})
            hook = {"id": state["next"], "repository": repository, **given}
            state["next"] += 1
            hooks[hook["id"]] = hook
            return self.answer(201, self.shown(hook))
        hook = hooks.get(number)
        if hook is None or hook["repository"] != repository:
            return self.answer(404, {"message": "Not Found"})
        if self.command == "DELETE":
            del hooks[number]
            return self.answer(204)
        if self.command == "PATCH":
            hook.update(given)
        self.answer(200, self.shown(hook))

    def shown(self, hook):
        config = {name: "********" if name == "secret" else value for name, value in hook["config"].items()}
        return {**hook, "config": config}

    def serve(self):
        with lock:
            self.handle_call()

    do_GET = do_POST = do_PATCH = do_DELETE = serve


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
