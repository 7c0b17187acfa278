"""The topics of a day's mentions as arrays: made from their rows, kept in ``day_topics``, and read again."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import replace
from itertools import count

import numpy as np

from .columns import Array, DayColumns

BELONGS = np.dtype([("n", "<i8"), ("topic", "<u4")])
"""One a mention that has a topic, by row number. ``topic`` is its place among the names of the day."""
NONE = ""
"""The name of no topic; the first one of every day."""
OF_DAY = "SELECT n, topic FROM topic_mentions INDEXED BY topic_of WHERE n >= ? AND n < ? ORDER BY n"
OF_TOPIC = "SELECT group_concat(n) FROM topic_mentions WHERE topic = ? AND n >= ? AND n < ?"
"""As one text: as rows, each of them would pass through Python."""


def make_topics(connection: sqlite3.Connection, first: int, end: int) -> None:
    """Put the topics of one day into arrays, in place of those that were there."""
    names, belongs = _read(connection, first, end)
    connection.execute(
        "INSERT OR REPLACE INTO day_topics (first, end, topics, mentions) VALUES (?, ?, ?, ?)",
        (first, end, json.dumps(names), belongs.tobytes()),
    )


def _read(connection: sqlite3.Connection, first: int, end: int) -> tuple[list[str], Array]:
    places: dict[str, int] = defaultdict(count().__next__)
    places[NONE]
    rows = [(n, places[topic]) for n, topic in connection.execute(OF_DAY, (first, end))]
    return list(places), np.array(rows, BELONGS)


def with_topics(connection: sqlite3.Connection, day: DayColumns) -> DayColumns:
    """The same with the topic of each mention."""
    kept = connection.execute(
        "SELECT topics, mentions FROM day_topics WHERE first = ? AND end = ?", (day.first, day.end)
    ).fetchone()
    if kept:
        names, belongs = json.loads(kept["topics"]), np.frombuffer(kept["mentions"], BELONGS)
    else:
        names, belongs = _read(connection, day.first, day.end)
    told = np.zeros(len(day.facts), np.int64)
    if len(belongs):
        places = np.searchsorted(belongs["n"], day.numbers)
        places[places == len(belongs)] = 0
        there = belongs["n"][places] == day.numbers
        told[there] = belongs["topic"][places[there]]
    return replace(day, topics=(names, told))


def of_topic(connection: sqlite3.Connection, day: DayColumns, topic: str) -> Array:
    """Whether each mention of the day belongs to this topic."""
    told = np.zeros(len(day.facts), bool)
    found = connection.execute(OF_TOPIC, (topic, day.first, day.end)).fetchone()[0]
    if found:
        told[day.places(np.fromstring(found, np.int64, sep=","))] = True
    return told
