"""Asking a platform for single mentions again, some ids at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceParse

from .back_by_page import Post
from .base import Batch
from .searching import SEVERAL


def looked_up(
    ids: Sequence[str],
    form: re.Pattern[str],
    at_once: int,
    ask: Callable[[Sequence[str]], Sequence[RawMention | None]],
) -> Iterator[Batch]:
    """The batches of a ``lookup`` (see ``Refreshing``), a call of ``ask`` each.

    ``ask`` gets ids of the ``form``, each once, and gives what the platform tells, ``None`` for what cannot be read.
    ``SourceParse`` where several items came and none can be read: the format has changed.
    """
    for start in range(0, len(ids), at_once):
        part = ids[start : start + at_once]
        wanted = {id for id in part if form.fullmatch(id)}
        told = ask([id for id in dict.fromkeys(part) if id in wanted]) if wanted else ()
        if len(told) >= SEVERAL and not any(told):
            raise SourceParse(
                f"None of {len(told)} posts that were asked for again can be read; the format has changed."
            )
        found = {mention.native_id: mention for mention in told if mention and mention.native_id in wanted}
        unread = sum(mention is None for mention in told)
        note = f"{unread} posts could not be read." if unread else ""
        yield Batch(tuple(found.values()), {"asked": start + len(part)}, len(ids), note)


def each_read(told: object, read: Callable[[Mapping[str, Any]], Post | None], shown: str) -> list[RawMention | None]:
    """What ``looked_up`` wants, of a list of posts. ``SourceParse`` where there is no list."""
    if not isinstance(told, list):
        raise SourceParse(f"{shown}: the answer has no list of posts.", url=shown)
    posts = [read(item) if isinstance(item, Mapping) else None for item in told]
    return [post.mention if post else None for post in posts]
