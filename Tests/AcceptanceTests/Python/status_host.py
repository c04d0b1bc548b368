"""A host that keeps commit statuses as GitHub's API does, and fails as hosts do.

Each status is one line of the record: commit, context, state, description. Every seventh POST is answered 502 and not
kept; every fifth is kept and its answer lost: the sender can't know, and must ask before it says it again.
"""

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

record = open(sys.argv[1], "a", buffering=1)
lock = threading.Lock()
statuses = {}
posts = 0


class Host(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def allowed(self):
        if self.headers.get("Authorization") in ("Bearer t0ken", "token t0ken"):
            return True
        self.answer(401, {"message": "Bad credentials"})
        return False

    def do_GET(self):
        if not self.allowed():
            return
        path = self.path.split("?")[0]
        found = re.fullmatch(r"/repos/acme/storefront/commits/([0-9a-f]{40})/(statuses|status)", path)
        if not found:
            return self.answer(404, {"message": "Not Found"})
        with lock:
            newest = list(reversed(statuses.get(found.group(1), [])))
        self.answer(200, newest if found.group(2) == "statuses" else {"statuses": newest})

    def do_POST(self):
        global posts
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.allowed():
            return
        found = re.fullmatch(r"/repos/acme/storefront/statuses/([0-9a-f]{40})", self.path)
        if not found:
            return self.answer(404, {"message": "Not Found"})
        with lock:
            posts += 1
            turn = posts
            if turn % 7 != 0:
                status = {key: body.get(key) for key in ("state", "context", "description", "target_url")}
                statuses.setdefault(found.group(1), []).append(dict(status, id=turn))
                record.write("\t".join([found.group(1), body["context"], body["state"], body["description"]]) + "\n")
        if turn % 7 == 0:
            return self.answer(502, {"message": "Bad Gateway"})
        if turn % 5 == 0:
            self.close_connection = True
            self.connection.close()
            return
        self.answer(201, dict(status, id=turn))


server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
sys.stdin.read()
