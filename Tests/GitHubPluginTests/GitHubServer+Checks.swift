extension GitHubServer {
    /// The Checks API, as GitHub documents it: for Apps with the right permission only, and a run that has ended stays
    /// so. Part of ``program``.
    static let checks = #"""
        state.update({"checks": [], "checks_permission": "write"})

        def may_check(handler, permissions):
            if handler.headers["Authorization"].split()[1] not in issued:
                raise Refusal(403, {"message": "You must authenticate via a GitHub App."})
            if state["checks_permission"] not in permissions:
                raise Refusal(403, {"message": "Resource not accessible by integration"})

        def described(run, body):
            words = {"name", "status", "conclusion", "details_url", "external_id", "started_at", "completed_at", "output"}
            if "output" in body and not {"title", "summary"} <= set(body["output"]): invalid("output wants a title and a summary")
            if body.get("status") == "completed" and "conclusion" not in body: invalid("conclusion is missing")
            if run.get("status") == "completed": body = {name: body[name] for name in body if name not in ("status", "conclusion")}
            run.update({name: body[name] for name in body if name in words})
            if run.get("conclusion"): run["status"] = "completed"
            return run

        def work_check_runs(self, method, rest, query, body):
            may_check(self, ["write"])
            if method == "PATCH": return 200, described(found(next((run for run in state["checks"] if str(run["id"]) == rest[0]), None)), body)
            if body["head_sha"] not in state["commits"]: raise Refusal(422, {"message": "No commit found for SHA: " + body["head_sha"]})
            run = described({"id": state["next"], "head_sha": body["head_sha"], "status": "queued", "conclusion": None}, body)
            state["next"] += 1; state["checks"].append(run)
            return 201, run

        def check_runs_of(self, sha, query):
            may_check(self, ["read", "write"])
            runs = [run for run in state["checks"] if run["head_sha"] == sha and run["name"] == query.get("check_name", run["name"])]
            if query.get("filter", "latest") == "latest": runs = runs[-1:]
            status, page = self.page(runs, query)
            return status, {"total_count": len(runs), "check_runs": page}

        Handler.work_check_runs = work_check_runs
        Handler.check_runs_of = check_runs_of

        """#
}
