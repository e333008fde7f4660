"""How the status page looks: its colours in light and dark, and how well they can be read."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.domain.catalog.page_settings import Theme

#: The least contrast of a text, as WCAG 2.2 has it for AA.
LEAST_CONTRAST = 4.5


class Colours(NamedTuple):
    """The colours of one scheme."""

    background: str
    text: str
    accent: str


LIGHT = Colours("#fff", "#1a1a1a", "#005a9c")
DARK = Colours("#111", "#eee", "#7cc0ff")


def schemes(theme: Theme) -> tuple[Colours, Colours]:
    """Return the colours on a light system and on a dark one."""
    light = Colours(
        theme.background or LIGHT.background,
        theme.text or LIGHT.text,
        theme.accent or LIGHT.accent,
    )
    dark = Colours(
        theme.background_dark or DARK.background,
        theme.text_dark or DARK.text,
        theme.accent_dark or DARK.accent,
    )
    return light, dark


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG computes it."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
