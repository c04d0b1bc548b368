"""Six hosts that keep commit statuses as their APIs do, and fail as hosts do: status_hosts.py RECORD.

Each has a port of its own and a class below. What a call came to is one line of the record: the host, the commit, the
context, the state in our own word, and the effect: `made` (an entry that wasn't there), `changed` (an entry came to
another state) or `again` (nothing is different from before). Of each host's calls that write, every seventh is answered
502 and not kept; every fifth is kept and its answer lost: the sender can't know, and must ask before it says it again.
Every eleventh call of any kind is answered 429 and asks for a second's rest.
"""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

record = open(sys.argv[1], "a", buffering=1)
lock = threading.Lock()
WORDS = {
    "pending": "running", "in_progress": "running", "running": "running", "INPROGRESS": "running",
    "success": "succeeded", "SUCCESSFUL": "succeeded",
}


def note(**facts):
    record.write(json.dumps(facts) + "\n")


class Host(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    token = ("Authorization", "Bearer t0ken")

    def log_message(self, *args):
        pass

    def send(self, code, value, headers={}):
        body = b"" if code == 204 else json.dumps(value).encode()
        self.send_response(code)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fault(self, name, *answer):
        note(host=self.server.name, fault=name)
        self.send(*answer)

    def do_GET(self):
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = [unquote(part) for part in parts.path.strip("/").split("/")]
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        with lock:
            if path[0] == "app":
                return self.send(*self.issue(path))
            if self.headers.get(self.token[0]) != self.token[1]:
                return self.send(401, {"message": "Bad credentials"})
            self.server.calls += 1
            if self.server.calls % 11 == 0:
                return self.fault("limit", 429, {"message": "slow down"}, {"Retry-After": "1"})
            if self.command == "GET":
                return self.send(*self.read(path))
            self.server.writes += 1
            if self.server.writes % 7 == 0:
                return self.fault("outage", 502, {"message": "Bad Gateway"})
            answer = self.write(path, body)
            if self.server.writes % 5 == 0:
                note(host=self.server.name, fault="lost")
                self.close_connection = True
                return self.connection.close()
        self.send(*answer)

    do_POST = do_PATCH = do_GET

    def told(self, commit, context, state, effect):
        note(host=self.server.name, commit=commit, context=context, state=WORDS.get(state, state), effect=effect)

    # What most of them have: a list for each commit, the newest last.

    def entries(self, commit):
        return self.server.entries.setdefault(commit, [])

    def append(self, commit, entry):
        self.server.last += 1
        self.entries(commit).append(dict(entry, id=self.server.last))
        return self.entries(commit)[-1]


class GitHub(Host):
    """Every report is kept: the same one sent again is there twice."""

    def read(self, path):
        return 200, list(reversed(self.entries(path[4])))

    def write(self, path, body):
        assert path[:4] == ["repos", "acme", "storefront", "statuses"], path
        self.told(path[4], body["context"], body["state"], "made")
        return 201, self.append(path[4], {name: body.get(name) for name in ("state", "context", "description", "target_url")})


class GitHubApp(Host):
    """A run is made once and changed by its id; one that has ended stays so."""

    token = ("Authorization", "Bearer ghs_1")

    def issue(self, path):
        if self.command == "GET":
            return 200, [{"id": 1, "account": {"login": "acme", "type": "Organization"}}]
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return 201, {"token": "ghs_1", "expires_at": ends}

    def read(self, path):
        assert path[3] == "commits" and path[5] == "check-runs", path
        runs = [run for run in self.entries(path[4]) if run["name"] == self.query["check_name"]]
        return 200, {"total_count": len(runs), "check_runs": runs}

    def write(self, path, body):
        assert path[:4] == ["repos", "acme", "storefront", "check-runs"], path
        state = body.get("conclusion") or body["status"]
        if self.command == "POST":
            run = self.append(body["head_sha"], dict({"conclusion": None}, **body))
            self.told(run["head_sha"], run["name"], state, "made")
            return 201, run
        run = next(run for runs in self.server.entries.values() for run in runs if str(run["id"]) == path[4])
        effect = "again" if run["status"] == "completed" or run["status"] == body["status"] else "changed"
        if run["status"] != "completed":
            run.update(body)
        self.told(run["head_sha"], run["name"], state, effect)
        return 200, run


class GitLab(Host):
    """One entry of a name is open at a time, and can't be put into the state that it is in."""

    token = ("PRIVATE-TOKEN", "t0ken")

    def read(self, path):
        return 200, [entry for entry in self.entries(path[4]) if entry["name"] == self.query["name"]]

    def write(self, path, body):
        assert path[:3] == ["projects", "acme/storefront", "statuses"], path
        newest = next((one for one in reversed(self.entries(path[3])) if one["name"] == body["name"]), None)
        if newest and newest["status"] in ("pending", "running"):
            if newest["status"] == body["state"]:
                self.told(path[3], body["name"], body["state"], "again")
                return 400, {"message": "Cannot transition status via :run from :running"}
            self.told(path[3], body["name"], body["state"], "changed")
            newest.update(status=body["state"], description=body["description"], target_url=body.get("target_url"))
            return 201, newest
        self.told(path[3], body["name"], body["state"], "made")
        facts = {"status": body["state"], "name": body["name"], "description": body["description"]}
        return 201, self.append(path[3], dict(facts, target_url=body.get("target_url")))


class Gitea(Host):
    """Every report is kept: the same one sent again is there twice."""

    token = ("Authorization", "token t0ken")

    def read(self, path):
        return 200, list(reversed(self.entries(path[4]))) if self.query.get("page", "1") == "1" else []

    def write(self, path, body):
        assert path[:4] == ["repos", "acme", "storefront", "statuses"], path
        self.told(path[4], body["context"], body["state"], "made")
        facts = {"status": body["state"], "context": body["context"], "description": body["description"]}
        return 201, self.append(path[4], dict(facts, target_url=body.get("target_url", "")))


class Keyed(Host):
    """An entry has a key and is overwritten: the same report sent again changes nothing."""

    def found(self, commit, key):
        entry = next((entry for entry in self.entries(commit) if entry["key"] == key), None)
        return (200, entry) if entry else (404, {"errors": [{"exceptionName": "x.NoSuchBuildStatusException"}]})

    def put(self, commit, body, code):
        entry = self.found(commit, body["key"])[1]
        effect = "made" if "key" not in entry else "again" if entry["state"] == body["state"] else "changed"
        if effect == "made":
            self.append(commit, body)
        else:
            entry.update(body)
        self.told(commit, body["name"], body["state"], effect)
        return code, body


class Bitbucket(Keyed):
    def read(self, path):
        return self.found(path[4], "/".join(path[7:]))

    def write(self, path, body):
        assert path[:4] == ["repositories", "acme", "storefront", "commit"] and path[5:] == ["statuses", "build"], path
        return self.put(path[4], body, 201)


class BitbucketServer(Keyed):
    def read(self, path):
        return self.found(path[8], self.query["key"])

    def write(self, path, body):
        assert path[3:8] == ["projects", "acme", "repos", "storefront", "commits"] and path[9:] == ["builds"], path
        return self.put(path[8], body, 204)


def serve(kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    server.handle_error = lambda *_: None if isinstance(sys.exc_info()[1], OSError) else note(host=kind.__name__, wrong=repr(sys.exc_info()[1]))
    server.name, server.calls, server.writes, server.last, server.entries = kind.__name__, 0, 0, 0, {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


print("listening on " + " ".join(map(serve, [GitHub, GitHubApp, GitLab, Gitea, Bitbucket, BitbucketServer])), flush=True)
sys.stdin.read()
