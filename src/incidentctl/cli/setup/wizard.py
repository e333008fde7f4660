"""The questions of `incidentctl init` on a terminal; Enter answers each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from incidentctl.app.setup import init_input
from incidentctl.app.setup.catalog import (
    DEFAULT_AREA,
    DEFAULT_TEAM,
    Request,
    effective_tier,
    recommended,
)
from incidentctl.app.workspace.machine_zone import machine_zone_name
from incidentctl.cli.hints import worded
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.prompts import ask_choice, ask_text
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.process.resolution import TIERS
from incidentctl.errors import UsageError

_Answer = TypeVar("_Answer")


def _until_fits(question: str, default: str, read: Callable[[str], _Answer]) -> _Answer:
    """Ask until the answer is valid; print what is wrong each time."""
    while True:
        try:
            return read(ask_text(question, default))
        except UsageError as refusal:
            _show_refusal(refusal)


def _show_refusal(refusal: UsageError) -> None:
    console.say(refusal.message, "error")
    if hint := worded(refusal.hint):
        console.say(hint)


def _names(question: str, what: str, default: str = "") -> tuple[str, ...]:
    """Ask for names until each can be one; those that can are kept."""
    return _kept(question, lambda text: init_input.split_names(text, what), default)


def _kept(
    question: str,
    read: Callable[[str], tuple[tuple[str, ...], list[UsageError]]],
    default: str = "",
) -> tuple[str, ...]:
    """Ask until nothing is wrong; say what is, and keep the rest."""
    kept: list[str] = []
    asked = question
    while text := ask_text(asked, default, optional=not default):
        names, wrong = read(text)
        taken = {name.casefold() for name in kept}
        kept += [name for name in names if name.casefold() not in taken]
        if not wrong:
            break
        for refusal in wrong:
            _show_refusal(refusal)
        if kept:
            default = ""
            asked = f"Kept: {', '.join(kept)}. Which others? (Enter for none)"
    return tuple(kept)


def _groups(
    names: Sequence[str],
    services: Sequence[str],
    what: str,
    question: str,
    every: Sequence[str] = (),
) -> tuple[init_input.Group, ...]:
    """Ask for the services of each team or area; Enter is `every` one."""
    groups: list[init_input.Group] = []
    for name in names:
        owned = init_input.owners(groups) if what == "team" else {}
        read = partial(
            init_input.split_known, services=services, group=name, what=what, owned=owned
        )
        enter = "all" if every else "none yet"
        own = _kept(f"{question.format(name)} (a, b, ...; Enter for {enter})", read)
        groups.append(init_input.Group(name, own or tuple(every)))
    return tuple(groups)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"{text!r} is not a number.", hint="Answer in digits, such as 40.")
    return int(text)


def ask_founder(founder: init_input.Founder) -> init_input.Founder:
    """Ask for a name if git does not know the user; Enter uses the handle alone."""
    if founder.name or founder.email:
        return founder
    console.say("Git does not know who you are: user.name and user.email are not set.")
    name = ask_text(f"What is your name? (Enter for {founder.handle} alone)")
    return init_input.person(name, None, founder.handle)


def ask(request: Request, root: Path, remotes: Sequence[str]) -> Request:
    """Ask for what the options did not say; `remotes` are those of the git repository."""
    if request.organisation is None:
        name = _until_fits(
            "Which organisation is it for?", root.absolute().name, init_input.read_organisation
        )
        request = request._replace(organisation=name)
    if not request.teams:
        teams = _names("What is your team called? (further teams: a, b)", "team", DEFAULT_TEAM)
        request = request._replace(teams=tuple(init_input.Group(name) for name in teams))
    if not request.services:
        console.say("Databases, load balancers and third parties count as services, too.")
        question = "Which services run in production? (a, b, ...; Enter for none yet)"
        request = request._replace(services=_names(question, "service"))
    first, *others = request.teams or (init_input.Group(DEFAULT_TEAM),)
    if others and request.services and not any(team.services for team in request.teams):
        further = [team.name for team in others]
        console.say(f"{first.name} owns the services that no other team does.")
        owned = _groups(further, request.services, "team", "Which of them does {} own?")
        request = request._replace(teams=(first, *owned))
    if request.expected_services is None:
        counted = len(request.services)
        expected = _until_fits("How many services will there be in the end?", str(counted), _count)
        request = request._replace(expected_services=expected if expected > counted else None)
    if request.tier is None:
        request = request._replace(tier=_ask_tier(request))
    if not request.areas and effective_tier(request) != "single":
        question = "What do customers see? Product areas, such as login, checkout:"
        names = _names(question, "product area", DEFAULT_AREA) or (DEFAULT_AREA,)
        every = request.services if len(names) == 1 else ()
        areas = tuple(init_input.Group(name) for name in names)
        if request.services:
            asked = "Which services power {}?"
            areas = _groups(names, request.services, "product area", asked, every)
        request = request._replace(areas=areas)
    if request.timezone is None:
        here = machine_zone_name(os.environ) or "UTC"
        zone = _until_fits("In which time zone do you work?", here, init_input.read_zone)
        request = request._replace(timezone=zone)
    if request.remote is None and remotes:
        choices = [
            ("", "nobody: it stays in this clone"),
            *((name, f"share it through {name}") for name in remotes),
        ]
        question = "How should the record of incidents be shared?"
        remote = ask_choice(question, choices, remotes[0], searched=False)
        request = request._replace(remote=remote or None)
    return request


def _ask_tier(request: Request) -> TierName | None:
    """Ask how much process to use; None for the recommendation."""
    found = recommended(request)
    console.say(found.reason)
    words = [
        (tier.name, f"{tier.asks} (recommended)" if tier.name == found.tier else tier.asks)
        for tier in TIERS
    ]
    chosen = ask_choice("How much process?", words, found.tier, searched=False)
    return next((t.name for t in TIERS if t.name == chosen and chosen != found.tier), None)
