"""`incidentctl drill check`: search for leaked private answers."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.errors import EnvironmentFailedError

_FINAL = (
    "This cannot be taken back: removing it now leaves it in the history, and rewriting the "
    "history leaves it in every clone, fork, backup and open pull request, and people have read "
    "it. Plan another drill, or tell the people concerned."
)


def check(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The drill; by default all.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Search what git shares for private answers of unplanned drills; exit 1 if one is found.

    Exit 6 if none is found, but not all could be searched, as in a shallow clone.

    It searches the public documents, tracked files, and every commit of every branch and tag,
    deleted files included, for whole answers and any four consecutive words of them. It searches
    the drill's documents, and messages and refs that mention the drill, for names of teams, people
    and services. Only drills whose private half is in this clone can be checked. A delivered
    inject is not a leak in the record and retrospective of its own drill.

    incidentctl drill check q2-login
    """
    from incidentctl.app.drill.check import check as search

    found = search(open_catalog(ctx, team=True), name)
    if as_json:
        rows = [leak._asdict() for leak in found.leaks]
        console.print_json("drill-check", {**found._asdict(), "leaks": rows})
    else:
        for leak in found.leaks:
            pending = "" if leak.committed else ", not committed yet"
            console.out(f"{leak.drill}: {leak.answer} ({leak.words!r}) {_place(leak)}{pending}")
        _say(found)
    if found.leaks:
        raise typer.Exit(1)
    if not found.whole:
        raise typer.Exit(EnvironmentFailedError.exit_code)


def _say(found: Any) -> None:
    for name in found.unknown:
        console.say(f"{name} was not checked: its private half is not in this clone.", "warning")
    for sentence in found.unread:
        console.say(sentence, "warning")
    pending = sum(not leak.committed for leak in found.leaks)
    if pending < len(found.leaks):
        console.say(_FINAL, "error")
    if pending:
        where = "It is" if pending == 1 else f"{pending} of these are"
        console.say(
            f"{where} not committed yet: take it out of the files, and of the index with "
            "`git add`, and nobody has read it.",
            "warning" if pending < len(found.leaks) else "error",
        )
    if found.leaks:
        return
    if found.unread:
        console.say("No leaks found, but not everything could be searched.", "warning")
    elif found.drills:
        console.say(f"No leaks found for {', '.join(found.drills)}.", "ok")
        console.say(
            "Not searched: binary files, files over 8 MiB, and objects missing from this clone."
        )
    else:
        console.say("There is no private half in this clone, so there is nothing to search for.")


def _place(leak: Any) -> str:
    at = f"{leak.path}:{leak.line}" if leak.line else leak.path
    commit = f"commit {leak.commit[:12]}" if leak.commit else ""
    return {
        "document": "in the public documents",
        "file": f"in {at}",
        "staged": f"in {at}, staged",
        "history": f"in the history: {at}, {commit}",
        "file name": f"in the name of a file: {at}, {commit or 'staged'}",
        "commit message": f"in the message of {commit}, line {leak.line}",
        "tag message": f"in the message of {at}",
        "commit author": f"in the author of {commit}",
        "ref": f"in the name of {at}",
        "description": f"in the description of {at}",
    }[str(leak.where)]
