"""How models are judged."""

from __future__ import annotations

import numpy as np
import pytest

from pasip_core.nlp.judging import calibration_error, chance_error


def test_confidence_that_is_right_has_no_calibration_error() -> None:
    right = np.array([True] * 8 + [False] * 2)

    assert calibration_error(right, np.full(10, 0.8)) == pytest.approx(0)
    assert calibration_error(right, np.full(10, 1.0)) == pytest.approx(0.2)


def test_bins_are_weighed_by_their_texts() -> None:
    right = np.array([True, True, True, False])

    assert calibration_error(right, np.array([0.95, 0.95, 0.95, 0.55])) == pytest.approx((3 * 0.05 + 0.55) / 4)


def test_few_texts_show_an_error_by_chance_alone_and_many_next_to_none() -> None:
    sure = np.linspace(0.4, 0.99, 100)

    assert 0.03 < chance_error(sure) < 0.12
    assert chance_error(np.tile(sure, 100)) < 0.012
    assert chance_error(np.ones(50)) == 0
