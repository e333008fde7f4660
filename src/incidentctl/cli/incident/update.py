"""`update`: post a status update, or snooze the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from incidentctl.app.incident import updates
from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import as_json
from incidentctl.app.incident.respond import Response
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import confirm_recorded
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import parse_duration
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.state import Incident, page_words
from incidentctl.errors import IncidentctlError, RefusedError, UsageError

COMMAND_CLASS = RespondCommand


class DeclinedError(RefusedError):
    """Somebody saw what customers would read, and did not want it recorded."""


@respond_command()
def update_command(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="The text of the update.")
    ] = None,
    no_change: Annotated[
        bool, typer.Option("--no-change", help="State that nothing has changed.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help="For customers, too: shows it and where announce.yaml sends it, and asks first.",
        ),
    ] = False,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="AREA=STATE",
            help="With --public: the state of an area, such as degraded. Repeatable.",
        ),
    ] = None,
    headline: Annotated[
        str | None,
        typer.Option(
            "--headline", metavar="TEXT", help="With --public: what customers call the incident."
        ),
    ] = None,
    template: Annotated[
        bool,
        typer.Option("--template", help="Put the text into the template of the phase; asks first."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --public or --template: do not ask.")
    ] = False,
    next_in: Annotated[
        str | None,
        typer.Option(
            "--next",
            metavar="SPAN",
            help="When the next one comes: 30m; by default as the process says.",
        ),
    ] = None,
    snooze: Annotated[
        str | None, typer.Option("--snooze", metavar="SPAN", help="Postpone the next one: 30m.")
    ] = None,
) -> None:
    """Post a status update. It states when the next one is due, and restarts the clock.

    incidentctl update "rolling back to 1.4.2"

    incidentctl update --no-change --next 1h

    incidentctl update --public --state checkout=degraded "some payments fail"

    incidentctl update --template "rolling back to 1.4.2"

    incidentctl update list
    """
    if text == ["list"]:
        _list_updates(call)
        return
    said = " ".join(text or [])
    if snooze is not None:
        if said or no_change or public or next_in or state or headline:
            raise UsageError(
                "--snooze takes no text: it puts off the next update, and posts none.",
                hint=f"Post the update first, then run `incidentctl update --snooze {snooze}`.",
                echo=said or None,
            )
        span = _span("--snooze", snooze)
        call.at = None  # the span counts from now
        call.respond(lambda response: updates.snooze(response, span, stated=snooze), "update")
        return
    if no_change:
        said = updates.no_change(said)
    elif not said and not template:
        said = choices.typed(call, text, "What is the update?")
    states = tuple(state or ())
    following = _span("--next", next_in, said) if next_in else None

    def post(response: Response) -> updates.Posted:
        told = states
        show: Callable[[Response, str], None] | None = None
        if public:
            told = states or (() if yes or call.json else ask_states(response))
            show = partial(preview, yes=yes, states=told, headline=headline)
        elif template and not yes:
            show = _show_and_ask
        return updates.post(
            response,
            said,
            public=public,
            next_in=following,
            template=template,
            states=told,
            headline=headline,
            preview=partial(show, response) if show else None,
        )

    posted = call.respond(post, "update", echo=said)
    if public:
        publish(call.workspace, posted.incident, call.who)
    if not call.json:
        print_next(posted.incident)


def _span(option: str, stated: str, said: str = "") -> timedelta:
    try:
        return parse_duration(stated)
    except ValueError as error:
        raise UsageError(f"{option}: {error}.", echo=said or None) from None


def print_next(incident: Incident) -> None:
    """Say when the next update comes."""
    if incident.next_update:
        console.say(f"next update due {incident.time(incident.next_update)}")
    elif incident.open:
        console.say("No next update is due; say when it comes with --next 1h.")


def _list_updates(call: Call) -> None:
    found = load(call.workspace, choose_incident(call.workspace, call.incident))
    if call.json:
        keys = {"incident": found.id, "updates": as_json(found)["updates"]}
        console.print_json("update-list", keys)
        return
    for each in found.updates:
        on_page = page_words(each.headline, each.states)
        public = f"public{on_page and f' ({on_page})'}, " if each.public else ""
        line = f"{found.time(each.at)}  {public}{each.by}: {each.text}"
        console.out(line, indent=len(found.time(each.at)) + 2)
    print_next(found)


def _show_and_ask(_: Response, said: str) -> None:
    """Show what a template made; on a terminal ask whether to post it."""
    console.say(said, keep_lines=True)
    if not console.is_terminal():
        return
    from incidentctl.cli.terminal.prompts import ask_confirm

    if not ask_confirm("Post this?", default=True):
        raise RefusedError("Not recorded.", echo=said)


def warn_page(workspace: Workspace, incident: Incident, *, advise: bool = True) -> bool:
    """Warn if the status page keeps showing what is over; with `advise` say what to do."""
    if not any(update.public for update in incident.updates):
        return False
    from incidentctl.app.page.shown import keeps_showing

    shown = keeps_showing(workspace, incident)
    if shown is None:
        return False
    console.say(
        f"The status page keeps showing {shown}, until a public update says that it is over.",
        "warning",
    )
    if advise:
        console.say(f"Tell customers: {_public_update_command(incident)}", "warning")
    return True


def offer_last_public_update(call: Call, incident: Incident) -> None:
    """Do as `warn_page`; on a terminal ask for the last public update, and post it."""
    asks = choices.can_ask(call)
    if not warn_page(call.workspace, incident, advise=not asks) or not asks:
        return
    from incidentctl.cli.terminal.prompts import ask_text

    later = f"Customers are not informed. Later: {_public_update_command(incident)}"
    said = ask_text("Tell customers that it is over: they read this text (Enter: not now):",
                    optional=True)  # fmt: skip
    if not said:
        console.say(later, "warning")
        return
    call.incident = incident.id
    try:
        posted = call.respond(
            lambda response: updates.post(
                response, said, public=True, preview=partial(preview, response)
            ),
            "update",
            echo=said,
        )
    except DeclinedError:  # it is resolved all the same
        console.say(later, "warning")
        return
    publish(call.workspace, posted.incident, call.who)


def _public_update_command(incident: Incident) -> str:
    part = last_part(incident.id)
    return f'incidentctl update --public -i {part} "It works again."'


def _with_state(incident: Incident) -> str:
    part = last_part(incident.id)
    area = next(iter(incident.product_areas), "AREA")
    return (
        f"`incidentctl update --public -i {part} --state {area}=degraded "
        '--headline "What customers call it" "..."`'
    )


def publish(workspace: Workspace, incident: Incident, who: Actor) -> None:
    """Send a public update where announce.yaml says, and say what came of it."""
    from incidentctl.app.actions import publish as use_case

    done = use_case.publish(workspace, incident, who, on_recorded=confirm_recorded)
    for text, style in done.sent:
        console.say(text, style)
    if done.again:
        part = last_part(incident.id)
        again = f"incidentctl announce {done.again} -i {part}"
        console.say(f"Try again with `{again}`, or tell them yourself.")
        if done.again == "send":
            console.say(
                "First see whether a receiver in another clone sent it: `incidentctl sync`, then "
                f"`incidentctl announce list -i {part}`."
            )
    if done.is_late:
        console.say("NOT SENT: it is not due. See `incidentctl announce list`.", "error")
    if done.shows:
        console.say(done.shows)
    if done.nowhere:
        console.say(done.nowhere, "warning")


def ask_states(response: Response) -> tuple[str, ...]:
    """Ask on a terminal in which state customers find each product area; `AREA=STATE` each."""
    from incidentctl.app.page.shown import may_say_state, titles

    workspace, incident = response.workspace, response.incident
    if not console.is_terminal() or not may_say_state(workspace, incident):
        return ()
    from incidentctl.cli.boundary import print_refusal
    from incidentctl.cli.terminal.prompts import ask_text
    from incidentctl.domain.page.state_words import read_states

    known = titles(workspace)
    told = []
    for area in incident.product_areas:
        question = (
            f"How is {one_line(known.get(area, area))} for customers: degraded, partial, major, "
            "operational? (Enter: do not say)"
        )
        while area in known and (word := ask_text(question, optional=True)):
            try:
                read_states([f"{area}={word}"], known)
            except IncidentctlError as refusal:
                print_refusal(refusal)
                continue
            told.append(f"{area}={word}")
            break
    return tuple(told)


def preview(
    response: Response,
    said: str,
    *,
    yes: bool = False,
    states: Sequence[str] = (),
    headline: str | None = None,
) -> None:
    """Show what is meant for customers and where it goes, and ask for confirmation."""
    from incidentctl.app.actions.announce import goes_to
    from incidentctl.app.page.shown import may_say_state, on_page

    goes = goes_to(response.workspace, response.incident)
    page = on_page(response.workspace, response.incident, states, headline)
    if yes:
        console.say(goes.sentence, "warning" if goes.held else None)
        console.say(page)
        return
    console.say("Customers read this:")
    console.say(f"  {said}", keep_lines=True)
    console.say(goes.sentence, "warning" if goes.held else None)
    console.say(page)
    asked = console.is_terminal() and response.incident.product_areas
    if not states and not asked and may_say_state(response.workspace, response.incident):
        console.say(f"To say the state of an area, too: no, then {_with_state(response.incident)}")
    if not console.is_terminal():
        raise RefusedError(
            "A public update needs a confirmation, and this is not a terminal.",
            hint="`incidentctl update --public --yes` posts it without asking.",
            echo=said,
        )
    from incidentctl.cli.terminal.prompts import ask_confirm

    if not ask_confirm("Send it?" if goes.is_sent else "Record this as for customers?"):
        raise DeclinedError("Not recorded.", echo=said)
