"""The questions of `incidentctl init` on a terminal; Enter answers each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from incidentctl.app.setup import answers
from incidentctl.app.setup.init import (
    DEFAULT_AREA,
    DEFAULT_TEAM,
    Request,
    effective_tier,
    recommended,
)
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
            console.say(refusal.message, "error")
            if hint := worded(refusal.hint):
                console.say(hint)


def _none_or_names(text: str) -> tuple[str, ...]:
    return answers.read_names(text, "service") if text.strip() else ()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"{text!r} is not a number of services. Write it as 40.")
    return int(text)


def ask_founder(founder: answers.Founder) -> answers.Founder:
    """Ask for a name if git does not know the user; Enter uses the handle alone."""
    if founder.name or founder.email:
        return founder
    console.say("Git does not know who you are: user.name and user.email are not set.")
    name = ask_text(f"What is your name? (Enter for {founder.handle} alone)")
    return answers.person(name, None, founder.handle)


def ask(request: Request, root: Path, remotes: Sequence[str]) -> Request:
    """Ask for what the options did not say; `remotes` are those of the git repository."""
    if request.organisation is None:
        name = _until_fits(
            "Which organisation is it for?", root.absolute().name, answers.read_organisation
        )
        request = request._replace(organisation=name)
    if request.team is None:
        team = _until_fits(
            "What is your team called?",
            DEFAULT_TEAM,
            lambda text: answers.read_name(text, "team"),
        )
        request = request._replace(team=team)
    if not request.services:
        console.say("Databases, load balancers and third parties count as services, too.")
        services = _until_fits(
            "Which services run in production? (a, b, ...; Enter for none yet)", "", _none_or_names
        )
        request = request._replace(services=services)
    if request.expected_services is None:
        counted = len(request.services)
        expected = _until_fits("How many services will there be in the end?", str(counted), _count)
        request = request._replace(expected_services=expected if expected > counted else None)
    if request.tier is None:
        request = request._replace(tier=_ask_tier(request))
    if not request.areas and effective_tier(request) != "single":
        services = request.services
        areas = _until_fits(
            "What do customers see? Product areas, such as login, checkout:",
            DEFAULT_AREA,
            lambda text: answers.read_areas([text], services),
        )
        request = request._replace(areas=areas)
    if request.timezone is None:
        zone = _until_fits("In which time zone do you work?", "UTC", answers.read_zone)
        request = request._replace(timezone=zone)
    if request.remote is None and remotes:
        choices = [
            ("", "nobody: it stays in this clone"),
            *((name, f"share it through {name}") for name in remotes),
        ]
        request = request._replace(
            remote=ask_choice("How should the record of incidents be shared?", choices, remotes[0])
            or None
        )
    return request


def _ask_tier(request: Request) -> TierName | None:
    """Ask how much process to use; None for the recommendation."""
    found = recommended(request)
    console.say(found.reason)
    words = [
        (tier.name, f"{tier.asks} (recommended)" if tier.name == found.tier else tier.asks)
        for tier in TIERS
    ]
    chosen = ask_choice("How much process?", words, found.tier)
    return next((t.name for t in TIERS if t.name == chosen and chosen != found.tier), None)
