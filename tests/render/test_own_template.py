"""A template of the organisation's own: what it may do, and how each other thing ends."""

from __future__ import annotations

import time

import pytest

from incidentctl.app.workspace.own_template import render_own
from incidentctl.errors import InvalidDataError
from incidentctl.render.own_template import render

PATH = "templates/retrospective.md.j2"
DATA = {"incident": {"id": "inc-1", "services": ["api", "db"]}, "steps": [{"title": "a"}]}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ incident.id }}\n", "inc-1\n"),
        ("{% for s in steps %}\n- {{ s.title }}\n{% endfor %}\n", "- a\n"),
        ("{{ incident.services|join(', ') }}", "api, db"),
        ("{% if incident.severity is defined %}x{% endif %}", ""),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}", "<1>"),
    ],
)
def test_a_template_is_rendered(source, text):
    assert render(source, DATA) == {"text": text}


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("{{ incident.__class__ }}", 1, "unsafe"),
        ("a\n{{ incident.__class__.__mro__ }}", 2, "unsafe"),
        ("{{ ''.__class__.__subclasses__() }}", 1, "unsafe"),
        ("{{ '{0.__class__}'.format(incident) }}", 1, "unsafe"),
        ("{{ cycler.__init__.__globals__ }}", 1, "unsafe"),
        ("{{ incident.update({'id': 1}) }}", 1, "unsafe"),
        ("{{ steps.append(1) }}", 1, "unsafe"),
        ("a\nb\n{{ incdent.id }}", 3, "incdent"),
        ("{{ incident.sverity }}", 1, "sverity"),
        ("{% if %}", 1, "expression"),
        ("{% for x in steps %}", 1, "end"),
        ("{% include '/etc/passwd' %}", 1, "loader"),
        ("{% extends 'x' %}", 1, "loader"),
        ("{{ 1 // 0 }}", 1, "zero"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "recursion"),
        ("{% for i in range(1000000) %}x{% endfor %}", 1, "range"),
        ("{% for i in range(90000) %}{% for j in range(90) %}x{% endfor %}{% endfor %}",
         None, "1 MiB"),
    ],
)  # fmt: skip
def test_what_a_template_may_not_do_ends_with_one_sentence_and_its_line(source, line, words):
    answer = render(source, DATA)
    assert set(answer) == {"error", "line"}
    assert words.casefold() in answer["error"].casefold()
    assert answer["line"] == line


@pytest.fixture
def own(tmp_path):
    def call(source):
        (tmp_path / "templates").mkdir(exist_ok=True)
        (tmp_path / PATH).write_text(source)
        return render_own(tmp_path, PATH, DATA, environment={})

    return call


def test_without_a_template_there_is_nothing(tmp_path):
    assert render_own(tmp_path, PATH, DATA, environment={}) is None


def test_the_process_gives_the_text(own):
    assert own("é {{ incident.id }}\n") == "é inc-1\n"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{% set a = namespace(x='a') %}{% for i in range(60) %}{% set a.x = a.x * 2 %}{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
    ],
)
def test_a_template_that_takes_too_much_is_ended(own, source):
    began = time.monotonic()
    with pytest.raises(InvalidDataError, match=r"templates/retrospective\.md\.j2.*too (long|much)"):
        own(source)
    assert time.monotonic() - began < 12


def test_a_fault_names_the_file_and_the_line(own):
    with pytest.raises(InvalidDataError, match=r"^templates/retrospective\.md\.j2:2: .*nope"):
        own("a\n{{ nope }}")


def test_a_template_cannot_see_the_environment_or_files(own):
    with pytest.raises(InvalidDataError):
        own("{{ self._TemplateReference__context.environment }}")


@pytest.mark.parametrize("content", [b"\xff", b"x" * (1 << 20) + b"x"])
def test_what_is_no_text_is_refused(tmp_path, content):
    (tmp_path / "templates").mkdir()
    (tmp_path / PATH).write_bytes(content)
    with pytest.raises(InvalidDataError, match="templates/retrospective"):
        render_own(tmp_path, PATH, DATA, environment={})


def test_a_link_out_of_the_repository_is_refused(tmp_path):
    (tmp_path / "root/templates").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "root" / PATH).symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidDataError, match="leaves the repository"):
        render_own(tmp_path / "root", PATH, DATA, environment={})
