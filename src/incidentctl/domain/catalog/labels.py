"""The labels of an alert, as it is pasted: Prometheus' braces, JSON, YAML or `key=value`."""

from __future__ import annotations

import re

_LABEL = re.compile(
    r"""(?<![\w.-])["']?(?P<name>[A-Za-z_][\w.-]*)["']?\s*(?:=~?|:)\s*"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,;{}"']+))"""
)
#: Labels that name what is hit, as exporters and rules write them; the surest first.
_NAMING = tuple(
    group.split()
    for group in (
        "service service_name servicename svc",
        "app application app_kubernetes_io_name k8s_app component workload pagerduty",
        "deployment k8s_deployment_name statefulset daemonset container container_name",
        "job product_area area pod instance host hostname",
        "team owner squad",
        "alertname alert summary title description message",
    )
)


def labels(text: str) -> dict[str, str]:
    """Return the labels of an alert by name; empty when the text is none."""
    found = {}
    for match in _LABEL.finditer(text):
        value = next(each for each in match.group("double", "single", "bare") if each is not None)
        found[match["name"].replace(".", "_").replace("-", "_").casefold()] = value
    rest = _LABEL.sub("", text).strip("{}[](), ;\n\t")
    # A sentence with a colon or an address in it is none.
    return found if found and ("=" in text or '"' in text or not rest) else {}


def naming(found: dict[str, str]) -> list[str]:
    """Return the values to look for in turn, until one is found."""
    return [found[name] for group in _NAMING for name in group if found.get(name)]
