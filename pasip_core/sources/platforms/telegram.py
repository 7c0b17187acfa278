"""Public Telegram channels, one source each, read from the pages that Telegram shows without an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceBadQuery
from pasip_core.sources.back_by_page import FIRST_LOOK, PostPage, Walk
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.workbench import Workbench

from .telegram_page import read_page
from .telegram_snscrape import is_usable, snscraped_page

_NAME = re.compile(r"(?:(?:https?://)?(?:t|telegram)\.me/(?:s/)?|@)?([A-Za-z]\w{1,63})/?")


def sources(bench: Workbench) -> Iterable[Source]:
    """One for each channel that people added."""
    for feed in bench.feeds_of("telegram"):
        yield TelegramSource(bench, feed)


@dataclass(frozen=True)
class TelegramSource:
    """One channel. Post ids count up, so that the last one is all there is to remember."""

    bench: Workbench
    feed: Feed

    platform = "telegram"

    @property
    def name(self) -> str:
        """The feed's id."""
        return self.feed.id

    @property
    def label(self) -> str:
        """What the person called it."""
        return self.feed.name or f"@{self.channel or self.feed.handle}"

    @property
    def channel(self) -> str:
        """The channel's name; "" where none was given."""
        found = _NAME.fullmatch(self.feed.handle.strip() or self.feed.url.strip())
        return found[1] if found else ""

    @property
    def url(self) -> str:
        """The list of posts."""
        return f"{self.bench.platforms['telegram'].base.rstrip('/')}/s/{self.channel}"

    def needs(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`. Everything in the channel: a channel's own search is not to be trusted."""
        if not self.channel:
            raise SourceBadQuery(f"{self.feed.handle!r:.80} is no channel: write its name, as in t.me/name.")
        oldest, unread = self.bench.clock() - FIRST_LOOK, 0

        def read(after: str, room: int) -> PostPage:
            nonlocal unread
            page, failed = self._page(after, room)
            unread += failed
            recent = [post for post in page.posts if not post.mention or post.mention.published_at >= oldest]
            return PostPage(recent, page.more and len(recent) == len(page.posts))

        walk = Walk.from_json(cursor.get("walk"))
        for mentions, reached in walk.back(read, room=limit):
            note = f"{unread} posts could not be read." if unread else ""
            yield Batch(tuple(mentions), {"walk": reached.as_json()}, note=note)

    def _page(self, after: str, room: int) -> tuple[PostPage, int]:
        """Posts before one, and how many could not be read: by our own parser, or by snscrape where it is wanted."""
        if self.bench.settings.snscrape_telegram and is_usable():
            return snscraped_page(self.bench, self.channel, after, room)
        address = self.url + (f"?before={after}" if after else "")
        answer = self.bench.http.get(address, delay=self.bench.platforms["telegram"].delay)
        return read_page(answer, self.channel, self.bench.clock())
