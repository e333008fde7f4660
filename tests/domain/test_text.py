"""Text from outside: what is written in any script stays, and what acts or hides is shown."""

from __future__ import annotations

import json
import unicodedata

import pytest

from incidentctl.domain.common.text import ascii_json, clean, did_you_mean

#: Characters of Unicode 14 to 16, which the Pythons from 3.11 to 3.14 know in part.
NEW = "\U0001fae8 \U0001fa77 \U0001fae9 \U0001f6dc \u1c89 \U0001e5d0"


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم", "خ ه‍. ق.", "क्‍ष", "ශ්‍රී", "👩‍🚒", "🧑🏽‍💻", "🏳️‍🌈", "❤️‍🔥",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "葛\U000e0100城", "日本語", "قيمة؟ ٣٠٪", "e\u0301", NEW,
    ],
)  # fmt: skip
def test_words_of_every_script_and_emoji_read_as_they_were_written(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("adm\u200cin", "adm\\u{200c}in"),
        ("a\u200db", "a\\u{200d}b"),
        ("👩\u200d", "👩\\u{200d}"),
        ("می\u200c\u200cخ", "می\u200c\\u{200c}خ"),
        ("x\U000e0061", "x\\u{e0061}"),
        ("x\U000e0100", "x\\u{e0100}"),
        ("🏴" + "\U000e0061" * 7 + "\U000e007f", "🏴" + "\\u{e0061}" * 7 + "\\u{e007f}"),
        ("\u202eabc\u2066\u200f\u061c", "\\u{202e}abc\\u{2066}\\u{200f}\\u{61c}"),
        ("a\u2028b\x85c\x1b[2J", "a\\u{2028}b\\u{85}c\\u{1b}[2J"),
        ("caf\udce9 \ue000 \ufffe", "caf\\u{dce9} \\u{e000} \\u{fffe}"),
    ],
)  # fmt: skip
def test_what_acts_or_hides_between_other_letters_is_shown(text, shown):
    assert clean(text) == shown


def test_no_character_that_acts_passes_alone():
    seen = {chr(n) for n in range(0x110000) if clean(chr(n)) == chr(n)}
    acting = {c for c in seen if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    # Signs that are written over or around numbers: they are seen.
    assert acting == set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
                         "\U000110bd\U000110cd")  # fmt: skip


def test_lines_are_kept_where_they_are_wanted():
    assert clean("a\n\tb\r", keep_lines=True) == "a\n\tb\\u{d}"


def test_half_a_character_of_utf_16_is_no_text_in_json():
    text = ascii_json({"a": "caf\udce9 \ud83d, 🔥 \\ud800", "\ud800": [1, None]}, indent=2)
    assert text.isascii()
    assert json.loads(text) == {"a": "caf\ufffd \ufffd, 🔥 \\ud800", "\ufffd": [1, None]}
    text.encode().decode()
    assert ascii_json({"a": "🔥"}, separators=(",", ":")) == '{"a":"\\ud83d\\udd25"}'


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("SEV0", ["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"], "SEV1"),
        ("SEV0", ["SEV5", "SEV1"], "SEV5"),
        ("sev22", ["SEV1", "SEV2", "SEV3"], "SEV2"),
        ("sev0", {"SEV5", "SEV1", "SEV3"}, "SEV1"),
        ("chekout", ["cart", "checkout"], "checkout"),
        ("h", ["hanna", "ho"], "ho"),
        ("x", ["cart", "checkout"], None),
        ("", ["cart"], None),
    ],
)
def test_of_words_that_are_equally_near_the_first_is_meant(word, known, meant):
    assert did_you_mean(word, known) == meant
