"""Rules about the comments that silence rules; what a comment silences is known only in the end."""

from __future__ import annotations

from incidentctl.domain.lint.rule import Rule
from incidentctl.domain.lint.rule_text import RuleText

#: The codes of a comment without effect, and of one that is not needed.
NO_EFFECT, NEEDLESS = "IC231", "IC302"

RULES = (
    Rule(
        RuleText(
            NO_EFFECT,
            "warning",
            "An ignore comment without effect",
            "A comment that is written otherwise, or that names a code that no rule has, silences "
            "nothing, and its author believes that it does. Files that cannot be read (IC0…) are "
            "never silenced.",
            "Write `# incidentctl: ignore[CODE]`, or remove the comment.",
        )
    ),
    Rule(
        RuleText(
            NEEDLESS,
            "info",
            "An ignore comment that is not needed",
            "What it silenced is gone. It would silence the next fault of that line, which nobody "
            "has looked at. Not reported for rules that depend on the day.",
            "Remove the code from the comment.",
        )
    ),
)
