"""The exact requests of a plan for people, with secrets masked."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from incidentctl.domain.actions.request import Basic, Call, Later, Notice, Plan, Run
from incidentctl.domain.catalog.action_settings import Parts, Secret, shown_parts
from incidentctl.domain.common.text import clean

_MASK = "***"


def shown(planned: Plan) -> str:
    """Return what would be sent, step by step; nothing in it is read from the environment."""
    texts = ["\n".join(_lines(step)) for step in planned.steps]
    if len(texts) > 1:
        texts = [f"{number}. {text}" for number, text in enumerate(texts, 1)]
    return clean("\n\n".join(texts), keep_lines=True)


def _lines(step: Call | Run | Notice) -> Iterator[str]:
    match step:
        case Call():
            yield step.purpose
            yield f"{step.method} {''.join(_part(part) for part in step.url)}"
            for name, value in step.headers:
                yield f"{name}: {_header(value)}"
            if step.body is not None:
                yield "Content-Type: application/json; charset=utf-8"
                yield ""
                yield _json(step.body)
        case Run():
            yield "Run the program"
            yield shlex.join(step.argv)
            for name, value in step.environment:
                yield f"{name}={shown_parts(value)}"
            yield "with this on its standard input:"
            yield _json(step.stdin)
        case Notice():
            yield "Send a message by Apprise"
            yield shown_parts(step.url)
            yield f"Type of message: {step.kind}"
            yield ""
            yield step.title
            yield ""
            yield step.body


def _part(part: str | Secret | Later) -> str:
    match part:
        case Secret():
            return _MASK
        case Later(name):
            return f"<{name}>"
        case _:
            return part


def _header(value: Parts | Basic) -> str:
    return f"Basic {value.user}:{_MASK}" if isinstance(value, Basic) else shown_parts(value)


def _json(body: Any) -> str:
    return json.dumps(_masked(body), indent=2, ensure_ascii=False)


def _masked(value: Any) -> Any:
    match value:
        case Secret() | Later():
            return _part(value)
        case Mapping():
            return {name: _masked(of) for name, of in value.items()}
        case tuple() | list():
            return [_masked(each) for each in value]
        case _:
            return value
