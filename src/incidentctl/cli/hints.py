"""The hints of refusals as sentences for the command line, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, overload

from incidentctl.domain.common.text import one_line
from incidentctl.errors import Hint

if TYPE_CHECKING:  # every command words hints, few look at what was sent
    from incidentctl.domain.incident.state import ActionRun

_PLAIN = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_TAKE_COMMAND = '`incidentctl take-command "why the commander cannot be reached"`'
SENTENCES = {
    "accept": "Ask {person} to run `incidentctl accept`.",
    "allow-push": "Allow pushes to {branch}, then run `incidentctl sync`.",
    "amend": 'For example: `incidentctl amend {entry} "the right text"`, or '
    "`incidentctl amend {entry} --at TIME`.",
    "answer-retrospective": "Write what you found below a question, or run "
    '`incidentctl close -i {incident} "why there is no need"`.',
    "ask-for-handover": "If you are {commander}, add `--as {commander}`; else ask for "
    f"`incidentctl handover {{person}}`, or run {_TAKE_COMMAND}.",
    "ask-for-offer": "If it was offered a moment ago, try again; else ask the commander to run "
    f"`incidentctl handover {{person}}`, or run {_TAKE_COMMAND}.",
    "began-earlier": "If it began earlier, run `incidentctl mark started --at TIME`.",
    "begin-retrospective": "Start it with `incidentctl retro {incident}`, or run "
    '`incidentctl close -i {incident} "why it is not needed"`.',
    "cancel": 'For example: `incidentctl cancel "a false alarm"`, or '
    "`incidentctl cancel --duplicate-of ID`.",
    "correct-declaration": "Correct it with `incidentctl severity` or `incidentctl affects`, or "
    "end it with `incidentctl cancel`.",
    "correct-sent": "Correct it where it was sent; reopen the step with "
    "`incidentctl step reopen STEP`.",
    "declare-drill": "Declare a drill from the beginning: `incidentctl declare TITLE --drill`.",
    "end-first": "Run `incidentctl resolve` or `incidentctl cancel` first.",
    "hand-over": "Hand it over with `incidentctl handover PERSON`.",
    "install-extra": "In the checkout that it was installed from run "
    "`pip install '.[{extra}]'`, or what its README says for pipx and uv.",
    "link-file": "Save it as a file, and link it: `incidentctl link dump URL`.",
    "list-steps": "See the steps with `incidentctl step list`.",
    "list-tasks": "See the numbers with `incidentctl task list`.",
    "log-all": "Write all of it with `incidentctl log -f FILE`.",
    "log-own": "Write your own text: `incidentctl log TEXT`.",
    "mark-mitigated": "Record it with `incidentctl mark mitigated`.",
    "mark-target": "Do it by hand, or write `{mark}: true` into an action whose target may get it.",
    "name-original": "Name that one: `incidentctl cancel -i {incident} --duplicate-of {other}`.",
    "number-entries": "See the numbers with `incidentctl show`.",
    "open-tasks": "Open tasks: {number}, see `incidentctl show`.",
    "pause-drill": "Run `incidentctl drill pause`.",
    "plan-drill": "No drill is planned. Plan one with `incidentctl drill new`.",
    "play-plan": "Play a plan with `incidentctl drill run NAME`.",
    "private-half": "If it is sealed, open it with `incidentctl drill unseal {drill}`; else ask "
    "the planners of the drill for drills/{drill}.private.yaml.",
    "redact-number": "If that is the one, run `incidentctl redact {entry}`.",
    "remove-secret": "Run `incidentctl redact` for what it names, then `incidentctl purge`.",
    "reopen": 'Reopen it with `incidentctl reopen -i {incident} "why it was not over"`.',
    "reopen-step": "Reopen it with `incidentctl step reopen {step}`.",
    "resolve": "When it is over, run `incidentctl resolve`.",
    "retry-action": "Look at {to}, then run `incidentctl action retry {step}`, or record it with "
    "`incidentctl step done {step}`.",
    "restricted-retrospective": "The retrospective of a restricted incident belongs elsewhere: run "
    '`incidentctl close -i {incident} "where it is"`.',
    "resume-drill": "Run `incidentctl drill resume`.",
    "run-drill": "Start another drill with `incidentctl drill run {drill}`.",
    "say-public": "Pass `--public` as well, or leave `--state` and `--headline` out.",
    "say-next": "Say when the next one comes with the update: `incidentctl update TEXT --next 1h`.",
    "send-document": "Write it with `incidentctl drill {document} {drill}`, see who gets it with "
    "`incidentctl drill audience {drill}`, and record it with `incidentctl drill sent {drill}`.",
    "snooze-longer": "Give a longer span: it counts from now.",
    "step-done": "Add more with `incidentctl step done {step} --note TEXT` or `--link URL`, or "
    "reopen it with `incidentctl step reopen {step}`.",
    "stop-drill": "When it is over, run `incidentctl drill stop`.",
    "take-command": f"If you are {{person}}, add `--as {{person}}`; else run {_TAKE_COMMAND}.",
    "unprotect-branch": "On the forge, let responders push to {branch} directly: no pull request, "
    "no review, no signed commits, no status checks there; forbid only force-push and deletion. "
    "If it refuses a secret, run `incidentctl redact`, then `incidentctl purge`.",
    "wait-for-sending": "Wait a minute; without a result by then, it is shown as unknown.",
    "walk-add": "To keep it, note it with `n`, or add it to the step with `d` again.",
    "walk-again": "Continue with `incidentctl run -i {incident}`.",
    "write-note": "Write the note for engineering with `incidentctl drill note {drill}`.",
}


@overload
def worded(hint: str | Hint) -> str: ...
@overload
def worded(hint: str | Hint | None) -> str | None: ...
def worded(hint: str | Hint | None) -> str | None:
    """Return a hint as a sentence; a text is returned unchanged."""
    if not isinstance(hint, Hint):
        return hint
    values = {name: one_line(str(value)) for name, value in hint.values.items()}
    return SENTENCES[hint.name].format(**values)


def send_again(run: ActionRun) -> str:
    """Say how to send again what failed; a name that others wrote is named only if it is plain."""
    kind, name = ("action", run.step) if run.step else ("announce", run.announcement)
    plain = f" {name}" if name and re.fullmatch(_PLAIN, name) else ""
    return f"Send it again: `incidentctl {kind} retry{plain}`."
