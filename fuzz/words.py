"""Values that programs take amiss."""

from __future__ import annotations

from random import Random

WORDS = (
    "", " ", ".", "-", "--", "-x", "x", "0", "1", "-1", "1.5", "1e9", "nan", "null", "true", "~",
    "SEV1", "sev3", "SEV9", "core", "alice", "bob", "website", "api", "checkout", "commander",
    "mitigator", "planning", "first", "inc", "drl", "2026", "incident", "drill", "backfill",
    "triage", "investigating", "started", "mitigated", "required", "updates", "assign-roles",
    "channel", "customer", "related", "single", "monthly", "planned", "unplanned", "public", "HEAD",
    "main", "UTC", "Europe/Berlin", "Mars/Phobos", "../../etc/passwd", "/dev/null", "a/b", "~/x",
    "10:00", "25:99", "now", "yesterday", "7d", "1h30m", "15m", "0m", "-5m", "PT1H", "5wd",
    "999999999d", "99999999999999999999d", "2026-11-28", "2026-02-30", "0000-00-00",
    "2026-11-28T10:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59",
    "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00+00:00", "9899-12-31T00:00:00Z",
    "99999999999999999999", "-99999999999", "0x10", "１２", "²", "ⅷ", "\x1b[31mred\x1b]0;x\x07",
    "\u202eevil\u2066", "\u200f", "\ufeff", "\x00", "\x7f", "a\nb", "a\r\nb", "a\tb", "\u2028",
    "💥" * 30, "é" * 60, "a" * 300, "a" * 6000, "w " * 3000, "%s%n", "{x}", "{{7*7}}", "${x}",
    "$(id)", "`id`", "`x`|y", "\n# head\n", "<img src=x onerror=y>", "@all #1 !1", "[redacted]",
    "=cmd()", "*", "?", "[", "[[[[", "{", "&a", "*a", "!!python/x", "|", ">", "'", '"', ": ", "- ",
    "http://x/y", "javascript:alert(1)", "https://u:p@h/", "https://a b", "file:///etc/passwd",
    "mailto:x", "inc-20261124-1401-k7f", "inc-99999999-9999-zzz", "01M8765GG1993JZZ2RC3PY935S",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 7, 60, 1439, 1440, -1440, 3600, 10**6, 2**31, 130_000_000_000, 2**63, -(10**18),
    10**30, 10**300,
)  # fmt: skip


def word(chance: Random) -> str:
    """Draw a text: mostly one that means something somewhere."""
    if chance.random() < 0.85:
        return chance.choice(WORDS)
    planes = ((1, 127), (128, 0x2FFF), (0x10000, 0x10FFFF))
    drawn = (chr(chance.randint(*chance.choice(planes))) for _ in range(chance.randint(0, 40)))
    return "".join(drawn)


def argument(chance: Random) -> str:
    """Draw a text that can be an argument of a process."""
    return word(chance).replace("\0", "\x01")
