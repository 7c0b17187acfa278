"""What a share of read texts says of the true share, given how the reader errs on labelled texts.

Texts truly of class i are read as j with probability m[i, j]. Of the texts of a period the share q[j] is read as j, so
that q = mᵀ π for the true shares π, and π = (mᵀ)⁻¹ q: the estimator of Rogan and Gladen (1978), for more than two
classes. Neither m nor q is known exactly. m comes from the labels: each row is drawn from its Dirichlet posterior under
Jeffreys' prior. q is drawn likewise from the counts of the period, since which of few texts are misread is chance too.
Each draw gives a π, cut to what shares can be; the middle 95 % of these are the band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

DRAWS = 600
COVERED = 0.95
PRIOR = 0.5
SEED = 1978
SINGULAR = 1e-3
"""A draw in which reading tells next to nothing of the truth says nothing of the true share."""


@dataclass(frozen=True)
class Bands:
    """Shares from 0 to 1, a row a period and a column a class: the ends of the band, and the middle of the draws."""

    low: Array
    middle: Array
    high: Array


def bands(read: Array, confusion: Array, certain: Array | None = None) -> Bands:
    """``read`` counts the texts of each period by the class they were read as, ``confusion`` labels by true class
    (rows) and by what was read (columns), ``certain`` further texts of each period whose class is known."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    errs = _shares(rng.gamma(np.asarray(confusion, float) + PRIOR, size=(DRAWS, *confusion.shape)))
    errs = errs[np.abs(np.linalg.det(errs)) > SINGULAR]
    seen = _shares(rng.gamma(np.asarray(read, float) + PRIOR, size=(len(errs), *read.shape)))
    true = _shares(np.clip(seen @ np.linalg.inv(errs), 0, None))
    if certain is not None:
        machine, people = read.sum(axis=1, keepdims=True), certain.sum(axis=1, keepdims=True)
        true = (true * machine + certain) / np.maximum(machine + people, 1)
    low, middle, high = np.quantile(true, ((1 - COVERED) / 2, 0.5, (1 + COVERED) / 2), axis=0)
    return Bands(low, middle, high)


def _shares(values: Array) -> Array:
    """Rows that sum to 1."""
    import numpy as np

    whole = values.sum(axis=-1, keepdims=True)
    return values / np.where(whole > 0, whole, 1)


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of Wilson (1927) for a share; everything where there is nothing to tell it from."""
    if not of:
        return 0.0, 1.0
    share, weight = hits / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    reach = z * (share * (1 - share) / of + weight / (4 * of)) ** 0.5 / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)
