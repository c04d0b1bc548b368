extension GiteaServer {
    static let script = #"""
        hooks, statuses = state.get("hooks", []), state.get("statuses", [])
        largest_page = state.get("largest_page", 50)
        PULLS = ["pull_request", "pull_request_assign", "pull_request_label", "pull_request_milestone", "pull_request_comment",
                 "pull_request_review", "pull_request_sync", "pull_request_review_request"]

        class Host(Played):
            prefix = ["api", "v1"]

            def given(self): return (self.headers.get("Authorization") or "").removeprefix("token ")

            def work(self, path):
                segments = [unquote(part) for part in path.split("/")[1:]]
                if segments[:3] != ["repos", "acme", "storefront"]: return 404, {"message": "Not found"}
                return self.answer(segments[3:])

            def page(self, rows):
                size = min(int(self.query.get("limit", ["30"])[0]), largest_page)
                page = int(self.query.get("page", ["1"])[0])
                headers = {"Link": "<https://forge.elsewhere.example/x>; rel=\"next\""}
                if self.mode != "uncounted": headers["X-Total-Count"] = str(len(rows))
                return 200, rows[(page - 1) * size:page * size], headers

            def answer(self, rest):
                if rest[0] == "hooks": return self.answer_hooks(rest[1:])
                if rest[0] == "statuses": return self.answer_statuses(rest[1])
                if rest[0] == "tags":
                    found = state.get("tags", {}).get("/".join(rest[1:]))
                    return (200, found) if found else (404, {"message": "tag does not exist"})
                if rest[0] == "compare":
                    found = state.get("comparisons", {}).get(rest[1])
                    return (200, found) if found else (404, {"message": "not found"})
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
        """#
}
