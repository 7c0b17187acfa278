"""What every store can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

from pasip_core.domain.analysis import SENTIMENTS
from pasip_core.domain.mention import LARGEST_COUNT, Mention
from pasip_core.errors import InputError

LARGEST = (1 << 63) - 1
"""Of whole numbers."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def has_half_characters(text: str) -> bool:
    """Whether a half of a surrogate pair is in it, which no encoding has a place for."""
    return _SURROGATE.search(text) is not None


def sound(mention: Mention) -> Mention:
    """The mention as a store can hold it: no half of a surrogate pair. ``InputError`` for a number too large."""
    reactions = mention.engagement
    numbers = {
        "likes": reactions.likes, "shares": reactions.shares, "comments": reactions.comments,
        "author_followers": mention.author_followers,
    }  # fmt: skip
    for name, value in numbers.items():
        if value is not None and abs(value) > LARGEST_COUNT:
            raise InputError(f"{name}: {value} is too large to be a count; leave it out", field=name, value=value)
    texts = {name: getattr(mention, name) for name in ("source", "platform", "title", "content", "url", "author")}
    if not has_half_characters("".join(texts.values())):
        return mention
    whole: dict[str, Any] = {name: _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text) for name, text in texts.items()}
    return replace(mention, **whole)


def check_sentiments(*sentiments: str) -> None:
    """``InputError`` for a word that no series has a place for."""
    for sentiment in sentiments:
        if sentiment not in SENTIMENTS:
            raise InputError(
                f"sentiment: {sentiment!r} is none; use {', '.join(SENTIMENTS)}", field="sentiment", value=sentiment
            )


def revived_tuple(values: list[Any], hint: Any) -> tuple[Any, ...]:
    """A stored list as the tuple that ``hint`` describes: of plain values, or of named tuples."""
    inner = next(iter(get_args(hint)), None)
    return tuple(map(getattr(inner, "_make", lambda value: value), values))


def plain(value: Any) -> Any:
    """JSON values. Times in UTC at fixed width, so that their text sorts like themselves."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value
