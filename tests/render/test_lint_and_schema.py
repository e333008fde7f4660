"""Lint and the JSON Schemas agree about a file, where JSON Schema can say it: generated files."""

import json
import random
from datetime import date
from pathlib import Path

import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from tests.render.test_json_schema import PLACES, PRIVATE, PUBLIC, ROOT

from incidentctl.domain.lint.rules.registry import run
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import MARKER
from incidentctl.files.yaml.strict import parse
from incidentctl.render.catalog.json_schema import KINDS
from incidentctl.render.catalog.yaml_examples import EXAMPLES

TODAY = date(2026, 11, 24)
#: Of each kind of file that many.
EACH = 25
#: Values as they stand in a file, for the place of any other.
VALUES = (
    "", "~", "null", "true", "yes", "0", "1", "1.0", "5", "6", "-1", "007", "1.10", "1e0", ".inf",
    "0x1",
    "'1'", "text", "'two words'", "' '", "'#'", "\uff11", "a\u00e4", "-a", "a-", "a.b_c-d",
    "[]", "[a]", "[a, a]", "[1]", "[[a]]", "{}", "{a: b}", "{x-a: 1}", "[{name: a}]",
    "2026-01-05", "2026-01-05T09:00", "2026-01-05T09:00Z", "2026-01-05T09:00+01:00",
    "2026-01-05T09:00:30", "2026-01-05T09:00+0100", "2026-01-05 09:00", "2026-13-05", "2026-02-30",
    "2026-01-05T24:00", "2026-01-05T09:60", "2026-W02-1", "20260105", "'20260105'", "09:00",
    "30m", "1h30m", "0m", "1w", "3wd", "0wd", "\uff13m", "1.5h", "30 m", "P1D", "'30m\\n'",
    "https://example.org/a", "example.org", "'https://example.org/a b'", "mailto:a@example.org",
    "production", "Production", "error", "off", "planned", "unplanned", "single", "pagerduty",
    "incident-log", "a..b", "a/b", "/a", "a.lock", "refs/heads/a", "\"a\\n\"",
)  # fmt: skip
#: What lint says and JSON Schema cannot: files with only that are not compared.
CANNOT = ("is not a time zone", "at most ten years", "is not a time: ", "is not text")
KEYS = ("name", "owner", "x-own", "X-own", "nmae", "title", "IC101", "IC001", "1", "6", "'1'")


def written(value, rng, replaced):
    """Write a value in brackets, with one place replaced by other text; count the places."""
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False) if isinstance(key, str) else key}: "
            f"{written(inner, rng, replaced)}"
            for key, inner in value.items()
        ]
        text = "{" + ", ".join(items) + "}"
    elif isinstance(value, tuple):
        text = "[" + ", ".join(written(inner, rng, replaced) for inner in value) + "]"
    else:
        text = json.dumps(value, ensure_ascii=False)
    replaced["left"] -= 1
    return text if replaced["left"] else replaced["text"]


def changed(value, rng, place):
    """Return a copy of a value in which one mapping lost a key or got another one."""
    if isinstance(value, dict):
        place["left"] -= 1
        if place["left"] == 0:
            keys = list(value)
            gone = rng.choice(keys) if keys and rng.random() < 0.5 else None
            value = {key: inner for key, inner in value.items() if key != gone}
            if gone is None:
                key = rng.choice(KEYS)
                value[int(key) if key.isdigit() else key.strip("'")] = rng.choice(("a", ["a"], {}))
        return {key: changed(inner, rng, place) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(changed(inner, rng, place) for inner in value)
    return value


def places(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return 1 + sum(map(places, inner))


def mappings(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return isinstance(value, dict) + sum(map(mappings, inner))


def generated(kind):
    """Return files of a kind: an example in which one value or one key is another."""
    rng = random.Random(kind)
    more = {"drill": [PUBLIC], "private_half": [PRIVATE]}.get(kind, [])
    texts = (EXAMPLES[kind], *more)
    examples = [document for text in texts for document in parse(text.encode(), "example")[0]]
    return list(dict.fromkeys(one(rng, rng.choice(examples)) for _ in range(3 * EACH)))


def _sayable(finding):
    """Whether JSON Schema can say what a rule across the catalog found."""
    return finding.code == "IC112" or "has a row for" in finding.message


def one(rng, example):
    if rng.random() < 0.25:
        example = changed(example, rng, {"left": rng.randint(1, mappings(example))})
        return written(example, rng, {"left": 0, "text": ""}) + "\n"
    replaced = {"left": rng.randint(1, places(example)), "text": rng.choice(VALUES)}
    return written(example, rng, replaced) + "\n"


@pytest.fixture(scope="module")
def accepted():
    return []


@pytest.mark.parametrize("kind", KINDS)
def test_they_agree(kind, tmp_path, accepted):
    outputs = {}
    for number, text in enumerate(generated(kind)):
        root = tmp_path / str(number)
        file = root / PLACES[kind]
        file.parent.mkdir(parents=True)
        (root / MARKER).write_text("")
        file.write_text(text)
        catalog, problems = load(root)
        said = [problem.message for problem in problems]
        said += [each.message for each in run(catalog, today=TODAY) if _sayable(each)]
        if not said or not all(any(part in message for part in CANNOT) for message in said):
            outputs[file] = said
        if len(outputs) == EACH:
            break
    assert len(outputs) == EACH
    schema = str(ROOT / "schemas" / f"{kind}.json")
    arguments = ["--schemafile", schema, "--output-format", "json", *map(str, outputs)]
    answer = json.loads(CliRunner().invoke(check_jsonschema, arguments).stdout)
    refused = {Path(each["filename"]) for each in (*answer["errors"], *answer["parse_errors"])}
    differ = [
        (file.read_text(), said, file in refused)
        for file, said in outputs.items()
        if bool(said) != (file in refused)
    ]
    assert differ == []
    accepted += [file for file in outputs if file not in refused]


def test_they_are_two_hundred_files_and_both_answers_occur(accepted):
    assert len(KINDS) * EACH >= 200
    assert 40 < len(accepted) < 180
    assert generated("team") == generated("team")
