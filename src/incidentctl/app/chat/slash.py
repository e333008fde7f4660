"""`/incident declare|log|update|status` from a chat: the use cases of the commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.incident import notes, updates
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.incident.shared import find_shared, only_shared
from incidentctl.app.room.people import SignedIn, ensure_member
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.chat import slack
from incidentctl.connect.chat.slack import MAX_BODY, Command
from incidentctl.domain.common.text import clean, count, did_you_mean, one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import IncidentctlError, NotFoundError, UsageError

__all__ = ["MAX_BODY", "Reply", "Slash", "as_answer", "delivery", "is_proven", "read"]

is_proven, delivery, read = slack.is_proven, slack.delivery, slack.read
#: A part of an incident's id that a person means as one: it has a digit, as all ids do.
_PART = re.compile(r"(?=\S*\d)(?:(?:inc|drl|bkf)-)?[0-9a-z]+(?:-[0-9a-z]+)+", re.IGNORECASE)
#: Two hyphens, which telephones make a dash of.
_OPTION = re.compile(r"(?:--|—|–)([a-z]+)(?:=(\S+))?$|-(s)$", re.IGNORECASE)
_MAX_LISTED = 10
_WORDS = ("declare", "log", "update", "status", "help")


class Reply(NamedTuple):
    """An answer: to the whole channel, or only to who asked."""

    text: str
    to_all: bool = False


def as_answer(reply: Reply) -> Mapping[str, str]:
    """Return an answer as the chat takes it."""
    return slack.reply(reply.text, to_all=reply.to_all)


class Slash:
    """One command of a person."""

    def __init__(
        self,
        workspace: Workspace,
        command: Command,
        *,
        on_recorded: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take a workspace that nobody else uses; `on_recorded` gets a line once that is safe."""
        self._workspace = workspace
        self._command = command
        self._on_recorded = on_recorded
        self._who = _actor(workspace, command)
        stranger = self._who.named and bool(workspace.basics.by_handle)
        self._person = SignedIn(self._who.name or self._who.handle, None, is_member=not stranger)

    def answer(self) -> Reply:
        """Do what the command says. IncidentctlError for what is refused."""
        word, _, rest = self._command.text.partition(" ")
        rest = rest.strip()
        match word.casefold():
            case "declare":
                return self._declare(rest)
            case "log":
                return self._log(rest)
            case "update":
                return self._update(rest)
            case "status" | "list":
                return self._status(rest)
            case "" | "help":
                return Reply(self._help())
        near = did_you_mean(word, _WORDS)
        raise UsageError(
            f"{self._command.word} has no {one_line(word)!r}."
            + (f" Did you mean {near!r}?" if near else ""),
            hint=self._help(),
        )

    def _help(self) -> str:
        say = self._command.word
        return "\n".join(
            (
                f"{say} declare [--severity SEV1] [--affects checkout] What is broken",
                f"{say} log [INCIDENT] What you see or did",
                f"{say} update [INCIDENT] What colleagues have to know; never to customers",
                f"{say} status [INCIDENT]",
                "INCIDENT is a part of its id. Needed while several are open, not in its channel.",
            )
        )

    # --- what may be done ------------------------------------------------------------------------

    def _declare(self, text: str) -> Reply:
        options, title = _options(text)
        affects = tuple(filter(None, options.get("affects", "").split(",")))
        request = Request(title, severity=options.get("severity"), affects=affects)
        ident = begin(self._workspace, request, self._who, on_recorded=self._on_recorded)
        try:
            complete(self._workspace, ident, request, self._who)
        except (IncidentctlError, OSError) as error:
            # It is declared: nobody may be told to do that again.
            told = f"What follows from the catalog is not recorded yet: {error}"
            return Reply(f"Declared {ident}: {one_line(title)}\n{told}", to_all=True)
        incident = load(self._workspace, ident)
        severity = f"{incident.severity} " if incident.severity else ""
        lines = [
            f"Declared {severity}{ident}: {one_line(incident.title)}",
            f"Commander: {self._person.name}",
            *([f"Affected: {_affected(incident)}"] if _affected(incident) else []),
            *(map(one_line, incident.catalog_problems)),
        ]
        return Reply("\n".join(lines), to_all=True)

    def _log(self, text: str) -> Reply:
        response, text = self._response(text)
        if not text:
            raise UsageError("There is nothing to write into the log.", hint=self._help())
        return _done(notes.log(response, text), "Written into the log of")

    def _update(self, text: str) -> Reply:
        ensure_member(self._person)
        response, text = self._response(text)
        done = updates.post(response, text)
        return _done(done.recorded, "Update for", f": {one_line(text)}", to_all=True)

    def _status(self, text: str) -> Reply:
        workspace, now = self._workspace, self._workspace.now()
        if text or self._of_channel() is not None:
            ident, _ = self._meant(text)
            return Reply("\n".join(_about(load(workspace, ident), now)))
        heads = only_shared(workspace, workspace.record.open_heads())
        if not heads:
            return Reply("No incident is open, as far as this receiver knows.")
        lines = [_line(head, now) for head in heads[:_MAX_LISTED]]
        more = [f"and {len(heads) - _MAX_LISTED} more"] if len(heads) > _MAX_LISTED else []
        return Reply("\n".join([f"{count(len(heads), 'open incident')}:", *lines, *more]))

    # --- which incident --------------------------------------------------------------------------

    def _response(self, text: str) -> tuple[Response, str]:
        ident, rest = self._meant(text)
        return (
            Response(self._workspace, ident, self._who, on_recorded=self._on_recorded),
            rest,
        )

    def _meant(self, text: str) -> tuple[str, str]:
        """Return the incident that is meant, and the text without its name."""
        first, _, rest = text.partition(" ")
        if _PART.fullmatch(first):
            try:
                return find_shared(self._workspace, first), rest.strip()
            except NotFoundError:
                if not rest.strip():  # no text that begins so, but a wrong id
                    raise
        if (here := self._of_channel()) is not None:
            return here, text
        heads = only_shared(self._workspace, self._workspace.record.open_heads())
        if len(heads) == 1:
            return heads[0].id, text
        if not heads:
            raise NotFoundError("No incident is open.")
        now = self._workspace.now()
        listed = "\n".join(_line(head, now) for head in heads[:_MAX_LISTED])
        raise UsageError(f"{len(heads)} incidents are open: say which.", hint=listed)

    def _of_channel(self) -> str | None:
        """Return the open incident whose channel the command was written in."""
        channel = self._command.channel
        if not channel:
            return None
        for head in only_shared(self._workspace, self._workspace.record.open_heads()):
            links = load(self._workspace, head.id).links
            if any(channel in re.split(r"[/?=&#]", link.url) for link in links):
                return head.id
        return None


def _actor(workspace: Workspace, command: Command) -> Actor:
    """Return who wrote a command: the member with the chat id, else a stranger by that id."""
    who = workspace.actor(f"{slack.SYSTEM}:{command.user}")
    if not who.named or not command.name:
        return who
    return who._replace(name=f"{clean(one_line(command.name))} in Slack")


def _options(text: str) -> tuple[dict[str, str], str]:
    """Return the options that a text begins with, and the rest."""
    words, found = text.split(), dict[str, str]()
    while words and (option := _OPTION.match(words[0])):
        name = (option[1] or "severity").casefold()
        if name not in ("severity", "affects"):
            raise UsageError(
                f"There is no option {one_line(words[0])}.",
                hint="Begin with --severity or --affects, or with the title.",
            )
        words.pop(0)
        value = option[2] or (words.pop(0) if words else "")
        if not value:
            raise UsageError(f"--{name} needs a value.")
        found[name] = value
    return found, " ".join(words)


def _done(recorded: Recorded, what: str, more: str = "", *, to_all: bool = False) -> Reply:
    notes_of_it = [note for note in recorded.notes if "incidentctl " not in note]
    return Reply("\n".join([f"{what} {recorded.incident}{more}", *notes_of_it]), to_all)


def _commander(name: str) -> str:
    return "nobody commands it" if is_alert(name) else f"commander {one_line(name)}"


def _line(head: Head, now: datetime) -> str:
    words: Sequence[str] = (
        " ".join(filter(None, (head.severity, head.id))),
        one_line(head.title),
        head.status,
        _commander(head.commander),
        f"for {rough_duration(max((now - head.declared).total_seconds(), 0))}",
    )
    return " · ".join(words)


def _about(incident: Incident, now: datetime) -> list[str]:
    lines = [
        " ".join(filter(None, (incident.severity, incident.id))) + f": {one_line(incident.title)}",
        f"{incident.status}, {_commander(incident.commander)}",
    ]
    if affected := _affected(incident):
        lines.append(f"Affected: {affected}")
    if incident.updates:
        last = incident.updates[-1]
        lines.append(f"Last update {incident.time(last.at)}: {one_line(last.text)[:500]}")
    if incident.open and incident.next_update is not None:
        late = " (OVERDUE)" if incident.next_update < now else ""
        lines.append(f"Next update {incident.time(incident.next_update)}{late}")
    lines += [f"{one_line(link.label)}: {one_line(link.url)}" for link in incident.links[:5]]
    return lines


def _affected(incident: Incident) -> str:
    names = dict.fromkeys((*incident.services, *incident.product_areas))
    return ", ".join(map(one_line, names))
