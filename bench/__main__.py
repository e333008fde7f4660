"""Run the benchmarks named, or all, and print one table: what, measured, target, reached."""

from __future__ import annotations

import argparse
import compileall
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.timing import Row, shut_out, table

NAMES = ("startup", "record", "commands", "search", "exchange", "lint", "serve", "page", "room")
ROOT = Path(__file__).parent.parent


def main() -> None:
    """Measure; the table goes to stdout and to bench/results/."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if wrong := set(names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(wrong))}")
    # An installed program has compiled modules, so what is timed here has them, too.
    compileall.compile_dir(ROOT / "src", quiet=1)
    rows: list[Row] = []
    results = ROOT / "bench" / "results" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.md"
    results.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ.update(shut_out(Path(folder)))
        for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "CI"):  # users have none
            os.environ.pop(variable, None)
        for name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            work = Path(folder) / name
            work.mkdir()
            rows += import_module(f"bench.{name}").rows(work)
            results.write_text(f"{table(rows)}\n")  # one that fails later loses none of them
    print(table(rows))
    print(f"\n{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
