"""One sentence per event for the timeline: what somebody wrote, or what the fact states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.incident import facts

#: So many characters of a name, whose own entry has all of it, stand in the sentences of others.
_MOST = 500


class Names(NamedTuple):
    """What the ids in facts are called: steps by title, tasks by title, the rest by number."""

    steps: Mapping[str, str]
    tasks: Mapping[str, str]
    hypotheses: Mapping[str, str]
    entries: Mapping[str, int]
    people: Mapping[str, str]
    time: Callable[[str], str]
    """Writes a moment of the record for people."""

    def person(self, handle: str) -> str:
        """Name somebody with their handle."""
        name = self.people.get(handle)
        return f"{name} ({handle})" if name else handle

    def step(self, ident: str) -> str:
        """Name a step by its title."""
        return self.steps.get(ident, ident)

    def task(self, ident: str) -> str:
        """Name a task by its title."""
        return self.tasks.get(ident, "a task that is not here")

    def hypothesis(self, ident: str) -> str:
        """Name a hypothesis by its words."""
        return self.hypotheses.get(ident, "one that is not here")

    def entry(self, ident: str) -> str:
        """Name an entry by its short number."""
        number = self.entries.get(ident)
        return f"entry {number}" if number else "an entry that is not here"


def shortened(name: str) -> str:
    """Return what something is called, short enough to stand in many sentences."""
    return name if len(name) <= _MOST else name[: _MOST - 1] + "…"


def _and(text: str, *more: str | None, by: str = ": ") -> str:
    return by.join([text, *(part for part in more if part)])


def _noted(fact: facts.Noted, names: Names) -> str:
    part = f" (part {fact.part} of {fact.parts})" if fact.part and fact.parts else ""
    if fact.command is None:
        return fact.text + part
    end = "" if fact.exit_code is None else f" (exit {fact.exit_code})"
    return f"$ {fact.command}{end}{part}\n{fact.text}"


def _severity(fact: facts.SeveritySet, names: Names) -> str:
    doubt = "" if fact.confirmed else ", unconfirmed"
    return _and(f"Severity {fact.severity}{doubt}", fact.reason)


def _affected(fact: facts.AffectedSet, names: Names) -> str:
    services = ", ".join(fact.services) or "no service named"
    areas = f"; product area {', '.join(fact.product_areas)}" if fact.product_areas else ""
    owner = f"; owner {fact.owner}" if fact.owner else ""
    return f"Affected: {services}{areas}{owner}"


def _process(fact: facts.ProcessResolved, names: Names) -> str:
    return f"Process ({fact.tier}): {fact.reason}"


def _attached(fact: facts.RunbookAttached, names: Names) -> str:
    # The reason stands in the process that was resolved with it.
    return f"Runbook attached: {fact.title or fact.runbook}" + ("" if fact.own else " (a fallback)")


def _cancelled(fact: facts.Cancelled, names: Names) -> str:
    duplicate = f"duplicate of {fact.duplicate_of}" if fact.duplicate_of else None
    return _and("Cancelled", duplicate, fact.reason)


def _escalated(fact: facts.Escalated, names: Names) -> str:
    on_call = f", on call {_person(fact)}" if fact.person else ""
    return f"Escalated to {fact.team}{on_call}; not paged by this"


def _update(fact: facts.UpdatePosted, names: Names) -> str:
    return f"{'Public update' if fact.public else 'Update'}: {fact.text}"


def _amended(fact: facts.Amended, names: Names) -> str:
    moment = f"it was at {names.time(fact.moment)}" if fact.moment else None
    return _and(f"Amended {names.entry(fact.event)}", moment, fact.text)


_SENTENCES: dict[type, Callable[[Any, Names], str]] = {
    facts.Declared: lambda f, n: f"Declared: {f.title}",
    facts.TitleSet: lambda f, n: f"Title: {f.title}",
    facts.SeveritySet: _severity,
    facts.AffectedSet: _affected,
    facts.ProcessResolved: _process,
    facts.RunbookAttached: _attached,
    facts.RunbookDetached: lambda f, n: _and(f"Runbook {f.runbook} detached", f.reason),
    facts.StatusSet: lambda f, n: f"Status: {f.status}",
    facts.MomentMarked: lambda f, n: f"Marked as the moment it was {f.moment}",
    facts.Resolved: lambda f, n: _and("Resolved", f.text),
    facts.Reopened: lambda f, n: _and("Reopened", f.reason),
    facts.Cancelled: _cancelled,
    facts.Closed: lambda f, n: _and("Closed", f.reason, f.retrospective),
    facts.RoleAssigned: lambda f, n: f"{f.role}: {_person(f)}",
    facts.RoleReleased: lambda f, n: f"{f.role}: no longer {n.person(f.person)}",
    facts.RolesKept: lambda f, n: "The commander keeps every role",
    facts.TeamAssigned: lambda f, n: f"Responding team: {f.team}",
    facts.IndividualAssigned: lambda f, n: f"Assigned to {_person(f)}",
    facts.HandoverOffered: lambda f, n: f"Command offered to {_person(f)}",
    facts.HandoverAccepted: lambda f, n: "Command accepted",
    facts.CommandTaken: lambda f, n: _and(f"Command taken from {f.before}", f.reason),
    facts.Escalated: _escalated,
    facts.StepDone: lambda f, n: _and(f"Done: {n.step(f.step)}", f.note, f.link, by=" · "),
    facts.StepSkipped: lambda f, n: _and(f"Skipped: {n.step(f.step)}", f.reason, by=" · "),
    facts.StepReopened: lambda f, n: _and(f"Open again: {n.step(f.step)}", f.reason, by=" · "),
    facts.TaskAdded: lambda f, n: _and(f"Task: {f.title}", f.person or f.role, by=" · "),
    facts.TaskAssigned: lambda f, n: f"Task for {f.person}: {n.task(f.task)}",
    facts.TaskDone: lambda f, n: _and(f"Task done: {n.task(f.task)}", f.note, by=" · "),
    facts.Noted: _noted,
    facts.HypothesisProposed: lambda f, n: f"Hypothesis: {f.text}",
    facts.HypothesisRuledOut: lambda f, n: _and(
        f"Ruled out: {n.hypothesis(f.hypothesis)}", f.reason, by=" · "
    ),
    facts.HypothesisConfirmed: lambda f, n: _and(
        f"Confirmed: {n.hypothesis(f.hypothesis)}", f.reason, by=" · "
    ),
    facts.UpdatePosted: _update,
    facts.UpdateSnoozed: lambda f, n: f"Next update at {n.time(f.until)}",
    facts.SummarySet: lambda f, n: f"Summary: {f.text}",
    facts.ImpactSet: lambda f, n: f"Impact: {f.text}",
    facts.Linked: lambda f, n: f"{f.label}: {f.url}",
    facts.Related: lambda f, n: f"{f.relation}: {f.incident}",
    facts.DrillStarted: lambda f, n: f"Drill {f.drill} begins",
    facts.InjectPlayed: lambda f, n: f"Inject {f.number}: {f.text}",
    facts.DrillPaused: lambda f, n: "The drill is paused",
    facts.DrillResumed: lambda f, n: "The drill goes on",
    facts.DrillEnded: lambda f, n: f"The drill is over{': it turned real' if f.real else ''}",
    facts.Retracted: lambda f, n: _and(f"Retracted {n.entry(f.event)}", f.reason),
    facts.Amended: _amended,
    facts.Redacted: lambda f, n: _and(f"Redacted {n.entry(f.event)}", f.reason),
    facts.Unknown: lambda f, n: f"{f.kind} (not known to this version): {f.fields}",
}


def _person(fact: Any) -> str:
    name: str | None = fact.person_name
    return f"{name} ({fact.person})" if name else str(fact.person)


def sentence(fact: Any, names: Names) -> str:
    """Say a fact in words; text from outside is in it as it was written."""
    say = _SENTENCES.get(type(fact))
    if say is None:  # a kind that a later module adds has words as soon as it has a fact
        return f"{type(fact).__name__}"
    return say(fact, names)
