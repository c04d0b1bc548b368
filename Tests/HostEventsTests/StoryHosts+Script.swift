extension StoryHosts {
    /// What each host documents of its answers to the questions that the modules ask.
    static let script = #"""
        parents, touched, pull_head, pull_base = state["parents"], state["touched"], state["head"], state["base"]

        def line(commit):
            found = []
            while commit: found.append(commit); commit = parents.get(commit)
            return found

        def parted(one, other): return next(commit for commit in line(one) if commit in line(other))
        def beyond(base, head): return [commit for commit in line(head) if commit not in line(base)]
        def files(commit): return {path: at for at in reversed(line(commit)) for path in touched[at]}

        def differing(one, other):
            old, new = files(one), files(other)
            return sorted(path for path in {**old, **new} if old.get(path) != new.get(path))

        def of_pull(): return differing(parted(pull_base, pull_head), pull_head)

        class Host(Played):
            def given(self): return self.headers.get("PRIVATE-TOKEN") or (self.headers.get("Authorization") or "none").split(" ")[-1]

            def work(self, path):
                host, rest = path.split("/")[1], path.split("/")[2:]
                asked = {name: values[0] for name, values in self.query.items()}
                return getattr(self, host)(rest, asked) or (404, {"message": "404 Not Found"})

            # The files of a comparison are those since both parted.
            def github(self, rest, asked):
                if rest[:3] != ["repos", "acme", "app"]: return None
                shown = lambda paths: [{"filename": path, "status": "modified"} for path in paths]
                if rest[3] == "compare":
                    base, head = rest[4].split("...")
                    ahead, behind = beyond(base, head), beyond(head, base)
                    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
                    return 200, {"status": status, "ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead),
                                 "files": shown(differing(parted(base, head), head))}
                if rest[3:] == ["pulls", "7"]:
                    return 200, {"number": 7, "head": {"sha": pull_head}, "base": {"sha": pull_base}, "changed_files": len(of_pull())}
                if rest[3:] == ["pulls", "7", "files"]: return 200, shown(of_pull())

            def gitlab(self, rest, asked):
                if rest[:2] != ["projects", "acme%2Fapp"]: return None
                shown = lambda paths: [{"old_path": path, "new_path": path, "renamed_file": False} for path in paths]
                if rest[2:] == ["repository", "merge_base"]: return 200, {"id": parted(*self.query["refs[]"])}
                if rest[2:] == ["repository", "compare"]:
                    first = asked["from"] if asked.get("straight") == "true" else parted(asked["from"], asked["to"])
                    return 200, {"diffs": shown(differing(first, asked["to"])), "compare_timeout": False}
                if rest[2:] == ["merge_requests", "7"]:
                    return 200, {"iid": 7, "sha": pull_head, "changes_count": str(len(of_pull())),
                                 "diff_refs": {"base_sha": parted(pull_base, pull_head), "head_sha": pull_head, "start_sha": pull_base}}
                if rest[2:] == ["merge_requests", "7", "diffs"]: return 200, shown(of_pull()), {"X-Next-Page": ""}

            # A comparison lists the commits since both parted, each with its own files.
            def gitea(self, rest, asked):
                if rest[:3] != ["repos", "acme", "app"]: return None
                shown = lambda paths: [{"filename": path, "status": "modified"} for path in paths]
                if rest[3] == "compare":
                    base, head = rest[4].split("...")
                    commits = beyond(base, head)
                    list_of = lambda commit: shown(touched[commit]) if asked.get("files", "true") == "true" else None
                    return 200, {"total_commits": len(commits), "commits": [{"sha": commit, "files": list_of(commit)} for commit in commits]}
                if rest[3:] == ["pulls", "7"]:
                    return 200, {"number": 7, "head": {"sha": pull_head}, "base": {"sha": pull_base}, "changed_files": len(of_pull())}
                if rest[3:] == ["pulls", "7", "files"]: return 200, shown(of_pull()), {"X-Total-Count": str(len(of_pull()))}

            # The newer commit stands first; with `topic`, it is compared with where both parted.
            def cloud(self, rest, asked):
                if rest[0] != "repositories" or rest[1:3] not in (["acme", "app"], ["stranger", "app"]): return None
                page = lambda values: (200, {"pagelen": 100, "page": 1, "size": len(values), "values": values})
                parts = [unquote(part) for part in rest[3:]]
                if parts[0] == "commit":
                    found = [commit for commit in touched if commit.startswith(parts[1])]
                    return (200, {"type": "commit", "hash": found[0]}) if found else None
                if parts[0] == "diffstat":
                    new, old = parts[1].split("..") if len(parts) == 2 else parts[2].partition(":")[2].split("\r")
                    first = parted(old, new) if asked.get("topic", "true") == "true" else old
                    return page([{"type": "diffstat", "status": "modified", "old": {"path": path}, "new": {"path": path}}
                                 for path in differing(first, new)])

            def datacenter(self, rest, asked):
                if rest[:7] != ["rest", "api", "latest", "projects", "acme", "repos", "app"]: return None
                page = lambda values: (200, {"values": values, "size": len(values), "limit": 1000, "start": 0, "isLastPage": True})
                shown = lambda paths: page([{"type": "MODIFY", "path": {"toString": path}} for path in paths])
                if rest[7:] == ["commits"]: return page([{"id": commit} for commit in beyond(asked["since"], asked["until"])])
                if rest[7:] == ["changes"]: return shown(differing(asked["since"], asked["until"]))
                if rest[7:] == ["compare", "changes"]: return shown(differing(parted(asked["from"], asked["to"]), asked["from"]))
        """#
}
