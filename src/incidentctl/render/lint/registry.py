"""Every output of `catalog lint` by the name that `--format` gives it."""

from __future__ import annotations

from incidentctl.render.lint import json, text
from incidentctl.render.lint.output import Output

OUTPUTS: dict[str, Output] = {
    "text": text.output,
    "json": json.output,
}
