"""Render an organisation's own template in a separate process: `python -m` this module.

A template may come from anybody's pull request. It gets plain values, in a sandbox without
attributes of Python, with limits of time and memory. stdin has one JSON object with `source`,
`data`, and `html`: whether it makes a page. stdout gets one with `text`, or `error` and `line`.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: CPU seconds, and bytes; a thousand entries take a tenth of that.
_SECONDS = 2
_MEMORY = 512 << 20
_LONGEST = 1 << 20
_NAME = "<template>"


def render(source: str, data: dict[str, Any], *, html: bool = False) -> dict[str, Any]:
    """Return `{"text": ...}`, or `{"error": ..., "line": ...}` with one sentence for people.

    With `html` each value is text of the page, and never markup.
    """
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=html,
    )
    try:
        code = environment.compile(source, filename=_NAME)
        template = environment.template_class.from_code(environment, code, environment.globals)
        parts: list[str] = []
        length = 0
        for part in template.generate(data):
            parts.append(part)
            length += len(part)
            if length > _LONGEST:
                return {"error": "its text is longer than 1 MiB", "line": None}
    except TemplateSyntaxError as error:
        return {"error": str(error.message), "line": error.lineno}
    except MemoryError:
        return {"error": "it takes too much memory", "line": None}
    except Exception as error:  # noqa: BLE001 (whatever a template raises is its own fault)
        said = str(error) or type(error).__name__
        return {"error": said[:300], "line": _line_of(error.__traceback__)}
    return {"text": "".join(parts)}


def _line_of(trace: TracebackType | None) -> int | None:
    """Return the last line of the template that a traceback passed; jinja2 maps them."""
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    # macOS does not limit address space; time is limited everywhere.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Render one template and exit."""
    request = json.load(sys.stdin)
    _limit(resource.RLIMIT_CPU, _SECONDS)
    _limit(resource.RLIMIT_AS, _MEMORY)
    json.dump(render(request["source"], request["data"], html=request["html"]), sys.stdout)


if __name__ == "__main__":
    main()
