"""What each audience reads of a drill, and that the public never reads what is private."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.app.drill.documents import Audience, document, note_before
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.documents import (
    PublicDocument,
    announcement,
    note,
    plan,
    private_plan,
    public_document,
)
from incidentctl.domain.drill.plan import Inject, PrivateHalf, PublicHalf, Targets, Window, combine
from incidentctl.errors import RefusedError
from incidentctl.render.drill.document import render_document

FORMATS = ("markdown", "html", "text")
WHEN = "2026-03-29 10:30 EDT, UTC-04:00"
WINDOW = "2026-03-29 09:00 to 15:00 EDT, UTC-04:00"

#: The tables of the field, typed out here on their own.
SIX = [
    ("What are we going to break, and why?", "User login on staging"),
    ("Who responds?", "core-services"),
    ("Which day and time?", WHEN),
    ("How do we break it?", "Dropping the token database"),
    ("Why do we run this drill?", "To exercise the response time of Core Services"),
    ("Who causes it?", "carol"),
]
EIGHT = [
    ("What are we going to break, and why?", "User login on staging"),
    ("Which team should respond?", "core-services"),
    ("Who should become commander?", "bob"),
    ("Who should become mitigator?", "dana"),
    ("Which day and time?", WHEN),
    ("How do we break it?", "Dropping the token database"),
    ("Why do we run this drill?", "To exercise the response time of Core Services"),
    ("Who causes it?", "carol"),
]
PUBLIC_ONES = [
    ("In what time range?", WINDOW),
    ("Why do we run this drill?", "To exercise our response to an incident"),
    ("What are we going to break, and why?", "Top Secret"),
    ("Which team should respond?", "Top Secret"),
    ("Who should become commander?", "Top Secret"),
    ("Who should become mitigator?", "Top Secret"),
    ("How do we break it?", "Top Secret"),
    ("Who causes it?", "Top Secret"),
]


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.inside = [], [], None

    def handle_starttag(self, tag, _):
        self.tags.append(tag)
        self.inside = tag
        if tag in ("dt", "dd"):
            self.texts.append("")

    def handle_data(self, data):
        if self.inside in ("dt", "dd"):
            self.texts[-1] += data

    def handle_endtag(self, _):
        self.inside = None


def table(text, output):
    """Read the answers back out of a document."""
    if output == "markdown":
        lines = [line for line in text.splitlines() if line[:1].isdigit()]
        parts = [line.split(". **", 1)[1].split("** ", 1) for line in lines]
        return [(question, answer) for question, answer in parts]
    if output == "html":
        page = _Page()
        page.feed(text)
        pairs = zip(page.texts[::2], page.texts[1::2], strict=True)
        return [(question.split(". ", 1)[1], answer) for question, answer in pairs]
    blocks = [block for block in text.split("\n\n") if block[:1].isdigit()]
    lines = [block.strip().split("\n   ") for block in blocks]
    return [(question.split(". ", 1)[1], answer) for question, answer in lines]


def both(public=PUBLIC, private=PRIVATE):
    return combine(public, private, default_zone="UTC")


@pytest.mark.parametrize("output", FORMATS)
def test_the_example_of_the_field(output):
    public = public_document(PUBLIC, default_zone="UTC")
    planned = combine(PLANNED, None, default_zone="UTC")
    assert table(render_document(plan(planned, Catalog()), output), output) == SIX
    assert table(render_document(private_plan(both(), Catalog()), output), output) == EIGHT
    assert table(render_document(announcement(public), output), output) == PUBLIC_ONES


@pytest.mark.parametrize("output", FORMATS)
def test_the_note_tells_why_and_when_and_that_people_may_fail(output):
    text = unescape(
        render_document(note(public_document(PUBLIC, default_zone="UTC")), output)
    ).replace("\n", " ")
    for said in (WINDOW, PUBLIC.why, "You may safely fail", "That is all we say beforehand"):
        assert said in text
    assert "staging" not in text


def test_the_public_document_has_no_private_field():
    public = {field.name for field in fields(PublicDocument)}
    assert public == {"name", "window", "zone", "why"}
    assert not public & {f.name for f in fields(PrivateHalf)} - {"why"}


def test_who_may_not_read_what():
    planned = combine(PLANNED, None, default_zone="UTC")
    for wrong in (lambda: plan(both(), Catalog()), lambda: private_plan(planned, Catalog())):
        with pytest.raises(RefusedError):
            wrong()
    with pytest.raises(RefusedError, match="is not in this clone"):
        private_plan(both(private=None), Catalog())


# --- whatever is private -------------------------------------------------------------------------

MARK = "zqx"  # in no text of ours, and left out of public texts
TEXT = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())
SECRET = TEXT.map(lambda text: f"{MARK}{text}{MARK}")
NAME = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
SECRET_NAME = NAME.map(lambda name: f"{MARK}{name}")
MOMENT = st.datetimes(
    min_value=datetime.fromisoformat("2025-01-01T00:00"),
    max_value=datetime.fromisoformat("2030-01-01T00:00"),
)
ZONES = st.sampled_from([None, "UTC", "America/New_York", "Asia/Kathmandu"])


@st.composite
def publics(draw):
    begins = draw(MOMENT)
    ends = begins + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
    return PublicHalf(
        name=draw(NAME.filter(lambda name: MARK not in name)),
        mode="unplanned",
        timezone=draw(ZONES),
        window=Window(from_=begins, to=ends),
        why=draw(TEXT.filter(lambda text: MARK not in text.casefold())),
    )


PRIVATES = st.builds(
    PrivateHalf,
    what=SECRET,
    team=SECRET_NAME,
    commander=SECRET_NAME,
    mitigator=SECRET_NAME,
    at=MOMENT,
    how=SECRET,
    why=SECRET,
    saboteur=SECRET_NAME,
    services=st.lists(SECRET_NAME, max_size=2).map(tuple),
    readers=st.lists(SECRET_NAME, max_size=2).map(tuple),
    injects=st.lists(
        st.builds(Inject, after=st.just(timedelta(minutes=5)), tell=SECRET), max_size=2
    ).map(tuple),
    targets=st.builds(Targets, commander=st.timedeltas(timedelta(1), timedelta(9))),
)


def published(public, private):
    """Return every public text of a drill, in every format, by the way the commands take."""
    halves = {public.name: private} if private else {}
    catalog = Catalog(drills={public.name: public}, private_halves=halves)
    documents = [document(catalog, public.name, whom) for whom in (None, Audience.PUBLIC)]
    documents.append(note_before(catalog, public.name))
    return [render_document(each, output) for each in documents for output in FORMATS]


@given(publics(), PRIVATES, PRIVATES)
def test_two_private_halves_give_the_same_public_bytes(public, one, other):
    texts = published(public, one)
    assert texts == published(public, other) == published(public, None)
    assert not any(MARK in text for text in texts)


@given(publics(), PRIVATES)
def test_the_private_document_does_tell(public, private):
    for output in FORMATS:
        assert MARK in render_document(private_plan(both(public, private), Catalog()), output)


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) ![y](http://evil.example/z)",
    "{{ 7 * 7 }}{% for x in y %}",
    "@all closes #12",
    "\x1b[31mred\u202e",
    "one\n# two\n3. three\n<b>",
    "`code` | cell",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_does_nothing(text):
    drill = both(private=replace(PRIVATE, what=text, how=text), public=replace(PUBLIC, why=text))
    pages = [
        private_plan(drill, Catalog()),
        announcement(public_document(drill.announced, default_zone="UTC")),
    ]
    for found in pages:
        clean = found._replace(answers=tuple(each._replace(answer="x") for each in found.answers))
        for output in FORMATS:
            shown = render_document(found, output)
            assert "\x1b" not in shown
            assert "\u202e" not in shown
            assert "49" not in shown.replace("2026", "")
            if output == "markdown":
                assert len(shown.splitlines()) == len(render_document(clean, output).splitlines())
                assert "[x](javascript" not in shown.replace("`[x](javascript", "")
        hostile, harmless = _Page(), _Page()
        hostile.feed(render_document(found, "html"))
        harmless.feed(render_document(clean, "html"))
        assert hostile.tags == harmless.tags


def test_lines_of_an_answer_stay_lines():
    drill = both(private=replace(PRIVATE, how="First stop it.\n\nThen drop the database."))
    assert "First stop it.<br>Then drop the database." in render_document(
        private_plan(drill, Catalog()), "markdown"
    )
    assert "   First stop it.\n   Then drop the database.\n" in render_document(
        private_plan(drill, Catalog()), "text"
    )
