"""Notes: hypotheses, the head of the log, links and related incidents."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import hypotheses, notes
from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import as_json
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import warn_of_gaps
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.errors import UsageError

COMMAND_CLASS = RespondCommand

_PROPOSE = '`incidentctl hypothesis "the battery is dead"`'
_RULE_OUT = "`incidentctl hypothesis 1 --ruled-out`"
#: What people take for commands of `hypothesis`, and how each is written.
_NO_VERBS = {
    "add": _PROPOSE,
    "new": _PROPOSE,
    "reopen": f"{_PROPOSE} again",
    "confirm": "`incidentctl hypothesis 1 --confirmed`",
    "rule-out": _RULE_OUT,
    "ruleout": _RULE_OUT,
}


@respond_command(at=False)
def summary_command(
    call: Call,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="What happened.")] = None,
) -> None:
    """Say what happened, in a sentence or two, at the top of the log.

    incidentctl summary "a deploy broke the login page"
    """
    said = choices.typed(call, text, "What happened?", name="TEXT")
    call.respond(lambda response: notes.summary(response, said), "summary", echo=said)


@respond_command(at=False)
def impact_command(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Who is affected, and how.")
    ] = None,
) -> None:
    """Say who is affected, and how, at the top of the log.

    incidentctl impact "nobody can log in since 14:01"
    """
    said = choices.typed(call, text, "Who is affected, and how?", name="TEXT")
    call.respond(lambda response: notes.impact(response, said), "impact", echo=said)


@respond_command(at=False)
def link_command(
    call: Call,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="channel, bridge, ticket, ...")],
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Where it is.")] = None,
) -> None:
    """Save the address of a channel, bridge, ticket, dashboard, ...

    incidentctl link ticket https://tickets.example.com/42
    """
    if url is None:
        lacks, both = ("URL", f"{label} URL")
        if "://" in label:
            lacks, both = ("LABEL", f"ticket {label}")
        raise UsageError(
            f"Missing argument '{lacks}'.",
            hint=f"Give a label and an address: `incidentctl link {one_line(both)}`.",
        )
    call.respond(lambda response: notes.link(response, label, url), "link", echo=f"{label} {url}")


@respond_command()
def hypothesis_command(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="A possible cause.")
    ] = None,
    ruled_out: Annotated[
        bool,
        typer.Option(
            "--ruled-out", help="Rule this one out; give its number if there are several."
        ),
    ] = False,
    confirmed: Annotated[
        bool,
        typer.Option("--confirmed", help="Confirm this one; give its number if there are several."),
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="How we know.")
    ] = None,
) -> None:
    """Keep track of possible causes: open, ruled out or confirmed.

    incidentctl hypothesis "the new release leaks connections"

    incidentctl hypothesis 1 --ruled-out --reason "it was rolled back, no change"

    incidentctl hypothesis list
    """
    if text == ["list"]:
        _list_hypotheses(call)
        return
    said = " ".join(text or [])
    if text and len(text) > 1 and text[0] in _NO_VERBS:
        raise UsageError(
            f"`hypothesis` has no {text[0]!r}: what follows it is the text, or a number.",
            hint=f"Write {_NO_VERBS[text[0]]}. Quote a text that begins with such a word.",
            echo=said,
        )
    if ruled_out and confirmed:
        raise UsageError("Use --ruled-out or --confirmed, not both.", echo=said or None)
    if not (ruled_out or confirmed):
        said = choices.typed(call, text, "What may be the cause?")

    def state(response: Response) -> Recorded:
        if ruled_out:
            return hypotheses.rule_out(response, said or None, reason=reason)
        if confirmed:
            return hypotheses.confirm(response, said or None, reason=reason)
        return hypotheses.propose(response, said)

    call.respond(state, "hypothesis", echo=" ".join(filter(None, (said, reason))) or None)


def _list_hypotheses(call: Call) -> None:
    found = load(call.workspace, choose_incident(call.workspace, call.incident))
    warn_of_gaps(found)
    if call.json:
        keys = {"incident": found.id, "hypotheses": as_json(found)["hypotheses"]}
        console.print_json("hypothesis-list", keys)
        return
    for each in found.hypotheses:
        why = f": {each.reason}" if each.reason else ""
        judged = f" by {each.decided_by}{why}" if each.decided_by else ""
        line = f"{each.number:>2} {each.text} ({each.by}) - {each.state}{judged}"
        console.out(line, indent=3)


@respond_command(at=False)
def relate_command(
    call: Call,
    other: Annotated[str, typer.Argument(metavar="INCIDENT", help="Any unique part of its id.")],
    relation: Annotated[
        str,
        typer.Option("--relation", metavar="HOW", help="How: related, caused-by, duplicate, ..."),
    ] = "related",
) -> None:
    """Link a related incident.

    incidentctl relate k7f --relation caused-by
    """
    call.respond(lambda response: notes.relate(response, other, relation=relation), "relate")
