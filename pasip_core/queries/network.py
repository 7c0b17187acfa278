"""Who speaks to whom: ``@names`` and answers in the newest mentions that filters mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import NEWS
from pasip_core.domain.naming import spoken_to
from pasip_core.domain.privacy import account_key
from pasip_core.stores.ports import Stores

if TYPE_CHECKING:
    import pandas as pd

Names = TypeVar("Names", bound=tuple[str, ...])
Name = tuple[str, str]
"""Platform and username, as ``account_key`` writes it."""
NEWEST = 10_000
"""Mentions that are looked through at most."""


@dataclass(frozen=True, slots=True)
class Network:
    """``accounts``: who is spoken to, most first, with columns platform, account, mentions (that name it) and speakers.

    ``links``: columns platform, speaker, account, mentions; most first. ``looked_at`` mentions were looked through,
    the newest; there are others beyond them unless ``complete``.
    """

    accounts: pd.DataFrame
    links: pd.DataFrame
    looked_at: int
    complete: bool


def network(stores: Stores, filters: Filters, aside: Collection[tuple[str, str]] = (), limit: int = NEWEST) -> Network:
    """Everyone that is spoken to; who is set ``aside`` (platform, author) neither speaks nor is spoken to.

    A mention counts once for each account that it names. Naming oneself is no link, yet it is counted as named.
    """
    import pandas as pd

    out = {(platform, account_key(author)) for platform, author in aside}
    named, links = Counter[Name](), Counter[tuple[str, str, str]]()
    speakers: dict[Name, set[str]] = defaultdict(set)
    speeches, looked_at = stores.mentions.speeches(filters, limit)
    for mention in speeches:
        speaker = account_key(mention.author)
        if mention.platform == NEWS or (mention.platform, speaker) in out:
            continue
        for account in spoken_to(mention):
            name = mention.platform, account
            if name in out:
                continue
            named[name] += 1
            if speaker and speaker != account:
                speakers[name].add(speaker)
                links[mention.platform, speaker, account] += 1
    rows = [(*name, count, len(speakers[name])) for name, count in _most_first(named)]
    return Network(
        pd.DataFrame(rows, columns=["platform", "account", "mentions", "speakers"]),
        pd.DataFrame(
            [(*link, count) for link, count in _most_first(links)],
            columns=["platform", "speaker", "account", "mentions"],
        ),
        looked_at.value,
        looked_at.exact,
    )


def _most_first(counted: Counter[Names]) -> list[tuple[Names, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))
