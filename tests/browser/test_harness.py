"""The harness sees what is wrong with a page."""

from __future__ import annotations

import pytest
from tests.browser.harness import EVIL, assert_clean, assert_inert

#: One page with every fault, each beside the word that tells it.
BAD = {
    "font-src": "<meta http-equiv='Content-Security-Policy' content=\"font-src 'none'\">"
    "<style>@font-face {font-family: f; src: url(f.woff)} p {font-family: f}</style>",
    "scrolls sideways": "<p style='width: 2000px'>wide</p>",
    "a file asked for": "<img src='other.png' alt='x'>",
    "color-contrast": "<p style='color: #999; background: #aaa'>pale</p>",
    "image-alt": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
    "a dialog": "<script>alert(1)</script>",
    "broken": "<script>console.error('broken')</script>",
    "no such thing": "<script>throw new Error('no such thing')</script>",
}
PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>x</title>{}<main><h1>x</h1></main>"


def test_what_is_wrong_is_told(visit, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(PAGE.format("".join(BAD.values())))
    with pytest.raises(AssertionError) as found:
        assert_clean(visit(file))
    assert [fault for fault in BAD if fault not in str(found.value)] == []
    file.write_text(PAGE.format("").replace("</h1>", "</h1><p>All is well.</p>"))
    assert_clean(visit(file))


@pytest.mark.parametrize("into", ["{}", "<p title='{}'></p>", '<p title="{}"></p>', "<p title={}>"])
def test_a_hostile_text_that_is_not_escaped_is_told(visit, tmp_path, into):
    file = tmp_path / "page.html"
    file.write_text(PAGE.format(into.replace("{}", EVIL)))
    with pytest.raises(AssertionError):
        assert_inert(visit(file))
