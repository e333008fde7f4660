"""`docs/sources.md`: what it says to paste is taken, also by the senders' own programs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from incidentctl.connect.alerts import registry
from incidentctl.connect.alerts.payload import decode
from incidentctl.domain.alerts.group import without_copies
from incidentctl.files.catalog.loader import load

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
SECRET = "a-secret-of-the-page"


def blocks(language, text=PAGE):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def sources(folder):
    """Write all entries of alerts.yaml into one file; return them as they are read."""
    entries = [each.split("sources:\n")[1] for each in blocks("yaml") if "# alerts.yaml" in each]
    (folder / "alerts.yaml").write_text("sources:\n" + "".join(entries))
    catalog, problems = load(folder)
    assert not [each for each in problems if "alerts.yaml" in str(each.path)], problems
    return catalog.alerts.sources


def test_every_format_has_its_entry(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    found = sources(tmp_path)
    assert {each.format for each in found.values()} == {*registry.FORMATS, "generic"}
    assert all(each.secrets for each in found.values())
    assert all("# alerts.yaml" in each and "/hooks/" in each for each in SECTIONS)


def test_alertmanager_takes_its_configuration(tmp_path):
    if shutil.which("amtool") is None:
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail("amtool missing")
        pytest.skip("amtool missing")
    (block,) = [each for each in blocks("yaml") if "# alertmanager.yml" in each]
    file = tmp_path / "alertmanager.yml"
    file.write_text(block)
    done = subprocess.run(
        ["amtool", "check-config", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "1 receivers" in done.stdout


def test_the_payload_of_datadog_is_one_of_datadog():
    (payload,) = blocks("json")
    assert registry.detect(decode(payload.encode())) == "datadog"


def test_what_is_posted_is_in_the_inbox(start, team, monkeypatch):
    if shutil.which("curl") is None:
        pytest.skip("curl missing")
    for each in sources(team).values():
        monkeypatch.setenv(each.secrets[0].removeprefix("env:"), SECRET)
    serving = start()
    here = PAGE.replace("https://HOST", f"http://127.0.0.1:{serving.server.port}")
    for script in blocks("sh", here):
        done = subprocess.run(
            ["sh", "-ec", script.replace("curl ", "curl -sS --fail-with-body ")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, json.loads(done.stdout)) == (0, {"alerts": 1}), done
    found = serving.workspace().record.groups()
    assert sorted(each.title for each in without_copies(found)) == [
        "Checkout answers 500", "Checkout answers 500", "The disk of cart is full",
    ]  # fmt: skip
