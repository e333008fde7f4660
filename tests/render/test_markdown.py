"""Markdown that people write, as HTML: nothing in it acts, and nothing is loaded."""

from __future__ import annotations

import pytest
from tests.render.test_report_html import EVIL, Tags

from incidentctl.render.markdown import has_heading, to_html


def test_it_has_headings_lists_tables_code_and_links():
    html = to_html(
        "# A\n\n- b *c* ~~d~~ `e`\n\n| f | g |\n|--:|---|\n| 1 | 2 |\n\n"
        '```js x\n<h>\n```\n[i](https://a.example/b "j")\n',
        first=3,
    )
    assert Tags(html).tags == [
        "h1", "ul", "li", "em", "s", "code", "div", "table", "thead", "tr", "th", "th", "tbody",
        "tr", "td", "td", "pre", "code", "p", "a",
    ]  # fmt: skip
    assert 'aria-label="Table 3"' in html
    assert '<td class="number">1</td>' in html
    assert '<a href="https://a.example/b" rel="noreferrer">i</a>' in html
    assert "<pre><code>&lt;h&gt;\n</code></pre>" in html


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        f"# {EVIL}",
        f"| {EVIL} | b |\n|---|---|\n| {EVIL} | c |",
        f"```{EVIL}\n{EVIL}\n```",
        "<script>window.ran=1</script>\n\n<div style='x'>\n",
        "![a](https://a.example/b.png) <img src=x>",
        "[a](javascript:alert) [b](data:text/html,x) [c](//a.example) <https://b@c.example>",
        "[a]: javascript:alert\n\n[a] ![a]",
        "&lt;script&gt; &#60;script> \x1b[31m \u202e",
    ],
)
def test_hostile_texts_do_nothing(text):
    html = to_html(text)
    found = Tags(html)
    assert not {"script", "img", "svg", "style", "iframe", "form", "input"} & set(found.tags)
    names = {name for name, _ in found.attributes}
    assert names <= {"href", "rel", "class", "tabindex", "role", "aria-label"}
    assert all(v.startswith("https://") for name, v in found.attributes if name == "href")
    assert not set("\x1b\u202e") & set(html)


def test_comments_are_left_out_and_other_markup_is_shown():
    html = to_html("a <!-- no --> b <b>c</b>\n\n<!-- neither\n\nthis -->\n\n<hr>\n")
    assert "no" not in html
    assert "this" not in html
    assert "&lt;b&gt;c&lt;/b&gt;" in html
    assert "&lt;hr&gt;" in html


def test_a_title_is_a_heading_of_the_first_level_at_the_start():
    assert has_heading("<!-- x -->\n\n# A\n")
    assert not has_heading("## A\n\n# B\n")
    assert not has_heading("")
