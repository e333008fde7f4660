"""Respond commands take the incident as their first argument, too: `close k7f` is `close -i k7f`.

A text that is the id of an incident is never taken for a reason: that would end another incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from incidentctl.app.incident.find import OPEN_ONES, Where, is_incident, is_part_of_one
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal.text_command import TextCommand, is_number
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.ids import is_clear_part, may_be_in_end, may_end_id
from incidentctl.errors import UsageError

_INCIDENT = ("-i", "--incident")


class RespondCommand(TextCommand):
    """A command on one incident; its first word may name that."""

    where: Where = OPEN_ONES

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line; an incident's id before all other words becomes `-i`."""
        places = _words(self.params, args)
        if places and self._names(ctx, [args[place] for place in places]):
            first = places[0]
            if not any(word.startswith(_INCIDENT) for word in args):
                args = [*args[:first], "-i", *args[first:]]
            elif self.where.alone:
                raise UsageError(
                    f"{one_line(args[first])} is an incident, and -i names one already.",
                    hint="Name one incident, and write a reason in a sentence.",
                )
        return super().parse_args(ctx, args)

    def _names(self, ctx: Any, words: Sequence[str]) -> bool:
        """Say whether the first word is the incident; that of `relate` is the other one."""
        own = next((each for each in self.params if each.param_type_name == "argument"), None)
        if own is not None and own.metavar == "INCIDENT" and len(words) < 2:
            return False
        if is_clear_part(words[0]):
            return True
        first, alone = words[0], len(words) == 1
        if may_end_id(first) and is_incident(workspace_of(ctx), first, self.where, alone=alone):
            return True
        return may_be_in_end(first) and is_part_of_one(workspace_of(ctx), first, self.where)


class EndCommand(RespondCommand):
    """A command that ends or reopens an incident: a lone word may name any."""

    where = Where(ended=True, alone=True)


class CorrectCommand(RespondCommand):
    """A command on the entries of any incident."""

    where = Where(ended=True, any=True)


def _words(params: Sequence[Any], args: Sequence[str]) -> list[int]:
    """Return where the words are that are no options and no values of options."""
    with_value = {
        option
        for each in params
        if each.param_type_name == "option" and not each.is_flag
        for option in each.opts
    }
    places, skip = [], False
    for place, word in enumerate(args):
        if skip:
            skip = False
        elif word == "--":
            break
        elif word.startswith("-") and word != "-" and not is_number(word):
            skip = word in with_value
        else:
            places.append(place)
    return places
