"""The kinds of entry that the team writes, and the class of each."""

from __future__ import annotations

from incidentctl.domain.catalog.alert_rules import AlertSettings
from incidentctl.domain.catalog.announcement import Announcement
from incidentctl.domain.catalog.maintenance import PlannedMaintenance
from incidentctl.domain.catalog.model import ProductArea, Service
from incidentctl.domain.catalog.roles import Role
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.catalog.severity import Matrix, Severity
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.drill.plan import PlannedDrill, PrivateHalf, PublicHalf
from incidentctl.domain.learn.retrospective import FrontMatter

CLASSES: dict[str, type] = {
    "settings": Settings,
    "team": Team,
    "service": Service,
    "product_area": ProductArea,
    "severity": Severity,
    "matrix": Matrix,
    "role": Role,
    "runbook": Runbook,
    "announcement": Announcement,
    "alerts": AlertSettings,
    "maintenance": PlannedMaintenance,
    "retrospective": FrontMatter,
    "drill": PlannedDrill,
    "unplanned_drill": PublicHalf,
    "private_half": PrivateHalf,
}
