"""Row → raw mention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pasip_core.domain.mention import EMPTY, NEWS, Engagement, RawMention
from pasip_core.domain.spreadsheet import restored
from pasip_core.errors import InputError

from .moments import MomentReader
from .rows import Row
from .values import as_count, as_id, as_language, as_platform, as_text

MAX_CONTENT = 1_000_000
_OUR_COLUMNS = {"id", "confidence", "corrected", "model_version"}
_POST_HOSTS = {
    "twitter": ("twitter.com", "x.com"),
    "facebook": ("facebook.com", "fb.com", "fb.watch"),
    "instagram": ("instagram.com",),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com", "youtu.be"),
    "telegram": ("t.me", "telegram.me"),
    "reddit": ("reddit.com", "redd.it"),
    "kaskus": ("kaskus.co.id",),
    "threads": ("threads.net", "threads.com"),
}
_MAX_EXTRA_FIELDS, _MAX_EXTRA_VALUE, _MAX_EXTRA = 40, 500, 8_000


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns rows into raw mentions. ``platform`` and ``source`` stand in where a row has none.

    ``neutralised``: formulas in an export of ours carry an apostrophe in this format.
    """

    mapping: Mapping[str, str]
    moments: MomentReader
    platform: str = ""
    source: str = ""
    neutralised: bool = True

    def read(self, row: Row) -> RawMention:
        """The mention of ``row``; ``InputError`` with the reason where it cannot be one."""
        if row.problem:
            raise InputError(row.problem)
        known_id = _known_id(row)
        if known_id and self.neutralised:
            row = replace(row, values={n: restored(v) if isinstance(v, str) else v for n, v in row.values.items()})
        as_it_stands = _our_text if known_id else as_text
        content, title, author = (as_it_stands(self._cell(row, name)) for name in ("content", "title", "author"))
        if not content.strip() and not title.strip():
            raise InputError("content: the text is empty", field="content")
        if len(content) > MAX_CONTENT:
            raise InputError(f"content: the text has {len(content):,} characters; {MAX_CONTENT:,} is the most")
        platform = as_platform(self._cell(row, "platform")) or self.platform
        if not platform:
            raise InputError("platform: the cell is empty, and no platform was given for the file", field="platform")
        url = self._text(row, "url").strip()
        extra = {n: v for n, v in row.values.items() if n not in self.mapping.values()}
        if not _may_be_own_address(platform, url):
            extra, url = {"shared_url": url, **extra}, ""
        return RawMention(
            source=self._source(row, platform, url),
            platform=platform,
            content=content,
            published_at=self.moments.read(self._when(row)),
            url=url,
            title=title,
            author=author.strip().lstrip("@"),
            author_followers=self._count(row, "author_followers"),
            engagement=Engagement(*(self._count(row, field) for field in ("likes", "shares", "comments"))),
            native_id=as_id(self._cell(row, "id")),
            known_id=known_id,
            language=as_language(self._cell(row, "language")),
            raw_data=_bounded(extra),
        )

    def _cell(self, row: Row, field: str) -> Any:
        column = self.mapping.get(field)
        return row.values.get(column) if column else None

    def _text(self, row: Row, field: str) -> str:
        return as_text(self._cell(row, field))

    def _count(self, row: Row, field: str) -> int | None:
        return as_count(self._cell(row, field), field)

    def _when(self, row: Row) -> Any:
        moment, clock = self._cell(row, "published_at"), self._text(row, "time").strip()
        # A spreadsheet's day without a time comes as midnight.
        return f"{as_text(moment).removesuffix('T00:00:00')} {clock}" if clock and as_text(moment) else moment

    def _source(self, row: Row, platform: str, url: str) -> str:
        named = " ".join(self._text(row, "source").split())[:100] or self.source
        if named or platform != NEWS:
            return named or platform
        return _host(url) or platform


def _known_id(row: Row) -> str:
    """The mention's id where the row comes from an export of this program, so that it is not taken for another."""
    id = row.values.get("id")
    ours = row.values.keys() >= _OUR_COLUMNS and isinstance(id, str) and re.fullmatch("[0-9a-f]{24}", id)
    return str(id) if ours else ""


def _our_text(value: Any) -> str:
    """A cell of our own exports: what other tools write for nothing is what somebody said there."""
    return value if isinstance(value, str) else as_text(value)


def _may_be_own_address(platform: str, url: str) -> bool:
    """Whether ``url`` can be that of the post itself: many tools call a column so that holds what a post links to."""
    hosts = _POST_HOSTS.get(platform)
    if not url or hosts is None:
        return True
    host = _host(url if "://" in url else f"//{url}")
    return any(host == known or host.endswith(f".{known}") for known in hosts)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _bounded(rest: Mapping[str, Any]) -> Mapping[str, Any]:
    """What no field took, as plain JSON values, as far as it is small."""
    kept: dict[str, Any] = {}
    room = _MAX_EXTRA
    for name, value in rest.items():
        if len(kept) >= _MAX_EXTRA_FIELDS or room <= 0:
            break
        plain = value if isinstance(value, bool | int | float) else as_text(value)[:_MAX_EXTRA_VALUE]
        if plain == "" or plain != plain or plain in (float("inf"), float("-inf")):
            continue
        kept[name[:100]] = plain
        room -= len(name) + len(str(plain))
    return kept or EMPTY
