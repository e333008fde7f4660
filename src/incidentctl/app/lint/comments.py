"""The comments of one file that silence rules: what they silence, and which are of no use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.common.text import one_line
from incidentctl.domain.lint.rules.comments import NEEDLESS, NO_EFFECT
from incidentctl.domain.lint.rules.registry import RULES
from incidentctl.errors import Problem

if TYPE_CHECKING:  # slow
    from incidentctl.files.yaml.ignores import Ignore

#: Rules that find something on one day and not on another.
_BY_DAY = frozenset({"IC210", "IC211", "IC212", "IC213", "IC214", "IC220", "IC223"})


class Comments:
    """The comments of a file, and what they have silenced so far."""

    def __init__(self, comments: Sequence[Ignore]) -> None:
        """Take the comments of the file."""
        self._comments = comments
        self._silenced: set[tuple[int, str]] = set()

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._comments)

    def silence(self, code: str, line: int) -> bool:
        """Say whether a finding on a line is silenced."""
        if not any(each.line == line and code in each.codes for each in self._comments):
            return False
        self._silenced.add((line, code))
        return True

    def useless(self, path: str, settings: Settings) -> Iterator[Problem]:
        """Yield what is wrong with the comments, after all findings were silenced or not."""
        for each in self._comments:
            for code, message, hint in self._judged(each, settings):
                level = settings.lint.get(code, RULES[code].text.level)
                if level != "off":
                    yield Problem(code, level, message, path, each.line, each.column, hint)

    def _judged(self, comment: Ignore, settings: Settings) -> Iterator[tuple[str, str, str]]:
        if not comment.codes:
            message = f"The comment {one_line(comment.text)!r} silences nothing."
            yield NO_EFFECT, message, "Write `# incidentctl: ignore[CODE]`."
        for code in comment.codes:
            if code not in RULES:
                hint = "See the codes in docs/reference/lint-rules.md."
                if code.startswith("IC0"):
                    hint = "What cannot be read (IC0…) is never silenced; correct the file."
                yield NO_EFFECT, f"There is no rule {one_line(code)} to silence.", hint
            elif (
                (comment.line, code) not in self._silenced
                and code not in _BY_DAY
                and settings.lint.get(code) != "off"
            ):
                message = f"There is no {code} on this line to silence."
                yield NEEDLESS, message, "Remove the code from the comment."
