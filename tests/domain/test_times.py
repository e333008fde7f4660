"""How moments are shown with their zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentctl.domain.common.times import fixed_zone, show, zone
from incidentctl.domain.drill.documents import time_text

WINTER, SUMMER = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 7, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "local", "shown"),
    [
        (WINTER, UTC, "2026-01-05 09:00 UTC"),
        (WINTER, fixed_zone(0), "2026-01-05 09:00 UTC"),
        (WINTER, zone("Europe/Dublin"), "2026-01-05 09:00 UTC"),
        (WINTER, zone("Europe/Lisbon"), "2026-01-05 09:00 UTC"),
        (WINTER, zone("Africa/Accra"), "2026-01-05 09:00 UTC"),
        (SUMMER, zone("Europe/Dublin"), "2026-07-06 10:00 IST (+01:00)"),
        (WINTER, zone("Europe/Berlin"), "2026-01-05 10:00 CET (+01:00)"),
        (WINTER, fixed_zone(-90), "2026-01-05 07:30 -01:30"),
        (WINTER, zone("America/Sao_Paulo"), "2026-01-05 06:00 -03:00"),
    ],
)  # fmt: skip
def test_a_clock_that_reads_utc_is_called_so_whatever_the_zone(moment, local, shown):
    assert show(moment, local) == shown


def test_a_drill_s_document_says_the_same():
    assert time_text(WINTER, "Europe/Dublin") == "2026-01-05 09:00 UTC"
    assert time_text(SUMMER, "Europe/Dublin") == "2026-07-06 10:00 IST, UTC+01:00"
