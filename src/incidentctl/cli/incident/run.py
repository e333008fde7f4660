"""`run`: the walk of the runbook, shown and asked one step at a time.

On a terminal questionary asks; without one each line of stdin is a key and its text, such as
`d paged bob` or `s no customers`. Each answer is recorded at once, and anyone can continue.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from incidentctl.app.actions.prepare import Prepared
from incidentctl.app.actions.run import Ran
from incidentctl.app.incident.declare import complete_if_cut_off
from incidentctl.app.incident.respond import Response
from incidentctl.app.walk.answer import Answered
from incidentctl.app.walk.walk import View, Walk
from incidentctl.app.workspace.places import KEPT_HERE
from incidentctl.cli.hints import worded
from incidentctl.cli.incident.lifecycle import print_left
from incidentctl.cli.incident.respond import Call
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.incident.sent import print_ran
from incidentctl.cli.incident.update import ask_states, preview, print_next, publish, warn_page
from incidentctl.cli.session import report_notes
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, InIncident
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import DONE, NOT_NEEDED, SKIPPED
from incidentctl.domain.incident.walk.machine import AFTER, Screen
from incidentctl.errors import IncidentctlError, UsageError
from incidentctl.render.incident.walk import Line

_STATES = {DONE: "done", SKIPPED: "skipped", NOT_NEEDED: "no longer needed"}

COMMAND_CLASS = RespondCommand


def run_command(
    ctx: typer.Context,
    incident: InIncident = None,
    step: Annotated[
        str | None, typer.Option("--step", metavar="STEP", help="Start at this step.")
    ] = None,
    auto: Annotated[
        bool,
        typer.Option("--auto", help="Run the steps marked automatic, without asking."),
    ] = False,
    as_: AsPerson = None,
) -> None:
    """Walk the runbook, one step at a time. Ctrl-C leaves; anyone can continue.

    Without a terminal each line of stdin is a key and its text: d NOTE, s REASON, n TEXT,
    a ROLE PERSON, u UPDATE, g STEP, b, l, ?

    incidentctl run
    """
    response = Call(ctx, incident, as_).open()
    if response.workspace.is_local:
        console.say(KEPT_HERE, "warning")
    completed = complete_if_cut_off(response)
    if response.who.problem:
        response.workspace.notes.append(response.who.problem)
    report_notes(response.workspace, completed.notes if completed else ())
    walk(response, step, auto=auto)


def walk(response: Response, step: str | None = None, *, auto: bool = False) -> None:
    """Walk until the user leaves, or stdin ends; with `auto` automatic steps run unasked."""
    piped = not sys.stdin.isatty()
    # Without a terminal start at the steps, not at the offer to assign roles.
    with Walk(response, AFTER if piped else None) as walking:
        if step is not None:
            walking.go_to(step)
        if auto:
            walking.automate()
        with contextlib.suppress(EOFError):
            if console.is_terminal() and os.environ.get("TERM") != "dumb":
                _on_terminal(walking)
            else:
                _by_lines(walking, piped=piped)


def _on_terminal(walking: Walk) -> None:
    """Show a menu that stays up to date."""
    from incidentctl.cli.incident.walk_menu import Menu

    def look(typing: bool) -> Screen:
        _run_automatic(walking)
        view = walking.look(typing=typing)
        _show(view)
        return view.screen

    menu = Menu(walking, look)
    while True:
        reply = menu.ask()
        while reply is not None:
            answered = _answered(walking, reply.key, reply.text)
            if answered.sending:
                _confirm_and_send(walking, answered.sending)
                break
            if answered.publishing:
                _publish(walking, answered.publishing)
                break
            _report(walking, answered)
            if answered.left:
                return
            missed = answered.refused or answered.failed or answered.stranger
            reply = menu.after_refusal(look(True), reply) if missed else None


def _answered(walking: Walk, key: str, text: str | None, *, asks: bool = True) -> Answered:
    """Answer with a key and its text; ask first whether somebody whom nobody knows is meant."""
    answered = walking.answer(key, text, sure=not asks)
    if answered.stranger is None:
        return answered
    from incidentctl.cli.terminal.prompts import ask_confirm

    console.say(f"{one_line(answered.stranger)} is in no team of the catalog.", "warning")
    if ask_confirm("Is that who you mean?"):
        return walking.answer(key, text, sure=True)
    console.say("Nothing was recorded.")
    return answered


def _by_lines(walking: Walk, *, piped: bool) -> None:
    """Read plain lines: a key and its text each."""
    told: list[Line] = []

    def tell() -> Screen:
        """Show what is new, and return the screen to ask about."""
        _run_automatic(walking)
        view = walking.look()
        _show(view)
        status = walking.status()
        for line in status:
            if line not in told:
                console.say(f"  {line.text}", line.style)
        told[:] = status
        return view.screen

    while True:
        answered = _answer(walking, tell(), tell)
        if answered.sending:
            continue
        if answered.publishing:
            _publish(walking, answered.publishing, piped=piped)
            continue
        if piped and answered.refused and answered.message:
            raise UsageError(answered.message, hint=answered.hint)
        _report(walking, answered)
        if answered.left:
            return


def _run_automatic(walking: Walk) -> None:
    """Run what is marked automatic and due, and say what came of it."""
    for each in walking.automatic():
        if isinstance(each, Ran):
            print_ran(each)
        else:
            console.say(f"NOT SENT: {each.why.message}", "error")


def _show_request(prepared: Prepared) -> None:
    whom = f" for {prepared.whom}" if prepared.whom else ""
    console.say(f"This is sent to {prepared.to}{whom}:", "bold")
    console.say("\n".join(f"  {line}" for line in prepared.shown.splitlines()), keep_lines=True)


def _confirm_and_send(walking: Walk, prepared: Prepared) -> None:
    """Show exactly what would be sent, and send it once that is confirmed."""
    from incidentctl.cli.terminal.prompts import ask_confirm

    _show_request(prepared)
    if ask_confirm("Send it?", default=False):
        _send(walking, prepared)
    else:
        console.say("Nothing was sent.")


def _by_a_line(walking: Walk, prepared: Prepared, text: str) -> None:
    """Send it after `r yes`; after `r` alone only show it."""
    if text.strip().casefold() in ("y", "yes"):
        _send(walking, prepared)
        return
    _show_request(prepared)
    console.say("Nothing was sent. `r yes` sends it.")


def _send(walking: Walk, prepared: Prepared) -> None:
    try:
        print_ran(walking.send(prepared))
    except IncidentctlError as refusal:
        from incidentctl.cli.boundary import print_refusal

        print_refusal(refusal)


def _publish(walking: Walk, text: str, *, piped: bool = False) -> None:
    """Show what customers would read, ask, and post it, as `update --public` does."""
    try:
        posted = walking.publish(text, preview, ask=None if piped else ask_states)
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or text
        if piped:
            raise
        from incidentctl.cli.boundary import print_refusal

        print_refusal(refusal)
        return
    report_notes(walking.workspace, posted.recorded.notes)
    publish(walking.workspace, posted.incident, walking.who)
    walking.after_sending()
    print_next(posted.incident)


def _report(walking: Walk, answered: Answered) -> None:
    if answered.message:
        console.say(answered.message, keep_lines=True)
    if hint := worded(answered.hint):
        console.say(hint)
    if answered.failed:
        from incidentctl.cli.boundary import print_refusal

        print_refusal(answered.failed)
    for note in answered.notes:
        console.say(f"note: {note}", "warning")
    if (effect := answered.effect) is None:
        return
    if effect.first:
        from incidentctl.cli.incident.also_open import say_others_open

        say_others_open(walking.workspace, effect.incident)
    if effect.commands:
        from incidentctl.render.incident.brief import INDENT, WIDTH

        for line in walking.brief(console.narrowed(WIDTH)):
            console.say(line, indent=INDENT)
    if effect.updated:
        print_next(effect.incident)
    if effect.resolved:
        print_left(effect.incident, needs_retrospective=effect.needs_retrospective)
        warn_page(walking.workspace, effect.incident)


def _show(view: View) -> None:
    """Print a view on stderr: only people read it."""
    incident, shown = view.incident, view.screen
    for inject in view.injects:
        console.say("")
        console.say(f"Inject {inject.number}: {inject.text}", "bold")
    for line in view.news:
        console.say(line, "bold", indent=12)
    if view.same:
        return
    console.say("")
    if shown.kind == "step":
        head = f"Step {shown.number} of {shown.of}: {shown.title}"
    else:
        head = shown.title
    title = one_line(titled(incident, restricted=view.restricted))
    console.say(f"{incident.severity or '-'}  {incident.id}  {title}", "dim")
    console.say(head, "bold")
    if shown.marked:
        console.say(f"  ({shown.marked})")
    elif shown.state in _STATES:
        console.say(f"  ({_STATES[shown.state]})")
    if shown.purpose:
        _wrapped(shown.purpose)
    if shown.role:
        console.say(f"  {shown.role}: {', '.join(shown.holders)}")
    if shown.every:
        console.say(f"  every {shown.every}")
    if shown.notice:
        console.say(f"  {shown.notice}", "warning")
    for told in shown.lines:
        _wrapped(worded(told))


def _wrapped(text: str) -> None:
    """Print a text with a margin; what is wrapped stands below its words, not below a number."""
    margin = len(text) - len(re.sub(r"^ *(?:\d+  )?", "", text))
    console.say(f"  {text}", indent=2 + margin)


def _answer(walking: Walk, shown: Screen, tell: Callable[[], Screen]) -> Answered:
    """Ask until something happens; EOFError if stdin has ended."""
    while True:
        _prompt(shown)
        while sys.stdin.isatty() and not select.select([sys.stdin], [], [], 1.0)[0]:
            if walking.poll():  # others have recorded something, or an inject is due
                console.say("")
                shown = tell()
                _prompt(shown)
        key, text = _read_line()
        answered = _answered(walking, key, text, asks=sys.stdin.isatty())
        if answered.sending:
            _by_a_line(walking, answered.sending, text)
            return answered
        if answered.needs is None:
            return answered
        if not sys.stdin.isatty():
            raise UsageError(f"{key} needs a text: {answered.needs}.")
        console.say(f"This needs: {answered.needs}")


def _prompt(shown: Screen) -> None:
    keys = " ".join(choice.key for choice in shown.choices)
    default = f", Enter is {shown.default}" if shown.default else ""
    print(f"[{keys}{default}] ", end="", file=sys.stderr, flush=True)


def _read_line() -> tuple[str, str]:
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        console.say(line.rstrip("\n"))  # a terminal echoes what is typed; a pipe does not
    if not line:
        raise EOFError
    key, _, text = line.strip().partition(" ")
    return key, text
