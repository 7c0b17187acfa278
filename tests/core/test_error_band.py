"""The band of errors holds the truth as often as it says: a simulation, with seeds of its own."""

from __future__ import annotations

import numpy as np
import pytest

from pasip_core.queries.error_band import bands, wilson

GOOD = np.array([[0.80, 0.15, 0.05], [0.10, 0.80, 0.10], [0.03, 0.12, 0.85]])
MIDDLING = np.array([[0.65, 0.25, 0.10], [0.15, 0.65, 0.20], [0.05, 0.20, 0.75]])
"""How a reader reads (columns) what truly is so (rows)."""
ROUNDS = 300


def covered(reader: np.ndarray, labelled: tuple[float, ...], true: tuple[float, ...], labels: int, size: int) -> float:
    """How often the band of a period of ``size`` texts holds its true share, over all three sentiments.

    The labels come from weeks of another mix of sentiments than the period.
    """
    rng = np.random.default_rng(labels * 7 + size)
    held = 0
    for _ in range(ROUNDS):
        confusion = np.array([rng.multinomial(n, reader[i]) for i, n in enumerate(rng.multinomial(labels, labelled))])
        truth = rng.multinomial(size, true)
        read = np.array([rng.multinomial(n, reader[i]) for i, n in enumerate(truth)]).sum(axis=0)
        band = bands(read[None], confusion)
        held += int(((band.low[0] <= truth / size) & (truth / size <= band.high[0])).sum())
    return held / (3 * ROUNDS)


@pytest.mark.parametrize("reader", [GOOD, MIDDLING], ids=["good", "middling"])
@pytest.mark.parametrize("labels", [30, 100, 400])
@pytest.mark.parametrize(("true", "size"), [((0.25, 0.5, 0.25), 5000), ((0.15, 0.25, 0.6), 400)])
def test_the_band_holds_the_true_share_in_94_of_100_cases_and_more(
    reader: np.ndarray, labels: int, true: tuple[float, ...], size: int
) -> None:
    assert 0.94 <= covered(reader, (0.25, 0.5, 0.25), true, labels, size) <= 1


def test_more_labels_make_the_band_narrower_and_a_perfect_reader_is_believed() -> None:
    read = np.array([[2000, 5000, 3000]])
    widths = [float((b.high - b.low).mean()) for n in (10, 40, 400) for b in [bands(read, np.eye(3) * n)]]
    assert widths[0] > widths[1] > widths[2]
    assert np.abs(bands(read, np.eye(3) * 4000).middle[0] - (0.2, 0.5, 0.3)).max() < 0.01


def test_what_people_said_is_certain() -> None:
    band = bands(np.zeros((1, 3)), GOOD * 50, np.array([[1, 2, 1]]))
    assert band.low[0] == pytest.approx([0.25, 0.5, 0.25])
    assert band.high[0] == pytest.approx([0.25, 0.5, 0.25])


def test_a_reader_that_tells_nothing_leaves_everything_open() -> None:
    band = bands(np.array([[300, 400, 300]]), np.full((3, 3), 20))
    assert (band.high[0] - band.low[0] > 0.7).all()
    assert np.isfinite(band.middle).all()


def test_the_interval_of_a_share() -> None:
    assert wilson(41, 50) == pytest.approx((0.692, 0.902), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 5)[1] == 1.0
