"""Training of the entity recogniser: the chain of tags that makes NERGrit's sentences likeliest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from .corpora import Sentence
from .entities import known_tags
from .gazetteer import find_names
from .tagging import TAGS, Tagger, marks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    F64 = NDArray[np.float64]

STRENGTH, ROUNDS = 1.0, 80
"""How much great weights cost, and the most steps of learning; both chosen by cross-validation."""

SEED, FOLDS = 20_261_124, 4


def learn_entities(sentences: Sequence[Sentence], *, rounds: int = ROUNDS) -> Tagger:
    """A tagger of persons, places and organisations. The same sentences give the same tagger."""
    from scipy.optimize import minimize

    longest_first = sorted(sentences, key=len, reverse=True)
    found = [of_it for sentence in longest_first for of_it in _marks(sentence)]
    keys = np.unique(np.array([key for of_it in found for key in of_it], dtype=np.uint32))
    chains = _Chains(
        matrix=_matrix(found, keys),
        truth=np.array([TAGS.index(tag) for sentence in longest_first for _, tag in sentence]),
        lengths=np.array([len(sentence) for sentence in longest_first]),
    )
    nothing = np.zeros((len(keys) + len(TAGS)) * len(TAGS))
    learnt = minimize(chains.loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": rounds}).x
    weights, steps = _parted(learnt, len(keys))
    return Tagger(keys, weights.astype(np.float16).astype(np.float32), steps.astype(np.float32))


def unseen_tags(sentences: Sequence[Sentence], *, rounds: int = ROUNDS) -> list[list[str]]:
    """The tags of each sentence by a tagger that had not learnt it."""
    fold = (np.random.default_rng(SEED).permutation(len(sentences)) % FOLDS).tolist()
    answers: list[list[str]] = [[] for _ in sentences]
    for number in range(FOLDS):
        tagger = learn_entities([one for one, its in zip(sentences, fold, strict=True) if its != number], rounds=rounds)
        for place in (place for place, its in enumerate(fold) if its == number):
            words = [word for word, _ in sentences[place]]
            answers[place] = tagger.tag(words, _listed(words))
    return answers


def _listed(words: Sequence[str]) -> list[str]:
    """By which tags the lists know the words of a sentence, read with spaces between them."""
    starts = [0, *accumulate(len(word) + 1 for word in words)]
    return known_tags(starts[:-1], [start - 1 for start in starts[1:]], find_names(" ".join(words)))


def _marks(sentence: Sentence) -> list[list[int]]:
    words = [word for word, _ in sentence]
    return marks(words, _listed(words))


def _matrix(found: list[list[int]], keys: NDArray[np.uint32]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(of_it) for of_it in found)])
    index = np.searchsorted(keys, np.array([key for of_it in found for key in of_it], dtype=np.uint32))
    return csr_matrix((np.ones(len(index)), index, ends), shape=(len(found), len(keys)))


def _parted(values: F64, marks: int) -> tuple[F64, F64]:
    return values[: marks * len(TAGS)].reshape(marks, -1), values[marks * len(TAGS) :].reshape(len(TAGS), -1)


class _Chains:
    """Sentences as one column of words, the longest first, so that a step takes the n-th word of all that have one."""

    def __init__(self, matrix: csr_matrix, truth: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        self._matrix, self._turned = matrix, matrix.T.tocsr()
        starts = np.cumsum([0, *lengths[:-1]])
        # The n-th words of all sentences that are long enough.
        self._nth = [starts[: (lengths > n).sum()] + n for n in range(lengths.max())]
        self._later = np.setdiff1d(np.arange(len(truth)), starts)
        self._truth = truth
        self._seen = np.eye(len(TAGS))[truth]
        self._seen_steps = self._seen[self._later - 1].T @ self._seen[self._later]

    def loss(self, values: F64) -> tuple[float, F64]:
        """How unlikely the true chains are, the cost of great weights, and the slope of both."""
        weights, steps = _parted(values, self._matrix.shape[1])
        each = self._matrix @ weights
        greatest = each.max(axis=1)
        words, step = np.exp(each - greatest[:, None]), np.exp(steps)
        forth, sums = self._forth(words, step)
        back = self._back(words, step, sums)
        behind, ahead = forth[self._later - 1], words[self._later] * back[self._later] / sums[self._later, None]
        shares, share_steps = forth * back, step * (behind.T @ ahead)
        true = each[np.arange(len(each)), self._truth].sum() + (steps * self._seen_steps).sum()
        slope = np.concatenate(
            [(self._turned @ (shares - self._seen)).ravel(), (share_steps - self._seen_steps).ravel()]
        )
        loss = (np.log(sums) + greatest).sum() - true + STRENGTH / 2 * (values @ values)
        return float(loss), slope + STRENGTH * values

    def _forth(self, words: F64, step: F64) -> tuple[F64, F64]:
        forth, sums = np.zeros_like(words), np.zeros(len(words))
        for n, rows in enumerate(self._nth):
            here = words[rows] * (forth[rows - 1] @ step) if n else words[rows]
            sums[rows] = here.sum(axis=1)
            forth[rows] = here / sums[rows, None]
        return forth, sums

    def _back(self, words: F64, step: F64, sums: F64) -> F64:
        back = np.ones_like(words)
        for rows in reversed(self._nth[1:]):
            back[rows - 1] = (words[rows] * back[rows]) @ step.T / sums[rows, None]
        return back
