"""A small store with something of everything that pages ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.names import Alias, NamesRead
from pasip_core.domain.period import Period
from pasip_core.domain.runs import Feed, ImportRun, SourceInfo, SourceRun
from pasip_core.domain.topic import LAST_RUN, Topic, TopicRun
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Assigned, Stores
from tests.benchmarks.corpus import KEYWORDS, mentions
from tests.builders import NOW, make_keyword
from tests.contracts.helpers import TODAY, roll_up
from tests.scale.questions import NAMES

MONTH = Period(TODAY - timedelta(days=29), TODAY)
MENTIONS = 3_000


def sample_stores(folder: Path, spread: Iterable[Mention] | None = None) -> Stores:
    """The embedded store with these mentions, else made-up ones of one year, rolled up.

    The last day has changed since, so that what is answered from rows is asked, too.
    """
    stores = connect(Settings(_env_file=None, data_dir=folder))
    said = list(mentions(MENTIONS) if spread is None else spread)
    stores.mentions.upsert(said)
    _name(stores, said)
    roll_up(stores)
    stores.mentions.upsert([replace(said[-1], engagement=Engagement(1, 2, 3))])
    assign_topics(stores, said)
    for label in KEYWORDS:
        stores.keywords.save(make_keyword(label))
    stores.feeds.save(Feed("feed-a", "A", "https://a.example/feed", NOW))
    stores.imports.save(ImportRun("import-a", "a.csv", NOW, NOW))
    for name in ("outlet-a", "outlet-b"):
        stores.sources.save(SourceInfo(name, name, "news"))
        stores.source_runs.save(SourceRun(f"{name}-1", name, NOW, NOW))
    return stores


def assign_topics(stores: Stores, said: list[Mention], topics: int = 40) -> None:
    """Most mentions belong to one of so many topics, the first of which is ``TOPIC`` of the questions."""
    names = [f"topic-{n:02}" for n in range(1, topics + 1)]
    placed = [
        Assigned(mention.id, mention.content_hash, names[n % topics])
        for n, mention in enumerate(said)
        if n % 7
    ]  # fmt: skip
    stores.mentions.assign_topics(placed)
    for name in names:
        stores.topics.save(Topic(name, name, (name,), (1.0,), (), NOW, NOW, related_data_ids=(said[0].id,)))
    stores.topic_runs.save(TopicRun(LAST_RUN, NOW, TODAY.isoformat(), TODAY.isoformat(), NOW))


def _name(stores: Stores, said: list[Mention]) -> None:
    """Most mentions hold names, the last of which somebody merged into another one."""
    stores.mentions.save_names([NamesRead(m.id, m.content_hash, NAMES[int(m.id[-1], 16) % 4 :]) for m in said])
    one, main = NAMES[2], NAMES[1]
    stores.aliases.save(Alias(one.id, one.kind, one.name, main.id, main.kind, main.name, NOW))
