"""Finding what texts are about: texts near the middle of a known topic go there, BERTopic groups the rest.

No text is left to chance: the same texts and known topics give the same answer in any process. Nothing is downloaded;
texts are placed by TF-IDF and SVD, and grouped by HDBSCAN without UMAP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .topic_space import MIDDLE_TERMS, NOWHERE, Array, Space, Words, nearest, terms_of, unit_rows

FEWEST = 20
"""Texts that differ, below which there are words to count but no topics to find."""
SMALLEST = 4
"""Texts of a topic."""
MOST_GROUPED = 6_000
"""Texts that are grouped at once: HDBSCAN takes time with the square of them. The others go to the nearest group."""
NEIGHBOURS = 15
"""Texts of each known topic that are grouped beside the rest."""
ONE_MATTER = 0.3
"""Length of the mean of texts from which they are one topic, where nothing parts them into groups."""
DIMENSIONS = 100
SEED = 0
NEAR = 0.22
"""Cosine from which a text belongs to a topic that is known already."""
FLOOR = 0.12
"""Cosine below which a text belongs to no topic at all."""
SAME = 0.65
"""Cosine from which two middles are one topic."""
STAYS = 0.5
"""How much of a known topic's middle stays as it was, so that a topic moves slowly."""
ROUNDS = 3
SHOWN_TERMS = 10

Report = Callable[[str], None]
Middles = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Group:
    """What was found: a topic's middle, the terms that tell it from the others, and how many texts it has.

    ``known`` is the place of the topic among those that were known before, ``None`` where it is new.
    """

    middle: Mapping[str, float]
    terms: tuple[tuple[str, float], ...]
    size: int
    known: int | None = None


@dataclass(frozen=True)
class Learnt:
    """All groups, and the space in which texts are near them. ``merged`` tells which known topic went into which."""

    space: Space
    groups: tuple[Group, ...] = ()
    merged: Mapping[int, int] = field(default_factory=dict)


class Finder:
    """Tells which of some middles a text is near, in a space."""

    def __init__(self, space: Space, middles: Middles) -> None:
        self._space = space
        self._rows = unit_rows(space.rows(middles))

    def find(self, texts: Sequence[Words]) -> list[tuple[int, float]]:
        """The place of the nearest middle and the cosine; ``NOWHERE`` where a text belongs to none."""
        places, cosines = nearest(self._space.vectors(texts), self._rows, FLOOR)
        return list(zip(places.tolist(), cosines.tolist(), strict=True))


def frequent_terms(texts: Sequence[Words], most: int = SHOWN_TERMS * 2) -> list[tuple[str, float]]:
    """The terms that most texts have, with how many do; for collections too small for topics."""
    told = Counter(term for words in texts for term in dict.fromkeys(terms_of(words)))
    pairs = [(term, float(count)) for term, count in told.items() if count > 1 or " " not in term]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:most]


def learn(texts: Sequence[Words], known: Middles, report: Report = lambda what: None) -> Learnt:
    """The topics of these texts, each of which counts once; ``known`` are middles of topics, the oldest first."""
    report("terms")
    space = Space.of(texts)
    if not space.weights:
        return Learnt(space)
    vectors, before, twins = space.vectors(texts), space.rows(known), _twins(known)
    before[[*twins]] = 0  # nothing is near them from here on
    report("known topics")
    labels = _without_small(nearest(vectors, before, NEAR)[0])
    rest = np.flatnonzero((labels == NOWHERE) & (vectors.getnnz(axis=1) > 0))
    if len(rest) >= FEWEST:
        report("grouping")
        found = _grouped(texts, vectors, rest, _neighbours(labels))
        labels[rest] = np.where(found == NOWHERE, NOWHERE, found + len(known))
    report("middles")
    middles, labels = _settled(vectors, labels, before)
    labels, into = _merged(middles, labels)
    middles, labels = _settled(vectors, labels, before)
    into |= {number: into.get(target, target) for number, target in twins.items()}
    merged = {number: target for number, target in into.items() if number < len(known)}
    return Learnt(space, _described(space, texts, middles, labels, known), merged)


def _twins(known: Middles) -> dict[int, int]:
    """Known topics that are one, by all their terms: in these texts they may have lost those that part them."""
    whole = Space(dict.fromkeys((term for middle in known for term in middle), 1.0))
    return _merged(dict(enumerate(whole.rows(known))), np.empty(0, np.int64))[1]


def _without_small(labels: Array) -> Array:
    """Texts of groups that are too small belong nowhere."""
    counts = np.bincount(labels[labels >= 0], minlength=1)
    small = np.flatnonzero(counts < SMALLEST)
    return np.where(np.isin(labels, small), NOWHERE, labels)


def _neighbours(labels: Array) -> Array:
    """Some texts of each known topic: what is new shows against them."""
    some = [np.flatnonzero(labels == number)[:NEIGHBOURS] for number in np.unique(labels[labels >= 0])]
    return np.concatenate(some) if some else np.empty(0, np.int64)


def _grouped(texts: Sequence[Words], vectors: Any, rest: Array, neighbours: Array) -> Array:
    """A number for each text of the rest: that of its group, or ``NOWHERE`` (also in groups of what is known)."""
    chosen = rest[np.linspace(0, len(rest) - 1, min(len(rest), MOST_GROUPED)).astype(int)]
    both = np.concatenate([chosen, neighbours[: max(0, MOST_GROUPED - len(chosen))]])
    found = _by_bertopic([texts[place] for place in both], _embedded(vectors[both]))
    ours, others = found[: len(chosen)], found[len(chosen) :]
    known = [number for number in np.unique(others) if (others == number).sum() > (ours == number).sum()]
    ours = np.where(np.isin(ours, known), NOWHERE, ours)
    if (found == NOWHERE).all() and np.linalg.norm(vectors[chosen].mean(axis=0)) >= ONE_MATTER:
        ours = np.zeros(len(chosen), np.int64)
    labels = np.full(len(rest), NOWHERE, np.int64)
    labels[np.searchsorted(rest, chosen)] = ours
    return labels


def _by_bertopic(texts: Sequence[Words], embedded: Array) -> Array:
    """A number for each text: that of its group in BERTopic, or ``NOWHERE``."""
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction
    from sklearn.cluster import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer

    smallest = max(SMALLEST, min(10, len(texts) // 40))
    model = BERTopic(
        embedding_model=None,
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=HDBSCAN(min_cluster_size=smallest, min_samples=3, copy=True),
        vectorizer_model=CountVectorizer(analyzer=str.split),
        calculate_probabilities=False,
    )
    found, _ = model.fit_transform([" ".join(words) for words in texts], embeddings=embedded)
    return np.array(found, np.int64)


def _embedded(vectors: Any) -> Array:
    """Few dimensions, in which texts lie that share no word but the words of a third one."""
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(DIMENSIONS, min(vectors.shape) - 1)
    made: Array = TruncatedSVD(max(dimensions, 1), random_state=SEED).fit_transform(vectors)
    return unit_rows(made)


def _settled(vectors: Any, labels: Array, before: Array) -> tuple[dict[int, Array], Array]:
    """Middles by number, and the number of the nearest one for each text, after some rounds of taking turns."""
    middles: dict[int, Array] = {}
    for _ in range(ROUNDS):
        labels = _without_small(labels)
        middles = {
            int(number): _middle(vectors, labels, int(number), before) for number in np.unique(labels[labels >= 0])
        }
        numbers = np.array([*middles], np.int64)
        near, _ = nearest(vectors, np.array([*middles.values()]), FLOOR)
        labels = np.where(near == NOWHERE, NOWHERE, numbers[near]) if len(numbers) else near
    return middles, labels


def _middle(vectors: Any, labels: Array, number: int, before: Array) -> Array:
    mean = np.asarray(vectors[labels == number].mean(axis=0))
    row = unit_rows(mean.reshape(1, -1))[0]
    if number < len(before):
        row = STAYS * before[number] + (1 - STAYS) * row
    made: Array = unit_rows(row.reshape(1, -1))[0]
    return made


def _merged(middles: Mapping[int, Array], labels: Array) -> tuple[Array, dict[int, int]]:
    """Topics that have come to be one: the younger goes into the older, whose number is lower."""
    numbers = sorted(middles)
    if not numbers:
        return labels, {}
    rows = np.array([middles[number] for number in numbers])
    likeness = rows @ rows.T
    into: dict[int, int] = {}
    for place, number in enumerate(numbers):
        like = np.flatnonzero(likeness[place, :place] >= SAME)
        if len(like):
            older = numbers[int(like[0])]
            into[number] = into.get(older, older)
    return np.array([into.get(int(label), int(label)) for label in labels], np.int64), into


def _described(
    space: Space,
    texts: Sequence[Words],
    middles: Mapping[int, Array],
    labels: Array,
    known: Middles,
) -> tuple[Group, ...]:
    """The groups that have texts, with the terms of each class TF-IDF."""
    numbers = [number for number in sorted(middles) if (labels == number).any()]
    if not numbers:
        return ()
    terms = _class_terms(space, texts, labels, numbers)
    return tuple(
        Group(_whole(space.middle(middles[n]), known[n], space), told, int((labels == n).sum()), n)
        if n < len(known)
        else Group(space.middle(middles[n]), told, int((labels == n).sum()))
        for n, told in zip(numbers, terms, strict=True)
    )


def _whole(middle: Mapping[str, float], before: Mapping[str, float], space: Space) -> dict[str, float]:
    """A known topic's middle with the terms that these texts do not have, so that odd days do not make it forget."""
    unsaid = {term: weight * STAYS for term, weight in before.items() if term not in space.weights}
    heaviest = sorted((unsaid | dict(middle)).items(), key=lambda pair: (-pair[1], pair[0]))[:MIDDLE_TERMS]
    length = float(np.linalg.norm([weight for _, weight in heaviest]))
    return {term: round(weight / length, 4) for term, weight in heaviest}


def _class_terms(
    space: Space, texts: Sequence[Words], labels: Array, numbers: Sequence[int]
) -> list[tuple[tuple[str, float], ...]]:
    """Terms that a topic says more than the others do, heaviest first, as BERTopic weighs them."""
    from bertopic.vectorizers import ClassTfidfTransformer
    from scipy.sparse import csr_matrix, vstack

    counts = space.counts(texts)
    rows = vstack([csr_matrix(counts[labels == number].sum(axis=0)) for number in numbers]).tocsr()
    said = np.flatnonzero(np.asarray(rows.sum(axis=0)).ravel())
    counts, rows = counts[:, said], rows[:, said]
    told = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(rows)
    found = []
    for at, number in enumerate(numbers):
        having = np.asarray((counts[labels == number] > 0).mean(axis=0)).ravel()
        row = told[at].toarray().ravel() * np.sqrt(having)  # a term of a few of its texts names no topic
        order = np.lexsort((np.arange(len(row)), -row))[: SHOWN_TERMS * 3]
        pairs = [(space.terms[said[place]], round(float(row[place]), 4)) for place in order if row[place] > 0]
        found.append(tuple(_readable(pairs)[:SHOWN_TERMS]))
    return found


def _readable(pairs: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """No term that lies in one before it, nor two words of which one says it already."""
    kept: list[tuple[str, float]] = []
    for term, weight in pairs:
        words = set(term.split())
        if not any(words & set(other.split()) for other, _ in kept):
            kept.append((term, weight))
    return kept
