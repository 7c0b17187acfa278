"""What pages ask, over a representative set of filters; the same for every backend.

The questions speak of the made-up mentions of ``tests.benchmarks.corpus``. Each is a name and a call, so that whoever
can watch a backend can say what a question makes it do: which statements, which plans, how much work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pasip_core.domain.analysis import PERSON
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import ORDERS as RANKINGS
from pasip_core.domain.names import NamedEntity
from pasip_core.domain.period import Period
from pasip_core.domain.quality import week_of, week_period
from pasip_core.domain.quotas import Budget
from pasip_core.queries import (
    blindness,
    compare,
    health,
    influencers,
    mentions,
    network,
    overview,
    people,
    quality,
    rule_trial,
    sentiment,
    sources,
    stories,
    topics,
)
from pasip_core.stores.ports import Order, Stores
from tests.benchmarks.corpus import COMMON, KEYWORDS, PLATFORMS

Question = tuple[str, Callable[[], object]]

SOURCE = PLATFORMS["news"][3]
PHRASE = '"dan itu"'
ACCOUNTS = ("akun_1", "akun_7")
ASIDE = (("twitter", "akun_2"),)
NAMES = tuple(NamedEntity(PERSON, f"Tokoh {letter}") for letter in "ABC")
"""The last one counts as the second."""
ORDERS: tuple[Order, ...] = ("newest", "oldest", "engagement")
PAGE = 20
TOPIC = "topic-01"
LABELLED: quality.Errors = (("bench-1", ((30, 5, 1), (4, 30, 6), (1, 5, 30))),)


def page_questions(stores: Stores, period: Period) -> Iterator[Question]:
    """(name, call) of everything that a page, the download or the rule tester asks about ``period``."""
    for name, filters in filters_of_pages(period).items():
        yield from ((f"{question}: {name}", call) for question, call in _about(stores, filters))
    yield from _comparisons(stores, Filters(period))
    yield from _around(stores, Filters(period))


def filters_of_pages(period: Period) -> dict[str, Filters]:
    """Each side of the filters alone, and those that the stores answer in ways of their own."""
    several = KEYWORDS[2:7]
    return {
        "one account": Filters(period, accounts=ACCOUNTS[:1]),
        "accounts and one keyword": Filters(period, KEYWORDS[:1], accounts=ACCOUNTS),
        "accounts, several keywords and text": Filters(period, several, text=COMMON, accounts=ACCOUNTS),
        "without accounts": Filters(period, without=ACCOUNTS),
        "no filter": Filters(period),
        "one keyword": Filters(period, KEYWORDS[:1]),
        "several keywords": Filters(period, several),
        "platform": Filters(period, platforms=("forum",)),
        "source": Filters(period, sources=(SOURCE,)),
        "sentiment": Filters(period, sentiments=("negative",)),
        "not analysed": Filters(period, sentiments=("pending",)),
        "topic": Filters(period, topic=TOPIC),
        "topic, one keyword and sentiment": Filters(period, KEYWORDS[:1], sentiments=("negative",), topic=TOPIC),
        "topic and text": Filters(period, text=COMMON, topic=TOPIC),
        "text": Filters(period, text=COMMON),
        "phrase": Filters(period, text=PHRASE),
        "one keyword, source and sentiment": Filters(period, KEYWORDS[:1], sources=(SOURCE,), sentiments=("negative",)),
        "several keywords, platform, source and sentiment": Filters(
            period, several, ("news",), (SOURCE,), ("negative", "neutral")
        ),
        "emotion": Filters(period, emotions=("anger",)),
        "one keyword, emotion and unsure": Filters(period, KEYWORDS[:1], emotions=("anger", "pending"), unsure=True),
        "text, one keyword and sentiment": Filters(period, KEYWORDS[:1], sentiments=("negative",), text=COMMON),
        "name": Filters(period, entity=NAMES[0].id),
        "name with another merged into it": Filters(period, entity=NAMES[1].id),
        "name, one keyword and sentiment": Filters(period, KEYWORDS[:1], sentiments=("negative",), entity=NAMES[0].id),
        "name and text": Filters(period, text=COMMON, entity=NAMES[1].id),
        "text, several keywords and platform": Filters(period, several, ("twitter",), text=COMMON),
    }


def _about(stores: Stores, filters: Filters) -> Iterator[Question]:
    """What overview and mentions ask about one selection."""
    yield "headline", lambda: overview.overview(stores, filters)
    yield "trend", lambda: overview.sentiment_trend(stores, filters)
    yield "platforms", lambda: overview.platform_volume(stores, filters)
    yield "loudest sources", lambda: overview.loudest_sources(stores, filters)
    yield "loudest accounts", lambda: overview.loudest_accounts(stores, filters)
    for order in RANKINGS:
        yield f"ranking by {order}", lambda order=order: influencers.ranking(stores, filters, order, ASIDE)
    yield "one account in detail", lambda: influencers.account_detail(stores, filters, "twitter", ACCOUNTS[0])
    yield "emotions", lambda: sentiment.emotion_days(stores, filters)
    yield "confidence", lambda: sentiment.confidence(stores, filters)
    yield "who read this", lambda: sentiment.models(stores, filters)
    yield "band of errors", lambda: quality.error_band(stores, filters, LABELLED)
    yield "share of voice", lambda: overview.share_of_voice(stores, filters, KEYWORDS[:5])
    yield "topics", lambda: topics.topics_view(stores, filters)
    yield "names", lambda: people.top_names(stores, filters, PERSON)
    yield "names to choose from", lambda: people.choosable(stores, filters)
    yield "named together", lambda: people.named_together(stores, filters)
    yield "days of topics", lambda: topics.topic_trend(stores, filters, (TOPIC, "topic-02"))
    yield "count", lambda: mentions.mention_count(stores, filters)
    yield "headline, stories", lambda: overview.overview(stores, filters, True)
    yield "biggest stories", lambda: stories.biggest(stores, filters, 3)
    for order in ORDERS:
        yield f"page, {order}", lambda order=order: mentions.mention_page(stores, filters, limit=PAGE, order=order)
        yield f"second page, {order}", lambda order=order: _second(stores, filters, order)
    yield "export", lambda: deque(mentions.all_mentions(stores, filters), maxlen=0)


def _second(stores: Stores, filters: Filters, order: Order) -> object:
    first = mentions.mention_page(stores, filters, limit=PAGE, order=order)
    return mentions.mention_page(stores, filters, after=first.next, limit=PAGE, order=order)


def _comparisons(stores: Stores, filters: Filters) -> Iterator[Question]:
    before, told = filters.period.previous(), replace(filters, text=COMMON)
    yield "compare keywords", lambda: compare.compare_keywords(stores, filters, KEYWORDS[:5])
    yield "compare keywords: text", lambda: compare.compare_keywords(stores, told, KEYWORDS[:2])
    yield "compare periods", lambda: compare.compare_periods(stores, filters, before)
    yield "compare periods: one keyword", lambda: compare.compare_periods(stores, filters.only(KEYWORDS[0]), before)


def _around(stores: Stores, filters: Filters) -> Iterator[Question]:
    """What every page asks, and the pages of keywords, collection and import."""
    known = mentions.mention_page(stores, filters, limit=1).mentions[0]
    yield "who speaks to whom", lambda: network.network(stores, filters, ASIDE, 500)
    yield "who is set aside", lambda: influencers.set_aside(stores)
    yield "versions of days", lambda: stores.metrics.versions(filters.period)
    yield "watermark", stores.mentions.watermark
    yield "where data lies", lambda: overview.where_data_lies(stores, filters.period)
    yield "voices", lambda: mentions.voices(stores)
    yield "keywords", stores.keywords.list
    yield "one mention", lambda: mentions.mention_detail(stores, known.id)
    yield "one story", lambda: mentions.mention_page(stores, replace(filters, story=known.cluster_id))
    yield "begin of a story", lambda: stores.stories.begins([known.cluster_id])
    yield "coordinated groups", lambda: stories.groups_of(stores, filters.period)
    yield "coordinated accounts", lambda: stories.coordinated_accounts(stores)
    yield "posts of a group", lambda: stories.posts_of(stores, [known.id])
    yield "rule trial", lambda: rule_trial.try_rule(stores, COMMON)
    yield "last collection", lambda: health.last_collection(stores)
    yield "sources with their last run", lambda: health.source_states(stores)
    now = filters.period.end
    yield "sources with all that is known", lambda: sources.source_cards(stores, now)
    yield "what is left", lambda: sources.budget_left(stores, Budget("youtube.searches", 100, "day", "searches"), now)
    hours = ("platform", "source", "hour")
    yield "mentions by source and hour", lambda: stores.mentions.tally(Filters(filters.period), hours)
    yield "delays", lambda: stores.mentions.delays(filters.period)
    yield "blind days", lambda: blindness.blind_days(stores, filters)
    yield "last run of topics", lambda: topics.last_topic_run(stores)
    yield "names of topics", lambda: topics.topic_names(stores)
    known_topic, run = stores.topics.get(TOPIC), topics.last_topic_run(stores)
    if known_topic and run:
        yield "what stands for a topic", lambda: topics.representatives(stores, known_topic)
        yield "topics of a run", lambda: topics.topics_of_run(stores, run)
    yield "a name", lambda: people.name(stores, NAMES[2].id)
    yield "names to read", lambda: people.unread(stores)
    yield "merged names", lambda: people.said_of_names(stores)
    week = week_period(week_of(filters.period.last), filters.period)
    yield "sample of a week", lambda: stores.mentions.ids(week)
    yield "labels of a sample", lambda: quality.labels_of(stores, week.first.isoformat())
    yield "latest runs", lambda: health.latest_runs(stores)
    yield "trouble", lambda: health.store_trouble(stores, Path.cwd())
    yield "backlog", lambda: health.backlog(stores)
    yield "recent imports", lambda: health.recent_imports(stores)
    yield "one import", lambda: stores.imports.get("none")
    yield "feeds", lambda: stores.feeds.list(order_by="name")
