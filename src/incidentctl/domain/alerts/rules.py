"""What the team's rules say about an alert: the first that matches decides."""

from __future__ import annotations

from datetime import timedelta

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.classify import classify
from incidentctl.domain.alerts.decision import Decision, by_default
from incidentctl.domain.alerts.expressions import pattern
from incidentctl.domain.catalog.alert_rules import PATTERN, AlertRule
from incidentctl.domain.catalog.model import Catalog


def decide(catalog: Catalog, alert: Alert) -> Decision:
    """Return what is to become of an alert, and why.

    EnvironmentFailedError or InvalidDataError for a pattern that cannot be read: an alert that
    nobody can judge is never one that does not match.
    """
    settings = catalog.alerts
    rule = next((rule for rule in settings.rules if matches(rule, alert)), None)
    found = by_default(catalog, alert) if rule is None else _by_rule(catalog, rule, alert)
    source = settings.sources.get(alert.source)
    return found._replace(restricted=True) if source and source.restricted else found


def matches(rule: AlertRule, alert: Alert) -> bool:
    """Say whether a rule matches an alert: all that it names has to fit."""
    return all(
        any(_fits(wanted, field_of(alert, name)) for wanted in values)
        for name, values in rule.match.items()
    )


def field_of(alert: Alert, name: str) -> str:
    """Return an alert's label, else its own field of that name; empty if it has neither.

    Who sent it is never what a label says.
    """
    if name in alert.labels and name != "source":
        return alert.labels[name]
    own = {
        "source": alert.source,
        "key": alert.key,
        "group": alert.group,
        "title": alert.title,
        "text": alert.text,
        "state": alert.state,
        "severity": alert.severity,
    }
    return own.get(name) or ""


def _fits(wanted: str, value: str) -> bool:
    if not wanted.startswith(PATTERN):
        return wanted == value
    return pattern(wanted.removeprefix(PATTERN)).fullmatch(value) is not None


def _by_rule(catalog: Catalog, rule: AlertRule, alert: Alert) -> Decision:
    means = classify(catalog, alert)
    affects, severity = rule.service or means.affects, rule.severity or means.severity
    stated = {"service": affects, "severity": severity, "rule": rule.name}
    group = tuple((name, stated.get(name) or field_of(alert, name)) for name in rule.group_by)
    reasons = [_why(rule)]
    reasons += [
        f"the rule says {what}" if said else because
        for what, said, because in zip(
            (rule.service, rule.severity), (rule.service, rule.severity), means.reasons, strict=True
        )
    ]
    return Decision(
        rule.name,
        rule.mode,
        affects,
        severity,
        rule.after or timedelta(),
        group or (("group", alert.group),),
        rule.window,
        rule.restricted,
        rule.resolve,
        rule.every,
        tuple(reasons),
    )


def _why(rule: AlertRule) -> str:
    if not rule.match:
        return f"rule {rule.name} matches every alert"
    said = ", ".join(f"{name} is {' or '.join(values)}" for name, values in rule.match.items())
    return f"rule {rule.name} matches: {said}"
