"""Which column is which of our fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.errors import ImportFileError, InputError

from .headers import AUTHOR_PARENTS, HEADERS, OUR_PARENTS
from .moments import ORDERS, MomentReader
from .rows import Row
from .table import Table
from .values import as_count, as_text

Mapping = AnyMapping[str, str]
"""From field to column."""

FIELDS = {
    "content": "Text",
    "published_at": "Date",
    "time": "Time, where it stands apart from the date",
    "title": "Title",
    "author": "Author",
    "author_followers": "Followers of the author",
    "likes": "Likes",
    "shares": "Shares, retweets",
    "comments": "Comments, replies",
    "url": "Address",
    "id": "The platform's own id",
    "platform": "Platform",
    "source": "Source, outlet",
    "language": "Language",
}
REQUIRED = ("content", "published_at")

_OTHER_NAMES = {
    "text": "content", "isi": "content", "date": "published_at", "tanggal": "published_at", "username": "author",
    "followers": "author_followers", "retweets": "shares", "replies": "comments", "link": "url", "native_id": "id",
    "lang": "language",
}  # fmt: skip
_COUNTS = ("author_followers", "likes", "shares", "comments")
_LOOK_AT = 200


def guess_mapping(columns: Sequence[str], sample: Sequence[Row]) -> dict[str, str]:
    """A column for each field that one is named for and whose values fit; never the same column twice.

    Row numbers are never taken for ids: only a column that is named so is.
    """
    guessed: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    for column in sorted(columns, key=lambda column: column.count(".")):
        for name in _names(column):
            by_name.setdefault(name, []).append(column)
    for field, names in HEADERS.items():
        fits = _CHECKS.get(field, _any_text)
        parents = AUTHOR_PARENTS if field in ("author", "author_followers") else OUR_PARENTS
        for column in (column for name in names for column in by_name.get(name, ())):
            if column not in guessed.values() and _under(column, parents) and fits(_values(column, sample)):
                guessed[field] = column
                break
    if "time" in guessed and ("published_at" not in guessed):
        guessed["published_at"] = guessed.pop("time")
    return guessed


def complete_mapping(table: Table, given: Mapping) -> dict[str, str]:
    """What a person gave, and guesses for the fields they left open; a field given as empty stays without column.

    ``ImportFileError`` where a field or column does not exist, or text or date have no column.
    """
    chosen: dict[str, str] = {}
    for name, column in given.items():
        field = _OTHER_NAMES.get(name, name)
        if field not in FIELDS:
            raise ImportFileError(f"field {name!r} does not exist. Use one of: {', '.join(FIELDS)}.", field=name)
        if column and column not in table.columns:
            raise ImportFileError(
                f"{field}: there is no column {column!r} in {table.path.name}. It has: {_shown(table.columns)}.",
                field=field,
                value=column,
            )
        chosen[field] = column
    left = [column for column in table.columns if column not in chosen.values()]
    mapping = guess_mapping(left, table.sample) | chosen
    if chosen.get("published_at"):
        mapping.setdefault("time", "")
    mapping = {field: column for field, column in mapping.items() if column}
    for field in REQUIRED:
        if field not in mapping:
            raise ImportFileError(
                f"No column for {field} ({FIELDS[field].lower()}) was found in {table.path.name}. It has: "
                f"{_shown(table.columns)}. Say which one it is, such as --map {field}=COLUMN.",
                field=field,
            )
    return mapping


def _shown(columns: Sequence[str]) -> str:
    shown = ", ".join(column[:40] for column in columns[:30])
    return shown + (f", and {len(columns) - 30} more" if len(columns) > 30 else "")


def _names(column: str) -> tuple[str, ...]:
    """The column's name in lower case with underscores, whole and without what it is nested in."""
    whole, last = _plain(column), _plain(column.rsplit(".", 1)[-1])
    return (whole,) if whole == last else (whole, last)


def _plain(name: str) -> str:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _under(column: str, parents: Iterable[str]) -> bool:
    """Whether what it is nested in is part of the mention itself, not of one that it quotes."""
    return all(_plain(parent) in parents for parent in column.split(".")[:-1])


def _values(column: str, sample: Sequence[Row]) -> list[Any]:
    values = (row.values.get(column) for row in sample[:_LOOK_AT] if not row.problem)
    return [value for value in values if as_text(value).strip()]


def _mostly(values: Sequence[Any], test: Callable[[Any], object]) -> bool:
    passed = 0
    for value in values:
        try:
            passed += test(value) is not False
        except InputError:
            continue
    return passed >= 0.6 * len(values) and passed > 0


def _any_text(values: Sequence[Any]) -> bool:
    return bool(values)


def _prose(values: Sequence[Any]) -> bool:
    """Words, not figures: so that ``comments`` can be a text or a count."""
    return _mostly(values, lambda value: any(c.isalpha() for c in as_text(value)))


def _counts(values: Sequence[Any]) -> bool:
    return not values or _mostly(values, lambda value: as_count(value, ""))


def _dates(values: Sequence[Any]) -> bool:
    """Dates in either order; whether they agree on one is judged when the column is read."""
    readers = [MomentReader(ZoneInfo("UTC"), datetime(9000, 1, 1, tzinfo=UTC), order) for order in ORDERS]
    return _mostly(values, lambda value: any(_reads(reader, value) for reader in readers))


def _reads(reader: MomentReader, value: Any) -> bool:
    try:
        reader.read(value)
    except InputError:
        return False
    return True


def _clock(values: Sequence[Any]) -> bool:
    return _mostly(values, lambda value: re.match(r"\s*\d{1,2}[:.]\d{2}", as_text(value)) is not None)


def _address(values: Sequence[Any]) -> bool:
    return _mostly(values, lambda value: re.match(r"(?i)\s*(https?://|www\.)", as_text(value)) is not None)


def _short(values: Sequence[Any]) -> bool:
    return _mostly(values, lambda value: len(as_text(value)) <= 60 and "<" not in as_text(value))


_CHECKS: dict[str, Callable[[Sequence[Any]], bool]] = {
    "content": _prose, "title": _prose, "published_at": _dates, "time": _clock, "url": _address, "platform": _short,
    "source": _short, "language": _short, **dict.fromkeys(_COUNTS, _counts),
}  # fmt: skip
