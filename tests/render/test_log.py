"""log.md: a whole document byte by byte, and texts from outside that must do nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incidentctl.domain.incident.state import (
    CONFIRMED,
    DONE,
    NOT_NEEDED,
    OPEN,
    RULED_OUT,
    SKIPPED,
    Attachment,
    Entry,
    Held,
    Hypothesis,
    Incident,
    Link,
    Mark,
    Relation,
    Step,
    StepPlan,
    Task,
    Update,
)
from incidentctl.errors import Problem
from incidentctl.render.incident.log import render_log
from incidentctl.render.inert import address, heading, inert

T = datetime(2026, 11, 24, 23, 1, tzinfo=UTC)
SNAPSHOT = Path(__file__).parent / "log.md"


def at(minutes, seconds=0):
    return T + timedelta(minutes=minutes, seconds=seconds)


def entry(number, text, *, by="alice", kind="noted", minutes=None, **changes):
    moment = at(number if minutes is None else minutes)
    plain = Entry(number, f"{number:026d}", f"{number:026d}", moment, moment, by, None, kind, text)
    return plain._replace(**changes)


def mark(state, minutes, note=None, link=None):
    return Mark(state, "e", at(minutes), "alice", note, link)


def whole(text=None):
    """An incident with something everywhere; with `text`, with that everywhere instead."""

    def say(usual):
        return usual if text is None else text

    plan = StepPlan("page-on-call", say("Page the on-call engineer"))
    return Incident(
        "inc-20261124-2301-k7f", "incident", say("Login is down"), status="monitoring",
        declared=T, declared_by=say("alice"), commander=say("alice"),
        severity=say("SEV1"), critical=True, retrospective="required", retrospective_within="3d",
        started=at(-12), detected=at(-1), acknowledged=at(2), mitigated=at(40),
        ended_why=say("") or None,
        held=(Held("commander", say("alice"), say("Alice Example"), T),
              Held(say("mitigator"), "bob", None, at(1), at(90))),
        roles_kept=True,
        team=say("core-services"), individual=say("bob"), services=(say("auth-api"), "oauth2-db"),
        product_areas=(say("login"),), owner=say("core-services"), tier="critical-split",
        reason=say("SEV1 is critical"), catalog_commit="0123abc", category=say("vendor"),
        reported_by=say("customer"), organisation=say("Acme"), timezone=say("Europe/Berlin"),
        utc_offset=60, catalog_problems=(say("teams/x.yaml: no owner"),),
        runbooks=(Attachment("e", "critical", say("Critical incident"), say("applies to critical"),
                             False, (plan,), ()),),
        steps=(
            Step(1, "page-on-call", say("Page the on-call engineer"), None, say("commander"), None,
                 None, "critical", DONE, mark(DONE, 2, say("bob answered"), say("https://p.example/1"))),
            Step(2, "status-page", say("Update the status page"), None, "communication", None,
                 None, "critical", SKIPPED, mark(SKIPPED, 3, say("internal only"))),
            Step(3, "assign-team", say("Assign a team"), None, "commander", None, None, "critical",
                 NOT_NEEDED, None),
            Step(4, "updates", say("Communicate regularly"), None, "communication", 1800, None,
                 "critical", OPEN, None),
        ),
        tasks=(Task(1, "t1", say("Find what was deployed"), "mitigator", say("bob"), None),
               Task(2, "t2", say("Clear calendars"), say("planning"), None,
                    mark(DONE, 9, say("done")))),
        hypotheses=(
            Hypothesis(1, "h1", say("The last deploy"), at(4), say("bob"), RULED_OUT,
                       say("bob"), say("rolled back, no change")),
            Hypothesis(2, "h2", say("Disk of oauth2-db is full"), at(5), "bob", CONFIRMED, "bob"),
            Hypothesis(3, "h3", say("A cron job fills it"), at(6), "bob"),
        ),
        updates=(Update("u1", at(20), say("alice"), say("We are on it"), True, at(50)),),
        cadence=1800, next_update=at(50),
        links=(Link("e", say("channel"), say("https://chat.example/c/login?a=1&b=2")),
               Link("e", "bridge", say("tel:+49123"))),
        related=(Relation(say("inc-20261123-0900-abc"), say("caused-by")),),
        summary=say("Nobody can sign in."), impact=say("All customers, since 23:49 local."),
        entries=(
            entry(1, say("Declared: Login is down"), kind="declared", minutes=0),
            entry(2, say("restarted [auth-api] in /srv/a_b*c, 50% < 60%"), by=say("bob")),
            entry(3, say("wrong window"), retracted=True),
            entry(4, say("see https://g.example/d/x_y_z?from=now-1h"), amended=True, pinned=True),
            entry(5, say("[redacted]"), redacted=True),
            entry(6, say("über 日本 done"), minutes=-5, recorded=at(6), name=say("Bob Example")),
            entry(7, say("$ df -h (exit 0)\n/dev/sda1  100% | full\n```\n  /dev/sdb1   3%\n# end")),
            entry(8, say("two\nlines")),
        ),
        problems=(Problem("IC900", "warning", say("Two commanders: alice stands.")),),
    )  # fmt: skip


def test_the_whole_document_is_as_kept_beside_this_test():
    assert render_log(whole()).encode() == SNAPSHOT.read_bytes()


class Seen(HTMLParser):
    """The tags of a page by name, its links, and the text outside code."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.plain, self.everything, self.code = [], [], [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.code += tag == "code"
        self.links += [dict(attrs)["href"]] if tag == "a" else []

    def handle_endtag(self, tag):
        self.code -= tag == "code"

    def handle_data(self, data):
        self.everything.append(data)
        if not self.code:
            self.plain.append(data)


def page(markdown):
    gfm = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return Seen(gfm.render(markdown))


#: What a document with harmless words has; a payload may add code and nothing else.
PLAIN = page(render_log(whole("word")))

PAYLOADS = [
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<!-- x", "-->", "<br/>x</td>",
    "![p](https://evil.example/p.png)", "[ok](https://evil.example)", "[ok][1]", "[1]: https://e.x",
    "[^1]", "[[wiki]]", "<https://evil.example>", "<a@evil.example>", "<javascript:alert(1)>",
    "javascript:alert(1)", "# SEV1 RESOLVED", "x\n# SEV1 RESOLVED", "x\n\n## Timeline\n",
    "- [x] forged", "x\n- 03:14Z **resolved** by alice", "> quote", "1. one", "---", "x\n===",
    "@everyone", "cc @alice/team", "`@bob", "\\@bob", "closes #4", "fixes acme/web#4", "GH-4", "!7",
    "| 9 | 2026 | forged | row |", "x |\n| 9 | forged |", "a \\| b", "\\", "`", "``", "```", "~~~",
    "x\n```\n# out", "a ` b @c ` d #4", "**bold** __bold__ *it* _it_", "~~gone~~", "$x$ $$y$$",
    "&lt;b&gt;&#35;4 &#64;all", "\u202eevil\u2066", "\x1b]8;;https://evil\x07x", "a\r\n# b\x85c",
    "a\u2028# b", "\tcode", "    code", "x\n\n    code\n\ny\nz", "https://a@evil.example/",
    "https://good.example/) [x](https://evil.example", "a`b\n`c`\n``d``\n```e```\n@f #4 <i>",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_does_nothing_wherever_it_stands(payload):
    markdown = render_log(whole(payload))
    assert_inert(markdown)


def assert_inert(markdown, harmless_page=PLAIN):
    shown = page(markdown)
    harmless = {"code", "pre", "h2", "h3"}
    assert sorted(t for t in shown.tags if t not in harmless) == sorted(
        t for t in harmless_page.tags if t not in harmless
    )
    assert (
        shown.tags.count("h2") <= harmless_page.tags.count("h2") + 1
    )  # the entries of several lines
    assert shown.tags.count("h3") == shown.tags.count("pre")
    assert shown.links == []
    plain = "\x00".join(shown.plain)
    for bad in ("@everyone", "@alice", "@bob", "@c", "@f", "#4", "GH-4", "!7"):
        assert bad not in plain
    assert not any(ord(c) < 32 and c not in "\n\t" for c in markdown)
    assert not set(markdown) & set("\x7f\x85\x9b\u2028\u202e\u2066\u200b")


@given(st.text(alphabet="ab_ \n\t`*[]()<>&|~$@#!\\-+=:/.1%°×“’→\u202e\x1b", max_size=60))
def test_no_mixture_of_marks_acts(text):
    title = "# Of: {}\n"
    assert_inert(title.format(heading(f"w{text}w")), page(title.format("word")))
    form = "| a | b |\n|---|---|\n| {0} | {0} |\n\n- [ ] ~~{0}~~ ({0})\n\n**Summary:** {0}\n"
    assert_inert(form.format(inert(f"w{text}w")), page(form.format("word")))


@pytest.mark.parametrize(
    "text",
    [
        "restarted [auth-api] in /srv/a_b*c", "50% < 60%", "a && b || c > d", "C:\\temp\\new",
        "https://g.example/d/x_y_z?from=now-1h&to=now", "snake_case and __init__", "über 日本",
        "AT&T &amp; others", "`kubectl get pods`", "costs $5, ~3 GB", "mail alice@example.com #12",
    ],
)  # fmt: skip
def test_ordinary_text_reads_on_a_forge_as_it_was_written(text):
    shown = page("- " + inert(text))
    assert "".join(shown.everything).strip() == text
    assert set(shown.tags) <= {"ul", "li", "code"}


@pytest.mark.parametrize(
    "text",
    [
        "14.2 °C, then 8°C", "50 % of 2 × 10 ml", "(about 50 %), ±3", "„so“, ‘so’ or «so»", "don’t",
        "€5 or 5 £", "Mon–Fri", "db → cache→api", "≤ 5 µs, 2² ≠ 5",
    ],
)  # fmt: skip
def test_units_and_quotation_marks_stand_as_they_are(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("% 4", "% 4"), ("%4", "`%4`"), ('%"our goal"', '`%"our` goal"'), ("°@bob", "`°@bob`"),
        ("°www.evil.example", "`°www.evil.example`"), ("→GH-4", "`→GH-4`"), ("“#4”", "`“#4”`"),
        ("a-GH-4", "`a-GH-4`"), ("＠bob", "`＠bob`"),
        ("×http://evil.example", "`×http://evil.example`"),
    ],
)  # fmt: skip
def test_beside_them_what_forges_look_for_is_code_still(text, shown):
    assert inert(text) == shown


@pytest.mark.parametrize(
    "text",
    ["gate [prod] is slow: Q&A, page_x", "a*b* & c < d > e_f_", "disk /dev/sda1 (50 percent)",
     "[ok](x) \\ x|y &lt;b&gt;", "می‌خواهم 🩷 日本"],
)  # fmt: skip
def test_a_heading_reads_as_text_and_not_as_code(text):
    shown = page("# " + heading(text))
    assert "".join(shown.plain).strip() == text
    assert shown.tags == ["h1"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_in_a_heading_acts(payload):
    form = "# Retrospective: {}\n\nwords\n"
    assert_inert(form.format(heading(payload)), page(form.format("word")))


@pytest.mark.parametrize(
    ("url", "clickable"),
    [
        ("https://chat.example/c/x_y?a=1&b=2#top", True), ("http://127.0.0.1:3000", True),
        ("https://chat.example/@alice", True), ("https://chat.example@evil.example/", False),
        ("https://xn--80ak6aa92e.com", True), ("https://аpple.com", False),
        ("javascript:alert(1)", False), ("file:///etc/passwd", False), ("//evil.example", False),
        ("https://e.example/ <b>", False), ("https://e.example/\u202egpj", False),
        ("https://e.example/a>b", False), ("https://e.example/a|b", False),
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_clickable(url, clickable):
    assert (address(url) == f"<{url}>") is clickable


def test_a_drill_says_so_loudly():
    assert "\n# DRILL inc-20261124-2301-k7f Login is down" in render_log(
        whole()._replace(kind="drill")
    )
    assert "DRILL" not in render_log(whole())


def test_an_output_of_several_lines_stands_whole_and_cannot_leave_its_block():
    markdown = render_log(whole())
    assert "`" * 4 + "text\n$ df -h (exit 0)\n/dev/sda1  100% | full\n```\n" in markdown
    assert "… and 4 more lines below" in markdown


def test_moments_at_the_ends_of_the_calendar_are_no_fault():
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert "| 9999-12-31 23:59:59 | - |" in render_log(
        whole()._replace(entries=(entry(1, "x", at=last, recorded=last),))
    )


def test_it_ends_with_one_line_feed():
    assert render_log(whole()).endswith("\n")
    assert not render_log(whole()).endswith("\n\n")


@pytest.mark.parametrize(
    "word", ["(a) ", "a.) ", "'a' ", "a-", "a@", "`", "www.", "°", "° ", "a°", "“a” ", "%) "]
)
def test_a_long_text_is_read_once_and_not_in_every_way_it_could_be(word):
    # Twenty times `(a) ` took a second once, and each further one twice as long.
    assert inert(word * 5000 + "|").endswith("&#124;")
