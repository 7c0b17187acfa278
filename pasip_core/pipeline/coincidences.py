"""Which pairs of accounts coincide more often than by chance; see ``domain.coordination`` for what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pasip_core.domain.coordination import CHANCE, OFTEN, WINDOW

Array = NDArray[Any]
WORLDS = 100
"""Times that posts are dealt other seconds."""
SEED = 20190417
CROWD = 200
"""Posts after each that are compared with it: in a larger crowd around one thing nobody stands out."""
HOUR, DAY = 3600, 86400


class Shared(NamedTuple):
    """One post sharing one thing. Posts, accounts and things are numbers; a lower thing tells more of a post."""

    post: int
    account: int
    second: int
    thing: int


class Edge(NamedTuple):
    """Two accounts, their coincidences, and how many chance would make."""

    left: int
    right: int
    times: int
    expected: float


@dataclass(frozen=True)
class Coincidences:
    """Pairs of posts as ``posts`` (two columns), and by the pair of accounts how often."""

    posts: Array
    things: Array
    pairs: Array
    """Of accounts, one a pair of posts."""
    codes: Array
    times: Array


def linked(shared: Sequence[Shared]) -> tuple[list[Edge], Coincidences]:
    """The pairs that are beyond chance, and all coincidences there are."""
    table = np.array(shared, np.int64).reshape(-1, 4)
    real = coincide(table, table[:, 2])
    dealt = [coincide(table, seconds) for seconds in _worlds(table)]
    codes = np.unique(np.concatenate([real.codes, *(world.codes for world in dealt)]))
    counts = np.array([_counts(codes, world) for world in dealt])
    told = _counts(codes, real)
    expected = (counts.sum(axis=0) + 0.5) / WORLDS
    score = beyond(told, expected)
    by_chance = np.array([beyond(one, (counts.sum(axis=0) - one + 0.5) / (WORLDS - 1)) for one in counts])
    least = _least(score[told >= OFTEN], by_chance[counts >= OFTEN], by_chance[counts > 0])
    found = np.flatnonzero((told >= OFTEN) & (score > least))
    width = _width(table)
    return [
        Edge(*divmod(int(codes[n]), width), int(told[n]), float(expected[n])) for n in found
    ], real  # fmt: skip


def _worlds(table: Array) -> list[Array]:
    """Other seconds of the same hour for each post, the same ones each time."""
    random = np.random.default_rng(SEED)
    posts, where = np.unique(table[:, 0], return_inverse=True)
    hours = table[:, 2] // HOUR * HOUR
    return [hours + random.integers(0, HOUR, len(posts))[where] for _ in range(WORLDS)]


def _width(table: Array) -> int:
    return int(table[:, 1].max()) + 1 if len(table) else 1


def coincide(table: Array, seconds: Array) -> Coincidences:
    """Every two posts of different accounts that share a thing within the window."""
    order = np.lexsort((table[:, 0], seconds, table[:, 3]))
    posts, accounts, things = (table[order, column] for column in (0, 1, 3))
    seconds = seconds[order]
    lefts, rights = [], []
    for lag in range(1, min(CROWD, len(order) - 1) + 1):
        close = (things[lag:] == things[:-lag]) & (seconds[lag:] - seconds[:-lag] <= WINDOW.total_seconds())
        if not close.any():
            break
        left = np.flatnonzero(close & (accounts[lag:] != accounts[:-lag]))
        lefts.append(left)
        rights.append(left + lag)
    left = np.concatenate(lefts) if lefts else np.empty(0, np.int64)
    right = np.concatenate(rights) if rights else np.empty(0, np.int64)
    both = np.sort(np.stack([posts[left], posts[right]], axis=1), axis=1)
    first = _first_of_each(both, things[left])
    left, right, both = left[first], right[first], both[first]
    width = _width(table)
    pairs = np.sort(np.stack([accounts[left], accounts[right]], axis=1), axis=1)
    code = pairs[:, 0] * width + pairs[:, 1]
    occasions = np.unique(np.stack([code, things[left], seconds[left] // DAY], axis=1), axis=0)
    codes, times = np.unique(occasions[:, 0], return_counts=True)
    return Coincidences(both, things[left], pairs, codes, times)


def _first_of_each(both: Array, things: Array) -> Array:
    """Places of each pair of posts, at the thing that tells most where they share several."""
    order = np.lexsort((things, both[:, 1], both[:, 0]))
    rows = both[order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    found: Array = order[new]
    return found


def _counts(codes: Array, world: Coincidences) -> Array:
    counts = np.zeros(len(codes), np.int64)
    counts[np.searchsorted(codes, world.codes)] = world.times
    return counts


def beyond(times: Array, expected: Array) -> Array:
    """How far beyond chance: the log of how much likelier the counts are than with what chance makes; 0 below it."""
    safe = np.maximum(times, 1)
    score: Array = np.where(times > expected, safe * np.log(safe / expected) - (times - expected), 0.0)
    return score


def _least(real: Array, chance: Array, every_chance: Array) -> float:
    """The score to exceed."""
    floor = float(np.quantile(every_chance, 1 - CHANCE)) if len(every_chance) else 0.0
    chance = np.sort(chance)
    scores = np.unique(real)
    for score in scores:
        false = (len(chance) - np.searchsorted(chance, score) + 1) / WORLDS
        if score > floor and false <= CHANCE * np.count_nonzero(real >= score):
            return float(np.nextafter(score, 0.0))
    return float("inf")


def components(edges: Sequence[Edge]) -> list[list[int]]:
    """Accounts that hang together, each group sorted."""
    parents: dict[int, int] = {}

    def root(one: int) -> int:
        while parents.setdefault(one, one) != one:
            parents[one] = one = parents[parents[one]]
        return one

    for edge in edges:
        parents[root(edge.left)] = root(edge.right)
    groups: dict[int, list[int]] = {}
    for one in sorted(parents):
        groups.setdefault(root(one), []).append(one)
    return list(groups.values())
