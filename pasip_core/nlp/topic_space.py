"""Texts and middles of topics as weighted terms, so that those of different runs can be compared.

A term is a word or two words that follow each other. A text's weights are TF-IDF; a topic's middle is the mean of its
texts, cut to its heaviest terms. Both have length one, so that their product is the cosine between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = tuple[str, ...]
Array = NDArray[Any]

MOST_TERMS = 20_000
MIDDLE_TERMS = 60
RARE = 3
"""A term that fewer texts have tells no topic (half of that in small collections)."""
SMALL = 500
COMMON = 0.5
"""A term that more of the texts have tells none either."""
FEWEST_KNOWN = 2
"""Known terms without which a text has no topic."""
NOWHERE = -1
AT_ONCE = 2_000
"""Texts between which and all middles likenesses are in memory at a time."""


def terms_of(words: Words) -> list[str]:
    """The words, and each two that follow each other."""
    return [*words, *(f"{one} {two}" for one, two in pairwise(words))]


@dataclass(frozen=True)
class Space:
    """Terms and how much each tells (IDF)."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, texts: Sequence[Words]) -> Space:
        """The space that these texts span; empty where no term is said often enough."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        rare = RARE if len(texts) >= SMALL else (RARE + 1) // 2
        told = TfidfVectorizer(
            analyzer=terms_of, min_df=rare, max_df=max(COMMON, rare / max(len(texts), 1)),
            max_features=MOST_TERMS, sublinear_tf=True,
        )  # fmt: skip
        try:
            told.fit(texts)
        except ValueError:  # nothing is left
            return cls({})
        names = told.get_feature_names_out().tolist()
        return cls({name: round(float(weight), 4) for name, weight in zip(names, told.idf_, strict=True)})

    @cached_property
    def terms(self) -> list[str]:
        """Every term, in the order of columns."""
        return list(self.weights)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def _idf(self) -> Array:
        return np.array(list(self.weights.values()))

    def counts(self, texts: Iterable[Words]) -> Any:
        """How often each text has each term, as a sparse matrix."""
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        ends = [0]
        for words in texts:
            columns += [place for term in terms_of(words) if (place := self._places.get(term)) is not None]
            ends.append(len(columns))
        shape = (len(ends) - 1, len(self.terms))
        made = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
        made.sum_duplicates()
        return made

    def vectors(self, texts: Iterable[Words]) -> Any:
        """The texts as rows of weights; those with hardly a known term are empty."""
        made = self.counts(texts)
        known = np.diff(made.indptr) >= FEWEST_KNOWN
        made.data = (1 + np.log(made.data)) * self._idf[made.indices] * np.repeat(known, np.diff(made.indptr))
        made.eliminate_zeros()
        return _unit(made)

    def rows(self, middles: Sequence[Mapping[str, float]]) -> Array:
        """Middles as rows. What of them is unknown here is missing, and makes them less like anything."""
        made = np.zeros((len(middles), len(self.terms)))
        for row, middle in zip(made, middles, strict=True):
            for term, weight in middle.items():
                if (place := self._places.get(term)) is not None:
                    row[place] = weight
        return made

    def middle(self, row: Array) -> dict[str, float]:
        """The heaviest terms of a row, heaviest first, at length one."""
        order = np.lexsort((np.arange(len(row)), -row))[:MIDDLE_TERMS]
        chosen = [int(place) for place in order if row[place] > 0]
        length = float(np.linalg.norm(row[chosen])) or 1.0
        return {self.terms[place]: round(float(row[place]) / length, 4) for place in chosen}


def nearest(vectors: Any, middles: Array, least: float) -> tuple[Array, Array]:
    """The number of the middle that each text is nearest to, ``NOWHERE`` below ``least``; and how near that is."""
    found, cosines = np.full(vectors.shape[0], NOWHERE, np.int64), np.zeros(vectors.shape[0])
    if not len(middles):
        return found, cosines
    for start in range(0, len(found), AT_ONCE):
        likeness = vectors[start : start + AT_ONCE] @ middles.T
        best = likeness.argmax(axis=1)
        top = likeness[np.arange(len(best)), best]
        found[start : start + AT_ONCE] = np.where(top >= least, best, NOWHERE)
        cosines[start : start + AT_ONCE] = top
    return found, cosines


def unit_rows(rows: Array) -> Array:
    """Rows at length one; empty ones stay empty."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    made: Array = rows / np.where(length > 0, length, 1.0)
    return made


def _unit(made: Any) -> Any:
    from scipy.sparse import diags

    length = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    return (diags(1 / np.where(length > 0, length, 1.0)) @ made).tocsr()
