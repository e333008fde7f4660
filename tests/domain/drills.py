"""The drill of the reference, for tests: login on staging at 10:30 EDT, between 9am and 3pm."""

from __future__ import annotations

from datetime import datetime

from incidentctl.domain.drill.plan import PlannedDrill, PrivateHalf, PublicHalf, Window

ZONE = "America/New_York"
WINDOW = Window(
    from_=datetime.fromisoformat("2026-03-29T09:00"), to=datetime.fromisoformat("2026-03-29T15:00")
)
WHAT = "User login on staging"
AT = datetime.fromisoformat("2026-03-29T10:30")
HOW = "Dropping the token database"

PUBLIC = PublicHalf(
    name="q1-unplanned",
    mode="unplanned",
    environment="staging",
    timezone=ZONE,
    window=WINDOW,
    why="To exercise our response to an incident",
)
PRIVATE = PrivateHalf(
    what=WHAT,
    team="core-services",
    commander="bob",
    mitigator="dana",
    at=AT,
    how=HOW,
    why="To exercise the response time of Core Services",
    saboteur="carol",
)
PLANNED = PlannedDrill(
    name="q1-planned",
    environment="staging",
    timezone=ZONE,
    what=WHAT,
    team="core-services",
    at=AT,
    how=HOW,
    why="To exercise the response time of Core Services",
    saboteur="carol",
)
