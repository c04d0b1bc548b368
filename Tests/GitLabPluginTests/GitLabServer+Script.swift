extension GitLabServer {
    static let script = #"""
        project = state.get("project", "acme/shop/storefront")
        hooks, statuses = state.get("hooks", []), state.get("statuses", [])
        open_states, seen = ("pending", "running"), {}
        EVENTS = ["push_events", "tag_push_events", "merge_requests_events", "pipeline_events", "releases_events", "job_events"]

        class Host(Played):
            prefix = ["api", "v4"]

            def given(self): return self.headers.get("PRIVATE-TOKEN") or (self.headers.get("Authorization") or "").removeprefix("Bearer ")

            def work(self, path):
                segments = path.split("/")[1:]
                if segments[0] != "projects" or unquote(segments[1]) != project: return 404, {"message": "404 Project Not Found"}
                return self.answer(segments[2:])

            def answer(self, rest):
                if rest[0] == "hooks": return self.answer_hooks(rest[1:])
                if rest[0] == "statuses": return self.post_status(rest[1])
                if rest[0] == "merge_requests":
                    request = state.get("merge_requests", {}).get(rest[1])
                    if not request: return 404, {"message": "404 Not found"}
                    return self.page(request["files"], 100) if rest[2:] == ["diffs"] else (200, request["shown"])
                if rest[1] == "merge_base":
                    found = state.get("merge_bases", {}).get(" ".join(self.query["refs[]"]))
                    if found is None: return 400, {"message": "400 Bad request - Could not find ref"}
                    if found == "none": return 404, {"message": "404 Merge Base Not Found"}
                    return 200, {"id": found}
                if rest[1] == "compare":
                    found = state.get("comparisons", {}).get(self.query["from"][0] + " " + self.query["to"][0] + " " + self.query["straight"][0])
                    return (200, found) if found else (404, {"message": "404 Commit Not Found"})
                if rest[1] == "tags":
                    found = state.get("tags", {}).get(unquote(rest[2]))
                    return (200, found) if found else (404, {"message": "404 Tag Not Found"})
                if rest[1] == "commits" and rest[3:] == ["statuses"]:
                    name = self.query["name"][0]
                    shown = {}
                    for row in statuses:
                        if row["sha"] == rest[2] and row["name"] == name: shown[row["ref"]] = row
                    return self.page(list(shown.values()), 100)
                if rest[1] == "commits":
                    found = [c for c in state.get("commits", []) if c.startswith(rest[2])]
                    return (200, {"id": found[0]}) if found else (404, {"message": "404 Commit Not Found"})
                return 404, {"message": "404 Not found"}

            def page(self, rows, most):
                size = min(int(self.query.get("per_page", ["20"])[0]), most)
                page = int(self.query.get("page", ["1"])[0])
                part = rows[(page - 1) * size:page * size]
                more = page * size < len(rows)
                return 200, part, {"X-Next-Page": str(page + 1) if more else "", "Link": "<https://gitlab.elsewhere.example/x>; rel=\"next\""}

            def shown(self, hook):
                public = {name: value for name, value in hook.items() if name not in ("token", "signing_token", "log")}
                if self.mode != "old": public["signing_token_present"] = bool(hook.get("signing_token"))
                return public

            def apply(self, hook):
                known = set(EVENTS + ["url", "token", "enable_ssl_verification", "push_events_branch_filter", "branch_filter_strategy", "custom_webhook_template"])
                if self.mode != "old": known.add("signing_token")
                if hook.get("url") not in (None, self.body.get("url")): hook.pop("token", None); hook.pop("signing_token", None)
                for name, value in self.body.items():
                    if name in known: hook[name] = value

            def answer_hooks(self, rest):
                if not rest and self.command == "GET": return self.page([self.shown(hook) for hook in hooks], 100)
                if not rest:
                    if self.body["url"].startswith("http://10."): return 422, {"message": "Invalid url given"}
                    hook = {"id": 1 + max([hook["id"] for hook in hooks] or [0]), "alert_status": "executable", "push_events": True,
                            "push_events_branch_filter": None, "custom_webhook_template": None}
                    self.apply(hook); hooks.append(hook)
                    return 201, self.shown(hook)
                hook = next((hook for hook in hooks if hook["id"] == int(rest[0])), None)
                if not hook: return 404, {"message": "404 Not found"}
                if rest[1:] == ["events"]:
                    if self.mode == "old": return 404, {"error": "404 Not Found"}
                    if int(self.query["per_page"][0]) > 20: return 400, {"error": "per_page does not have a valid value"}
                    return self.page(hook.get("log", []), 20)
                if rest[1:2] == ["test"]:
                    if self.mode == "unreachable": return 422, {"message": "Hook execution failed: Failed to open TCP connection"}
                    hook["alert_status"] = "executable"
                    return 201, {"message": "201 Created"}
                if self.command == "DELETE": hooks.remove(hook); return 204, None
                self.apply(hook)
                return 200, self.shown(hook)

            def post_status(self, sha):
                if sha not in state.get("commits", []): return 404, {"message": "404 Commit Not Found"}
                if self.mode == "conflict": return 409, {"message": "Another update to this commit status is in progress"}
                wish, name = self.body["state"], self.body["name"]
                if len(name) > 255 or len(self.body["description"]) > 255: return 400, {"message": {"name": ["is too long (maximum is 255 characters)"]}}
                if self.mode == "old" and wish == "skipped": return 400, {"error": "state does not have a valid value"}
                ref = self.body.get("ref", "main")
                row = next((r for r in reversed(statuses) if (r["sha"], r["name"], r["ref"]) == (sha, name, ref) and r["status"] in open_states), None)
                refused = row and (wish == "pending" or wish == row["status"])
                if refused: return 400, {"message": "Cannot transition status via :run from :%s (Reason(s): Status cannot transition via \"run\")" % row["status"]}
                if not row:
                    row = {"id": 1 + len(statuses), "sha": sha, "name": name, "ref": ref}
                    statuses.append(row)
                row.update(status=wish, description=self.body["description"], target_url=self.body.get("target_url"))
                row.setdefault("history", []).append(wish)
                return 201, row
        """#
}
