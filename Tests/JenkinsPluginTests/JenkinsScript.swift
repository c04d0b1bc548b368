/// The Jenkins that the tests talk to, as a program for python3. It follows the remote API's documented behaviour; what
/// people and agents do (a build begins, writes, ends) is told to it at its second port.
enum JenkinsScript {
    static let text = #"""
        import base64, copy, hashlib, json, os, re, sys, threading, time, uuid
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import parse_qsl, unquote, quote, urlsplit

        prefix, ports = sys.argv[1:3]
        USER, TOKEN, PASSWORD = "bot", "11" + "0123456789abcdef" * 2, "pass word"
        lock = threading.RLock()
        jobs, queue, left, builds = {}, {}, {}, {}
        world = {"next_item": 1, "session": uuid.uuid4().hex[:8], "faults": [], "requests": [], "elsewhere": [], "csrf": True}

        def now(): return int(time.time() * 1000)
        def millis(): return now()
        NOTE = re.compile(b"\x1b\\[8mha:.*?\x1b\\[0m")

        class Wire(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def do_GET(self): self.begin()
            def do_POST(self): self.begin()
            def send(self, status, body=b"", headers=(), kind="application/json;charset=utf-8"):
                if isinstance(body, (dict, list)): body = json.dumps(body).encode()
                if isinstance(body, str): body = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind); self.send_header("Content-Length", str(len(body)))
                for name, value in headers: self.send_header(name, value)
                self.end_headers(); self.wfile.write(body)

        class Jenkins(Wire):
            def begin(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with lock:
                    down = self.server is not world.get("server")
                    world["requests"].append(self.command + " " + self.path)
                    fault = None
                    for entry in world["faults"]:
                        if entry["count"] > 0 and re.search(entry.get("path", ""), self.command + " " + self.path):
                            entry["count"] -= 1; fault = entry; break
                if down: self.close_connection = True; self.connection.close(); return
                if fault and self.fail(fault): return
                with lock: self.route()

            def fail(self, fault):
                kind = fault["kind"]
                if kind == "slow": time.sleep(fault.get("seconds", 1)); return False
                if kind == "after":  # does the work, loses the answer
                    wfile, self.wfile = self.wfile, open(os.devnull, "wb")
                    with lock: self.route()
                    self.wfile = wfile; self.close_connection = True; self.connection.close(); return True
                if kind == "redirect": self.send(302, headers=[("Location", fault["to"])]); return True
                if kind == "page": self.send(200, "<html>Welcome to the proxy</html>", kind="text/html"); return True
                if kind == "cut":
                    self.send_response(200); self.send_header("Content-Length", "100000"); self.send_header("X-Text-Size", "100000"); self.end_headers()
                    self.wfile.write(b"cut line one\r\ncut"); self.wfile.flush(); self.close_connection = True; self.connection.close(); return True
                self.send(int(kind), "<html>fault</html>", headers=fault.get("headers", {}).items(), kind="text/html"); return True

            def allowed(self):
                kind, _, text = (self.headers.get("Authorization") or "").partition(" ")
                user, _, secret = base64.b64decode(text or "").decode().partition(":") if kind == "Basic" else ("", "", "")
                if user != USER or secret not in (TOKEN, PASSWORD): self.send(401, "<html>Unauthorized</html>"); return False
                if self.command == "POST" and world["csrf"] and secret == PASSWORD:
                    cookie = self.headers.get("Cookie") or ""
                    session = cookie.partition("JSESSIONID.node=")[2].partition(";")[0]
                    if not session or self.headers.get("Jenkins-Crumb") != hashlib.sha256(session.encode()).hexdigest():
                        self.send(403, "<html><body><h2>HTTP ERROR 403 No valid crumb was included in the request</h2></body></html>", kind="text/html"); return False
                return True

            def reply(self, status, body=b"", headers=(), kind="application/json;charset=utf-8"):
                self.send(status, body, [("X-Jenkins", "2.541.1"), ("X-Jenkins-Session", world["session"])] + list(headers), kind)

            def gone(self): self.reply(404, "<html>Not Found</html>", kind="text/html")

            def route(self):
                parts = urlsplit(self.path)
                if not parts.path.startswith(prefix + "/"): self.send(404, "outside"); return
                if not self.allowed(): return
                self.query = dict(parse_qsl(parts.query))
                path = parts.path[len(prefix):].strip("/").split("/")
                if path[:2] == ["crumbIssuer", "api"]:
                    if not world["csrf"]: return self.gone()
                    session = uuid.uuid4().hex
                    return self.reply(200, {"crumb": hashlib.sha256(session.encode()).hexdigest(), "crumbRequestField": "Jenkins-Crumb"},
                        [("Set-Cookie", "JSESSIONID.node=" + session + "; Path=/; HttpOnly")])
                if path[0] == "queue": return self.in_queue(path[1:])
                names = []
                while len(path) >= 2 and path[0] == "job": names.append(unquote(path[1])); path = path[2:]
                name = "/".join(names)
                if any(known.startswith(name + "/") for known in jobs) and name not in jobs:
                    return self.reply(200, {"_class": "com.cloudbees.hudson.plugins.folder.Folder", "name": names[-1], "jobs": []})
                if name not in jobs: return self.gone()
                self.in_job(name, jobs[name], path)

            def in_queue(self, path):
                if path[0] == "cancelItem":
                    item = queue.pop(int(self.query["id"]), None)
                    if item is None: return self.gone()
                    item["cancelled"] = True; left[item["id"]] = item; return self.reply(204)
                if path[0] == "item":
                    item = queue.get(int(path[1])) or left.get(int(path[1]))
                    return self.reply(200, item) if item else self.gone()
                self.reply(200, {"items": list(queue.values())})

            def in_job(self, name, job, path):
                if path in (["build"], ["buildWithParameters"]):
                    if self.command != "POST": return self.reply(405, "<html>POST is needed</html>")
                    return self.schedule(name, job, path[0] == "buildWithParameters")
                if path[:1] == ["api"]:
                    waiting = [i for i in queue.values() if i["job"] == name]
                    return self.reply(200, {"_class": "x", "name": name.split("/")[-1], "buildable": not job.get("disabled"),
                        "nextBuildNumber": job["next"], "queueItem": waiting[0] if waiting else None,
                        "property": [{}, {"parameterDefinitions": [{"name": p, "type": job.get("kinds", {}).get(p, "StringParameterDefinition")} for p in job["params"]]}] if job["params"] is not None else [{}],
                        "builds": [self.shown(b) for (n, _), b in sorted(builds.items(), key=lambda e: -e[0][1]) if n == name][:100]})
                build = builds.get((name, int(path[0]))) if path and path[0].isdigit() else None
                if build is None: return self.gone()
                rest = path[1:]
                if rest[:1] == ["api"]: return self.reply(200, self.shown(build))
                if rest == ["logText", "progressiveText"]: return self.text(build)
                if rest[:1] == ["artifact"]:
                    content = build["files"].get("/".join(unquote(s) for s in rest[1:]))
                    return self.gone() if content is None else self.reply(200, base64.b64decode(content), kind="application/octet-stream")
                if rest and rest[0] in ("stop", "term", "kill"):
                    order = ["stop", "term", "kill"]
                    if rest[0] != "stop" and not job.get("pipeline"): return self.gone()
                    if order.index(rest[0]) >= order.index(job.get("heeds", "stop")) and build["building"]:
                        build.update(building=False, inProgress=False, result="ABORTED")
                    return self.reply(302, headers=[("Location", "http://elsewhere.invalid/")])
                self.gone()

            def shown(self, build):
                result = {k: v for k, v in build.items() if k not in ("files", "log")}
                result["artifacts"] = [{"displayPath": p.split("/")[-1], "fileName": p.split("/")[-1], "relativePath": p} for p in build["files"]]
                return result

            def text(self, build):
                log = build["log"]; start = int(self.query.get("start", "0"))
                if start > len(log): start = 0
                data = NOTE.sub(b"", log[start:]).replace(b"\n", b"\r\n")
                headers = [("X-Text-Size", str(len(log)))] + ([("X-More-Data", "true")] if build["inProgress"] else [])
                self.reply(200, data, headers, "text/plain;charset=utf-8")

            def schedule(self, name, job, with_parameters):
                if job.get("disabled"): return self.reply(409, "<html>%s is not buildable</html>" % name)
                if job.get("vetoed"): return self.reply(302, headers=[("Location", "http://jenkins.internal:8080" + prefix + "/")])
                if with_parameters and job["params"] is None: return self.reply(400, "<html>%s is not parameterized</html>" % name)
                if not with_parameters and job["params"] is not None: return self.reply(400, "<html>Nothing is submitted</html>")
                given = dict(self.query); given.update(parse_qsl(self.body.decode(), keep_blank_values=True)); given.pop("delay", None)
                values = []
                for p in job["params"] or []:
                    choices = (job.get("choices") or {}).get(p)
                    value = given.get(p, "default of " + p)
                    if choices and value not in choices: return self.reply(500, "<html>Illegal choice for parameter %s: %s</html>" % (p, value))
                    values.append({"_class": "hudson.model.StringParameterValue", "name": p, "value": value})
                place = "http://jenkins.internal:8080" + prefix + "/queue/item/%d/"
                for item in queue.values():
                    if item["job"] == name and item["actions"][0].get("parameters", []) == values:
                        return self.reply(303 if with_parameters else 201, headers=[("Location", place % item["id"])])
                number = world["next_item"]; world["next_item"] += 1
                queue[number] = {"_class": "hudson.model.Queue$WaitingItem", "id": number, "job": name, "inQueueSince": now(), "stuck": False,
                    "blocked": False, "buildable": True, "why": "Waiting for next available executor", "task": {"name": name.split("/")[-1], "url": "http://jenkins.internal:8080/x/"},
                    "actions": [{"parameters": values}, {}, {"causes": [{"userId": USER}]}]}
                if "auto" in job: begin(number); finish(name, builds_of(name), job["auto"])
                self.reply(201, headers=[("Location", place % number)])

        def builds_of(name): return max(n for (job, n) in builds if job == name)

        def begin(number):
            item = queue.pop(number); job = jobs[item["job"]]
            build = {"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun" if job.get("pipeline") else "hudson.model.FreeStyleBuild",
                "number": job["next"], "queueId": number, "timestamp": now(), "estimatedDuration": job.get("estimate", -1), "building": True,
                "inProgress": True, "result": None, "actions": copy.deepcopy(item["actions"]), "log": b"", "files": {}}
            builds[(item["job"], job["next"])] = build
            item.update(executable={"number": job["next"], "url": "http://jenkins.internal:8080/job/x/%d/" % job["next"]}, why=None, cancelled=False)
            left[number] = item; job["next"] += 1
            return build["number"]

        def finish(name, number, end):
            build = builds[(name, number)]
            build["log"] += end.get("log", "").encode()
            build["files"].update({p: base64.b64encode(c.encode()).decode() for p, c in end.get("files", {}).items()})
            build.update(result=end.get("result", "SUCCESS"), building=end.get("building", False), inProgress=end.get("inProgress", False))

        class Control(Wire):
            def begin(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path != "/":
                    with lock: world["elsewhere"].append(self.path + " " + (self.headers.get("Authorization") or "no credential"))
                    return self.send(200, {"crumb": "x"})
                with lock: answer = self.obey(json.loads(body))
                self.send(200, {"answer": answer})

            def obey(self, order):
                word = order["do"]
                if word == "job":
                    name = order.pop("name"); order.setdefault("params", None); order.setdefault("next", 1); jobs[name] = order
                elif word == "begin": return begin(order.get("item") or min(queue))
                elif word == "write": builds[(order["job"], order["build"])]["log"] += order["text"].encode()
                elif word == "end": finish(order["job"], order["build"], order)
                elif word == "cancel": item = queue.pop(order.get("item") or min(queue)); item["cancelled"] = True; left[item["id"]] = item
                elif word == "forget": left.clear()
                elif word == "lose": queue.clear(); left.clear()
                elif word == "trim": build = builds[(order["job"], order["build"])]; build["log"] = build["log"][:order["size"]]
                elif word == "repeat":  # somebody starts a build with the same parameters again
                    source = builds[(order["job"], order["build"])]; number = jobs[order["job"]]["next"]; jobs[order["job"]]["next"] += 1
                    builds[(order["job"], number)] = dict(copy.deepcopy(source), number=number, queueId=10_000 + number, building=True, inProgress=True, result=None)
                elif word == "fault": world["faults"].append(dict({"count": 1}, **order))
                elif word == "calm": world["faults"] = []
                elif word == "csrf": world["csrf"] = order["on"]
                elif word == "down": down()
                elif word == "up": left.clear(); world["session"] = uuid.uuid4().hex[:8]; up()
                return {"queue": sorted(queue), "builds": [{"job": j, "number": n, "result": b["result"], "building": b["building"],
                    "parameters": {p["name"]: p["value"] for p in b["actions"][0].get("parameters", [])}} for (j, n), b in sorted(builds.items())],
                    "requests": world["requests"], "elsewhere": world["elsewhere"]}

        def serve(kind, port):
            server = ThreadingHTTPServer(("127.0.0.1", port), kind); server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            return server

        def down():
            server = world.pop("server"); world["port"] = server.server_port
            server.shutdown(); server.server_close()

        def up():
            for _ in range(200):
                try: world["server"] = serve(Jenkins, world["port"]); return
                except OSError: time.sleep(0.02)

        ThreadingHTTPServer.request_queue_size = 64
        world["port"] = 0; up()
        control = serve(Control, 0)
        with open(ports + ".new", "w") as file: file.write("%d %d\n" % (world["server"].server_port, control.server_port))
        os.rename(ports + ".new", ports)
        parent = os.getppid()
        while os.getppid() == parent: time.sleep(0.5)
        os._exit(0)
        """#
}
