"""The announced maintenance of a catalog, as customers may know it."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidentctl.domain.catalog.maintenance import span_of
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.page.public import Maintenance

#: Feeds tell of maintenance so long before it begins. When a file was written is not known, and a
#: moment that changed with each build would make readers take the entry for a new one.
TOLD_AHEAD = timedelta(days=7)


def told_at(work: Maintenance) -> datetime:
    """Return when feeds tell of maintenance."""
    return work.begins - TOLD_AHEAD


def announced(catalog: Catalog) -> tuple[Maintenance, ...]:
    """Return the maintenance of a catalog, the earliest first; without what ends before it begins.

    Names of areas that the catalog does not have are left out: lint tells them.
    """
    found = []
    for planned in catalog.maintenance.values():
        span = span_of(planned, default_zone=catalog.settings.timezone)
        if span.is_one:
            areas = tuple(dict.fromkeys(a for a in planned.areas if a in catalog.product_areas))
            text = planned.text or ""
            found.append(Maintenance(planned.name, planned.title, text, *span, areas))
    return tuple(sorted(found, key=lambda work: (work.begins, work.ends, work.id)))
