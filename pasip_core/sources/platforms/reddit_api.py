"""Reddit's API with an approved app of one's own; its token is kept in this process and renewed once.

Facts: Reddit's OAuth for apps without a user (``client_credentials``), as clients of 2025 and 2026 use it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceAuth, SourceBlocked, SourceError, SourceForbidden, SourceGone, SourceParse
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.api import Api, Parameters, error_json
from pasip_core.sources.back_by_page import PostPage
from pasip_core.sources.exchange import Response
from pasip_core.sources.fields import mapping, text
from pasip_core.sources.kept import Kept, key_of
from pasip_core.sources.lookups import each_read
from pasip_core.sources.searching import read_posts
from pasip_core.sources.workbench import Workbench

from .reddit_posts import post_of_json

MOST_POSTS = 100
_TOKENS: Kept[str] = Kept()


@dataclass(frozen=True)
class RedditApi:
    """Reads listings as the app of the settings."""

    bench: Workbench

    def page(self, path: str, query: Parameters, after: str, room: int) -> tuple[PostPage, int]:
        """A page of posts, and how many could not be read. Raises the ``SourceError`` tree."""
        asked: Parameters = {
            **query, "sort": "new", "limit": min(MOST_POSTS, room), "after": after or None, "raw_json": 1,
        }  # fmt: skip
        listing = mapping(self._get(path, asked), "data")
        now = self.bench.clock()
        shown = shown_url(self.bench.platforms["reddit"].bases["oauth"])
        posts, unread = read_posts(listing.get("children"), lambda child: post_of_json(child, now), shown)
        return PostPage(posts, more=bool(text(listing.get("after")))), unread

    def posts(self, names: Sequence[str]) -> list[RawMention | None]:
        """At most a hundred posts by name, as far as they are still there, in one call."""
        listing = mapping(self._get("api/info", {"id": ",".join(names), "raw_json": 1}), "data")
        shown = shown_url(self.bench.platforms["reddit"].bases["oauth"])
        return each_read(listing.get("children"), partial(post_of_json, now=self.bench.clock()), shown)

    def _get(self, path: str, asked: Parameters) -> object:
        key = key_of(self._site.base, *self._credentials)
        token = _TOKENS.of(key, self._log_in)
        try:
            return self._as(token).get(path, asked).data
        except SourceAuth:
            return self._as(_TOKENS.renewed(key, token, self._log_in)).get(path, asked).data

    @property
    def _credentials(self) -> tuple[str, str]:
        settings = self.bench.settings
        return settings.reddit_client_id, settings.reddit_client_secret.get_secret_value()

    @property
    def _site(self) -> Api:
        platform = self.bench.platforms["reddit"]
        return Api(self.bench.http, platform.base, platform.delay, explain=explained)

    def _as(self, token: str) -> Api:
        base = self.bench.platforms["reddit"].bases["oauth"]
        return replace(self._site, base=base, headers={"Authorization": f"bearer {token}"})

    def _log_in(self) -> str:
        basic = base64.b64encode(":".join(self._credentials).encode()).decode()
        site = replace(self._site, headers={"Authorization": f"Basic {basic}"})
        answer = site.post("api/v1/access_token", form={"grant_type": "client_credentials"})
        token = text(mapping(answer.data).get("access_token"))
        if not re.fullmatch(r"[\w.~+/=-]+", token):
            shown = shown_url(site.base)
            raise SourceParse(f"{shown}: logging in gave no token.", url=shown)
        return token


def explained(answer: Response) -> SourceError | None:
    """What Reddit's refusals mean; a page in place of the API's own word is a block."""
    shown, told = shown_url(answer.url), error_json(answer)
    if answer.status == 401:
        return SourceAuth(f"{shown}: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET.", url=shown)
    if answer.status == 403 and not told:
        return SourceBlocked(f"{shown}: Reddit refuses requests from here (403).", url=shown)
    if answer.status == 403:
        return SourceForbidden(f"{shown}: private, or not open to this app.", url=shown)
    if answer.status == 404:
        return SourceGone(f"{shown}: no such subreddit, or one that was banned.", url=shown)
    return None
