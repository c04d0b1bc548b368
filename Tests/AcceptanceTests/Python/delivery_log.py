"""GitHub's log of deliveries for one hook of acme/storefront, as its API shows it.

The folder's files are the deliveries that failed: NUMBER.json, {"headers": …, "payload": …}, newest number last. The
hook's URL is the second argument.
"""

import datetime
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, hook_url = sys.argv[1:]
base = "/repos/acme/storefront/hooks"


def deliveries():
    return sorted(int(name.removesuffix(".json")) for name in os.listdir(folder) if name.endswith(".json"))


def read(number):
    with open(f"{folder}/{number}.json") as file:
        return json.load(file)


def shown(number):
    headers = read(number)["headers"]
    at = datetime.datetime.fromtimestamp(os.stat(f"{folder}/{number}.json").st_mtime, datetime.timezone.utc)
    return {
        "id": number, "guid": headers["X-GitHub-Delivery"], "delivered_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "redelivery": False, "status": "failed to connect to host", "status_code": 0,
        "event": headers["X-GitHub-Event"], "action": None, "repository_id": 1,
    }


class Log(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, code, value, **headers):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == base:
            return self.answer(200, [{"id": 7, "active": True, "events": ["push"], "config": {"url": hook_url}}])
        if path == f"{base}/7/deliveries":
            newest_first = list(reversed(deliveries()))
            found = re.search(r"cursor=(\d+)", query)
            start = int(found.group(1)) if found else 0
            # Pages of thirty, whatever was asked for: a reader that stops at the first page loses the others.
            page = [shown(number) for number in newest_first[start:start + 30]]
            if start + 30 < len(newest_first):
                url = f"http://{self.headers['Host']}{path}?cursor={start + 30}"
                return self.answer(200, page, Link=f'<{url}>; rel="next"')
            return self.answer(200, page)
        found = re.fullmatch(re.escape(base) + r"/7/deliveries/(\d+)", path)
        if found and int(found.group(1)) in deliveries():
            number = int(found.group(1))
            delivery = read(number)
            return self.answer(
                200, dict(shown(number), request={"headers": delivery["headers"], "payload": delivery["payload"]}))
        # Statuses of commits are taken and forgotten.
        return self.answer(404, {"message": "Not Found"})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(201, {})


server = ThreadingHTTPServer(("127.0.0.1", 0), Log)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
sys.stdin.read()
