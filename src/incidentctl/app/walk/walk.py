"""Walk the runbook with a person: each answer is recorded at once, and anyone can continue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from incidentctl.app.actions.automatic import Refused, due_of, run_due
from incidentctl.app.actions.prepare import Prepared
from incidentctl.app.actions.run import Ran, run_patiently
from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.incident import updates
from incidentctl.app.incident.find import load
from incidentctl.app.incident.injects import deliver_due, wait
from incidentctl.app.incident.query import on_call
from incidentctl.app.incident.respond import Response
from incidentctl.app.walk.action import ActionOffer, action_offer
from incidentctl.app.walk.answer import Answered, record
from incidentctl.app.walk.names import Name, names_for
from incidentctl.app.walk.news import News
from incidentctl.app.walk.page import PAGE, whom_to_page
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import count
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.steps import find
from incidentctl.domain.incident.reminders import Reminder, reminders
from incidentctl.domain.incident.state import OPEN, Incident
from incidentctl.domain.incident.walk.machine import AFTER, Choice, Screen, choose, screen
from incidentctl.errors import EnvironmentFailedError, IncidentctlError
from incidentctl.render.incident.brief import brief
from incidentctl.render.incident.walk import Line, status_lines

#: An exchange is started if the last one is older, also if the remote did not say that it moved.
_OLD = timedelta(seconds=30)
#: One of so many polls looks how old the last exchange is.
_REFRESH = 20
#: The key that runs the action of a step.
RUN = "r"


class View(NamedTuple):
    """What to show now."""

    incident: Incident
    screen: Screen
    restricted: bool
    injects: tuple[facts.InjectPlayed, ...] = ()
    """Injects of a drill that have just become due."""
    news: tuple[str, ...] = ()
    """What others have recorded since the last look."""
    same: bool = False
    """Whether the screen is the one that was shown last."""


class Walk:
    """One person's walk: `look`, show it, `answer`; repeat until the answer has `left`.

    While nobody answers call `poll` several times a second: it says when to look again.
    """

    def __init__(self, response: Response, at: str | None = None) -> None:
        """Start at a place of the machine; None is the default start."""
        self._response = response
        self._at = at
        self._restricted = response.workspace.record.is_restricted(response.ident)
        self._shown: Screen | None = None
        self._before_typing: Screen | None = None
        self._token: tuple[object, ...] | None = None
        self._news = News(response)
        self._lookout = response.workspace.sharing.lookout()
        self._next_inject: float | None = None
        self._polls = 0
        self._offer: ActionOffer | None = None
        self._auto = False
        self._next_attempt: datetime | None = None

    @property
    def workspace(self) -> Workspace:
        """What it works with."""
        return self._response.workspace

    @property
    def who(self) -> Actor:
        """Who walks."""
        return self._response.who

    def __enter__(self) -> Walk:
        """Begin to ask the remotes for what others do."""
        self._lookout.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask no more."""
        self._lookout.stop()

    def go_to(self, step: str) -> None:
        """Continue at the step with an id or a number; NotFoundError for an unknown one."""
        self._at = find(self._response.incident, step).id

    def poll(self) -> bool:
        """Return whether there is something new to look at; start an exchange if there may be.

        This costs a few stats while nothing changes.
        """
        sharing = self._response.workspace.sharing
        if self._lookout.moved():
            sharing.share()
        elif self._polls % _REFRESH == 0:
            sharing.refresh(every=_OLD)
        self._polls += 1
        if self._next_attempt is not None and self._response.workspace.now() >= self._next_attempt:
            return True
        due = self._next_inject
        if due is not None and self._response.workspace.now().timestamp() >= due:
            return True
        try:
            return self._read() and self._news.any()
        except EnvironmentFailedError:
            return False  # what is known is shown meanwhile

    def look(self, *, typing: bool = False) -> View:
        """Read the incident again, because others may have changed it, and return what to show.

        While somebody is `typing`, the step does not move away below what they type.
        """
        response = self._response
        self._token = None
        self._read()
        news = self._news.lines()
        injects = self._play()
        self._news.note()
        before = self._shown
        now = self._screen()
        if before and before.kind == now.kind == "step" and before.at != now.at and typing:
            self._at = before.at  # what was typed is about that step
        elif before and before.at == now.at and before.state == OPEN != now.state and not typing:
            self._at = AFTER + now.at  # somebody else has done it
        self._shown = self._screen()
        if not typing:
            self._before_typing = self._shown
        return View(
            response.incident,
            self._shown,
            self._restricted,
            injects,
            news,
            same=before is not None and _head(before) == _head(self._shown),
        )

    def _read(self) -> bool:
        """Read the incident if the record has changed; return whether it was read."""
        response = self._response
        token = response.workspace.record.change_token()
        if token == self._token:
            return False
        response.incident = load(response.workspace, response.ident)
        self._news.read()
        self._token = token
        return True

    def _screen(self) -> Screen:
        response = self._response
        shown = screen(response.incident, self._at, by=response.who.handle)
        if shown.kind == "step" and shown.at == PAGE:
            by = response.who.handle
            paged = whom_to_page(response.workspace, response.incident, by=by)
            shown = shown._replace(lines=(*shown.lines, *paged))
        return self._with_action(shown) if shown.kind == "step" else shown

    def _with_action(self, shown: Screen) -> Screen:
        """Add what the step's action sends, and the key that runs it."""
        response = self._response
        step = find(response.incident, shown.at)
        self._offer = action_offer(response.workspace, response.incident, step)
        if self._offer is None:
            return shown
        if self._offer.prepared is None or any(each.key == RUN for each in shown.choices):
            return shown._replace(notice=self._offer.notice)
        choice = Choice(RUN, self._offer.label)
        return shown._replace(notice=self._offer.notice, choices=(choice, *shown.choices))

    def _play(self) -> tuple[facts.InjectPlayed, ...]:
        """Deliver the injects of a drill that are due."""
        response = self._response
        if response.incident.kind != "drill" or response.incident.drill is None:
            return ()
        injects = tuple(deliver_due(response))
        if injects:
            self._read()
        seconds = wait(response)
        now = response.workspace.now().timestamp()
        self._next_inject = None if seconds is None else now + seconds
        return injects

    def reminders(self) -> list[Reminder]:
        """Return what is due now."""
        workspace = self._response.workspace
        known = len(workspace.basics.by_handle)
        return reminders(self._response.incident, workspace.now(), known=known)

    def alarms(self) -> frozenset[object]:
        """Return a value for each thing that a bell rings for once."""
        offer = self._response.incident.offer
        mine = offer is not None and offer.person == self._response.who.handle
        offered = [offer.event] if offer is not None and mine else []
        return frozenset((*(each.key for each in self.reminders()), *offered))

    def status(self) -> list[Line]:
        """Return the state of the response now, and what is due, in a few lines."""
        response = self._response
        return status_lines(
            response.incident,
            response.workspace.now(),
            self.reminders(),
            by=response.who.handle,
            keys={choice.key for choice in (self._shown or self._screen()).choices},
            unshared=self._unshared(),
        )

    def _unshared(self) -> list[str]:
        """Return what others do not see, or who walks does not, while exchanges fail."""
        record = self._response.workspace.record
        return [
            f"Others do not see {count(left.events, 'event')} of this clone: "
            f"the last sync with {remote} failed ({last.state})"
            if left.events
            else f"What others do is not shown: the last sync with {remote} failed ({last.state})"
            for remote, left, last in record.shares()
            if last is not None and last.state not in ("ok", "behind")
            # What others do in this incident comes from one of the two remotes.
            if left.events or record.is_shared_with(remote) != self._restricted
        ]

    def names(self, choice: Choice) -> list[Name]:
        """Return the names that answer a choice, the likeliest first."""
        return names_for(self._response, choice)

    def brief(self, columns: int) -> list[str]:
        """Return the brief of the commander, in lines of so many characters."""
        workspace, incident = self._response.workspace, self._response.incident
        now = workspace.now()
        duty = on_call(workspace, incident, now)
        return brief(incident, now, on_call=duty, columns=columns)

    def answer(self, key: str, text: str | None, *, sure: bool = False) -> Answered:
        """Do and record what a key means on the last screen.

        `text` is None if nobody was asked for one. Only who is `sure` names a stranger.
        """
        response = self._response
        self._lookout.awake()
        shown = self._shown or self.look().screen
        if self._read():  # somebody may have done the step a moment ago
            self._at = shown.at if shown.kind == "step" else self._at
            shown = self._screen() if shown.kind == "step" else shown
        if key.strip().casefold() == RUN and (sending := self._sending(shown)):
            return Answered(sending=sending)
        outcome = choose(
            response.incident,
            shown,
            key,
            text,
            people=response.people,
            teams=response.teams,
            roles=response.roles,
            by=response.who.handle,
            name=response.who.name,
            overtaken=self._overtaken(shown),
        )
        if outcome.needs is not None:
            return Answered(outcome.needs)
        if outcome.publishes is not None:
            return Answered(publishing=outcome.publishes)
        if not sure and (stranger := self._stranger(outcome.facts)):
            return Answered(stranger=stranger)
        notes: tuple[str, ...] = ()
        effect = None
        message = outcome.message
        if outcome.facts or outcome.severity or outcome.affects or outcome.escalates is not None:
            try:
                recorded, effect, called = record(response, outcome)
            except IncidentctlError as refusal:
                return Answered(failed=refusal)
            notes, message = recorded.notes, called or message
            self._news.know(recorded.events)
        self._at = outcome.next
        # A bare Enter, or a key that leads elsewhere, shows the whole screen again.
        self._shown = shown if key and outcome.next == shown.at else None
        return Answered(
            message=message,
            hint=outcome.hint,
            refused=outcome.refused,
            notes=notes,
            left=outcome.left,
            effect=effect,
        )

    def _stranger(self, stated: Sequence[Any]) -> str | None:
        """Return who is given something to do, is in no team, and takes no part yet."""
        response = self._response
        known = (response.who.handle, *response.incident.people)
        return next((each for each in response.strangers(stated) if each not in known), None)

    def _overtaken(self, shown: Screen) -> bool:
        """Say whether the step was open when somebody began to type, and is no longer."""
        before = self._before_typing
        return before is not None and before.at == shown.at and before.state == OPEN != shown.state

    def _sending(self, shown: Screen) -> Prepared | None:
        """Return what the key that runs an action would send; None where it means another thing."""
        offered = any(each.key == RUN and each.asks is None for each in shown.choices)
        if shown.kind != "step" or self._offer is None or not offered:
            return None
        prepared = self._offer.prepared
        return prepared if prepared and prepared.target.step == shown.at else None

    def send(self, prepared: Prepared) -> Ran:
        """Send what was shown and confirmed; a refusal is raised, and nothing is sent then."""
        response = self._response
        again = self._offer is not None and self._offer.again
        ran = run_patiently(
            response.workspace,
            response.ident,
            prepared.target,
            who=response.who,
            on_recorded=response.on_recorded,
            again=again,
        )
        self.after_sending()
        return ran

    def publish(
        self,
        text: str,
        preview: Callable[..., None],
        *,
        ask: Callable[[Response], Sequence[str]] | None = None,
    ) -> updates.Posted:
        """Post a public update as `update --public` does; `preview` raises to stop it.

        `ask` returns what it says of areas, `AREA=STATE` each. No step of it is ticked: that people
        can read it is for a person to say.
        """
        response = self._response
        states = ask(response) if ask else ()
        shown = partial(preview, response, states=states)
        posted = updates.post(response, text, public=True, states=states, preview=shown)
        self.after_sending()
        return posted

    def automate(self) -> None:
        """Run what is marked automatic from now on; RefusedError if that is not trusted."""
        ensure_trusted(self._response.workspace)
        self._auto = True

    def automatic(self) -> list[Ran | Refused]:
        """Run the automatic steps that are due, and return what came of them."""
        if not self._auto:
            return []
        response = self._response
        workspace = response.workspace
        self._read()
        found = due_of(workspace, response.incident, workspace.now())
        if not found:
            return []
        ended = run_due(workspace, found, response.who, on_recorded=response.on_recorded)
        self.after_sending()
        later = [ran.retry_at for ran in ended if isinstance(ran, Ran) and ran.retry_at]
        self._next_attempt = min(later, default=None)
        return ended

    def after_sending(self) -> None:
        """Read the incident again; one's own entries are no news."""
        self._token = None
        self._read()
        me = self._response.who.handle
        entries = self._response.incident.entries
        self._news.know(entry.event for entry in entries if entry.by == me)
        shown = self._shown
        if shown is not None and find(self._response.incident, shown.at).state != OPEN:
            self._at = AFTER + shown.at
        self._shown = None


def _head(shown: Screen) -> Screen:
    """Return a screen without its menu, which updates itself."""
    return shown._replace(choices=())
