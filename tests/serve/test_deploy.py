"""The unit of systemd and the container's file say what the command understands."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import typer

from incidentctl.cli.main import _Root, app
from incidentctl.serve.settings import listen_at, network

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "incidentctl.service"


def options() -> set[str]:

    root = typer.main.get_command(app)
    assert isinstance(root, _Root)
    serve = root.get_command(None, "serve")
    return {name for each in serve.params for name in each.opts}


def test_the_unit_starts_the_command_with_options_that_it_has(tmp_path):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(UNIT)
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words[0].endswith("/incidentctl")
    assert words[1] == "-C"
    assert words[3] == "serve"
    assert {word for word in words[4:] if word.startswith("--")} <= options()
    assert listen_at(words[5]) == ("127.0.0.1", 8095)
    if shutil.which("systemd-analyze"):
        text = UNIT.read_text().replace(words[0], "/bin/true").replace("User=incidentctl\n", "")
        copy = tmp_path / UNIT.name
        copy.write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False
        )
        assert str(copy) not in done.stderr, done.stderr


def test_the_containers_file_is_sound():
    """hadolint finds nothing, and what it starts is what the command understands."""
    file = DEPLOY / "Containerfile"
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "--no-color", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    by_name = dict(line.partition(" ")[::2] for line in lines if line.strip())
    assert by_name["USER"] not in ("root", "0")
    words = [*json.loads(by_name["ENTRYPOINT"]), *json.loads(by_name["CMD"])]
    assert words[:4] == ["incidentctl", "-C", by_name["WORKDIR"], "serve"]
    assert {word for word in words if word.startswith("--")} <= options()
    assert listen_at(words[words.index("--listen") + 1])[1] == int(by_name["EXPOSE"])
    network(words[words.index("--proxy") + 1])
