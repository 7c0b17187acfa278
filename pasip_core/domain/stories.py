"""Stories: mentions that say the same in the same words, such as articles taken from an agency, or copied posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=14)
"""Copies are looked for among mentions published so long before and after, and looked at no longer ago."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the text of a mention that had ``content_hash`` is recognised by.

    ``sketch`` holds the smallest hashes of its runs of words, rising, as unsigned 32-bit numbers; ``bands`` are 64-bit
    numbers of which texts alike share at least one. A text too short to be told from others has neither.
    """

    data_id: str
    content_hash: str
    words: int = 0
    sketch: bytes = b""
    bands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A text that shares a band with the one asked about, and the story it belongs to."""

    story: str
    words: int
    sketch: bytes


@dataclass(frozen=True, slots=True)
class StorySize:
    """A story within a period: how many mentions, by how many accounts or outlets, and from when to when."""

    story: str
    mentions: int
    voices: int
    first: datetime
    last: datetime
