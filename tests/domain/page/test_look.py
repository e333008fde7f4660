"""Colours are measured as WCAG does."""

from __future__ import annotations

import pytest

from incidentctl.domain.page.look import contrast


def test_contrast():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0a5", "#0a5") == 1
