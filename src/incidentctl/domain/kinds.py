"""The kinds of entry that the team writes, and the class of each."""

from __future__ import annotations

from incidentctl.domain.catalog import ProductArea, Service, Team
from incidentctl.domain.drill import PlannedDrill, PrivateHalf, PublicHalf
from incidentctl.domain.retrospective import FrontMatter
from incidentctl.domain.roles import Role
from incidentctl.domain.runbook import Runbook
from incidentctl.domain.settings import Settings
from incidentctl.domain.severity import Matrix, Severity

CLASSES: dict[str, type] = {
    "settings": Settings,
    "team": Team,
    "service": Service,
    "product_area": ProductArea,
    "severity": Severity,
    "matrix": Matrix,
    "role": Role,
    "runbook": Runbook,
    "retrospective": FrontMatter,
    "drill": PlannedDrill,
    "unplanned_drill": PublicHalf,
    "private_half": PrivateHalf,
}
