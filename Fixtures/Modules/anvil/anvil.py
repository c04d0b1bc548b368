#!/usr/bin/env python3
"""A module of Penstock's for the made-up forge Anvil. Its protocol: Sources/ExternalModules/PROTOCOL.md."""
import base64
import json
import sys

PROTOCOL = 1


class Refused(Exception):
    """A delivery that can never be read."""


def say(message):
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def sender(payload):
    actor = payload.get("actor")
    return {"id": str(actor["id"]), "login": actor.get("handle")} if actor else None


def with_known(**members):
    """Absent is absent: what the payload doesn't say is left out."""
    return {name: value for name, value in members.items() if value is not None}


def refs(payload, link_base):
    for change in payload["changes"]:
        commit = change.get("to")
        if "label" in change:
            words = {"tagPushed": {"tag": change["label"], "commit": commit}} if commit else {
                "tagDeleted": {"tag": change["label"]}}
        elif commit:
            words = {"branchPushed": with_known(
                branch=change["branch"], before=change.get("from"), after=commit, forced=change.get("forced"))}
        else:
            words = {"branchDeleted": with_known(branch=change["branch"], before=change.get("from"))}
        link = f"{link_base}/{payload['repo']}/commits/{commit}" if commit else None
        yield with_known(
            repository=payload["repo"], change=words, sender=sender(payload), changedPaths=change.get("paths"),
            commit=with_known(id=commit, message=change.get("message"), url=link) if commit else None)


STATES = {"opened": "OPEN", "updated": "UPDATED", "landed": "CLOSED", "dropped": "CLOSED"}


def proposal(payload, link_base):
    what = payload["proposal"]
    state = STATES.get(payload["state"])
    if state is None:
        return
    yield with_known(
        repository=payload["repo"], sender=sender(payload),
        change={"pullRequest": {"_0": with_known(
            event=state, number=what["number"], title=what.get("title"), sourceBranch=what["branch"],
            sourceRepository=what.get("repo"), targetBranch=what["onto"], head=what["head"],
            merged=payload["state"] == "landed" if state == "CLOSED" else None,
            fromFork=what["repo"] != payload["repo"] if "repo" in what else None,
            url=f"{link_base}/{payload['repo']}/proposals/{what['number']}")}})


KINDS = {"refs": refs, "proposal": proposal}


def translate(request, settings):
    kind = KINDS.get(request["event"])
    if kind is None:
        return {"type": "ignored", "reason": f"the event '{request['event']}' starts nothing"}
    try:
        payload = json.loads(base64.b64decode(request["body"]))
        events = list(kind(payload, settings["link_base"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"the payload is not what '{request['event']}' promises: {error!r}") from error
    if not events:
        return {"type": "ignored", "reason": f"{request['event']}: nothing in it starts anything"}
    return {"type": "events", "events": events}


def answer(request, settings):
    if request["type"] == "translate":
        try:
            return translate(request, settings)
        except Refused as error:
            return {"type": "error", "error": {"type": "ConfigurationError", "message": str(error)}}
    if request["type"] == "health":
        return {"type": "health", "findings": [{"name": "python", "status": "ok", "message": sys.version.split()[0]}]}
    message = f"this module knows no request '{request['type']}'"
    return {"type": "error", "error": {"type": "ConfigurationError", "message": message}}


def main():
    hello = json.loads(sys.stdin.readline())
    settings = hello["settings"]
    say({"type": "hello", "protocol": PROTOCOL, "name": hello["module"]})
    for line in sys.stdin:
        try:
            request = json.loads(line)
        except ValueError:
            print("a line that is no JSON", file=sys.stderr)
            sys.exit(1)
        if request["type"] == "shutdown":
            break
        if request["type"] != "cancel":
            # A translation takes no time, so there is never anything left to cancel.
            say({"id": request["id"], **answer(request, settings)})


if __name__ == "__main__":
    main()
