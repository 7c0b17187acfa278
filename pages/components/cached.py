"""The only place of Streamlit's caches. A remembered answer is never older than what it was made from.

What series answer is kept per (filters, versions of the days it speaks of); what looks at single mentions
or small collections per watermark. The store itself is asked for these versions on every run, which is
cheap; so a number changes as soon as the data does, and new mentions leave last month's answers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import streamlit as st

from pages.components import outages, theme
from pages.components.i18n import language
from pasip_core.domain.coordination import CoordinatedGroup
from pasip_core.domain.filters import Filters
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.quality import ONLY, PAUSE
from pasip_core.domain.runs import SourceRun
from pasip_core.domain.topic import TopicRun, scored_days
from pasip_core.errors import StoreError, StoreSchemaMismatch
from pasip_core.queries import (
    blindness,
    compare,
    health,
    influencers,
    keeping,
    mentions,
    network,
    overview,
    people,
    quality,
    sentiment,
    stories,
    topics,
)
from pasip_core.queries.blindness import BlindDay
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Order, Page, Stores

PATIENCE = 10.0
"""Seconds that somebody in front of a page waits at most for a lock or for one answer of the store."""
LOOK_PATIENCE, LOOK_SECONDS = 1.0, 4.0
ACCOUNTS_SECONDS = 30.0
T = TypeVar("T")
Figure = dict[str, Any]
HASHES = {Filters: repr, Period: repr}


def place() -> str:
    """Where this installation keeps its data; part of every key."""
    settings = current_settings()
    return settings.database_url.get_secret_value() or str(settings.data_dir)


@st.cache_resource(max_entries=4, show_spinner=False, on_release=lambda stores: stores.close())
def _opened(_settings: Settings, place: str, patience: float) -> Stores:
    from pasip_core.stores.connect import connect

    return connect(_settings, patience=patience)


def stores() -> Stores:
    """The stores, opened once a process. ``StoreUnavailable`` where they cannot be."""
    return _opened(_settings=current_settings(), place=place(), patience=PATIENCE)


def store_trouble() -> health.StoreTrouble | None:
    """What is wrong with the stores, looked at anew every few seconds, and in a second at most."""
    return _trouble(place())


@st.cache_data(ttl=LOOK_SECONDS, show_spinner=False)
def _trouble(place: str) -> health.StoreTrouble | None:
    found = _look()
    if found and isinstance(found.error, StoreSchemaMismatch):  # an older backup: opening it mends that
        _opened.clear()
        found = _look()
    if found is None:
        outages.store.end()
    else:
        outages.store.begin(found.error)
    return found


def _look() -> health.StoreTrouble | None:
    settings = current_settings()
    try:
        return health.store_trouble(
            _opened(_settings=settings, place=place(), patience=LOOK_PATIENCE), settings.data_dir
        )
    except StoreError as error:
        return health.StoreTrouble(error, readable=False)


def look_again() -> None:
    """Forget what was seen of the stores, so that the next run looks at once."""
    _trouble.clear()


def day_versions(filters: Filters) -> str:
    """Changes whenever a number of these days, or of the days before them, does."""
    if filters.entity:  # what counts as a name may change, too
        return watermark()
    both = Period(filters.period.previous().first, filters.period.last, filters.period.zone)
    return stores().metrics.versions(both)


def watermark() -> str:
    """Changes whenever any mention does."""
    return stores().mentions.watermark()


def remember(name: str, question: Callable[..., T]) -> Callable[..., T]:
    """``question`` kept per version, place and whatever else it is asked with, under a name of its own."""

    def remembered(version: str, place: str, given: tuple[Any, ...]) -> T:
        return question(*given)

    remembered.__qualname__ = f"remembered_{name}"
    kept = st.cache_data(max_entries=200, show_spinner=False, hash_funcs=HASHES)(remembered)
    # by keyword: Streamlit inspects the signature once more for each argument that comes without its name
    return lambda version, place, *given: kept(version=version, place=place, given=given)


def _by_days(question: Callable[..., T]) -> Callable[..., T]:
    """Questions about filters, and anything else hashable, that series answer."""
    kept = remember(f"{question.__module__}.{question.__qualname__}", lambda *given: question(stores(), *given))

    def ask(filters: Filters, *more: Any) -> T:
        return kept(day_versions(filters), place(), filters, *more)

    return ask


def _by_watermark(question: Callable[..., T]) -> Callable[..., T]:
    """Questions that look at single mentions."""
    kept = remember(f"{question.__module__}.{question.__qualname__}", lambda *given: question(stores(), *given))

    def ask(*given: Any) -> T:
        return kept(watermark(), place(), *given)

    return ask


headline = _by_days(overview.overview)
sentiment_trend = _by_days(overview.sentiment_trend)
platform_volume = _by_days(overview.platform_volume)
loudest_sources = _by_days(overview.loudest_sources)
loudest_accounts = _by_days(overview.loudest_accounts)
account_ranking = _by_days(influencers.ranking)
account_detail = _by_days(influencers.account_detail)
account_network = _by_watermark(network.network)
emotion_days = _by_days(sentiment.emotion_days)
confidence = _by_days(sentiment.confidence)
models_of = _by_days(sentiment.models)
sample_to_be = _by_watermark(quality.sample_of)
error_band = _by_days(quality.error_band)
let_go = _by_days(keeping.let_go)
share_of_voice = _by_days(overview.share_of_voice)
compare_keywords = _by_days(compare.compare_keywords)
where_data_lies = _by_watermark(overview.where_data_lies)
mention_count = _by_watermark(mentions.mention_count)
voices = _by_watermark(mentions.voices)
top_names = _by_watermark(people.top_names)
choosable_names = _by_watermark(people.choosable)
named_together = _by_watermark(people.named_together)
name = _by_watermark(people.name)
unread_names = _by_watermark(people.unread)
said_of_names = _by_watermark(people.said_of_names)
biggest_stories = _by_watermark(stories.biggest)


def compare_periods(filters: Filters, other: Period, by_story: bool = False) -> compare.Comparison:
    """Two periods side by side; kept per versions of the days of both."""
    return _two_periods(day_versions(filters) + day_versions(Filters(other)), place(), filters, other, by_story)


_two_periods = remember("compare_periods", lambda *given: compare.compare_periods(stores(), *given))


def topic_run() -> TopicRun | None:
    """The run that looked for topics last, or looks now."""
    return topics.last_topic_run(stores())


def topics_version(filters: Filters) -> str:
    """Changes whenever topics, or mentions of the days that they are scored by, do."""
    run, (_, before) = topic_run(), scored_days(filters.period)
    days = Period(min(before.first, filters.period.first), filters.period.last, filters.period.zone)
    return f"{run and (run.started_at, run.finished_at)} {stores().metrics.versions(days)}"


def topics_view(filters: Filters) -> topics.TopicsView:
    """Topics of a selection; the clock of their scores moves by the hour."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    return _topics_view(topics_version(filters), place(), filters, hour)


_topics_view = remember("topics_view", lambda filters, hour: topics.topics_view(stores(), filters, hour))


def topic_trend(filters: Filters, chosen: tuple[str, ...]) -> Any:
    """Days of these topics."""
    return _topic_trend(topics_version(filters), place(), filters, chosen)


_topic_trend = remember("topic_trend", lambda filters, chosen: topics.topic_trend(stores(), filters, chosen))


def topic_names() -> dict[str, str]:
    """The name of every topic, as of the last run."""
    run = topic_run()
    return _topic_names(f"{run and (run.started_at, run.finished_at)}", place()) if run else {}


_topic_names = remember("topic_names", lambda: topics.topic_names(stores()))


@st.cache_resource(max_entries=100, show_spinner=False, hash_funcs=HASHES)
def _page(watermark: str, place: str, filters: Filters, after: str | None, limit: int, order: Order) -> Page:
    return mentions.mention_page(stores(), filters, after=after, limit=limit, order=order)


def mention_page(filters: Filters, after: str | None = None, limit: int = 50, order: Order = "newest") -> Page:
    """One page of mentions: frozen values, shared and not copied."""
    return _page(watermark(), place(), filters, after, limit, order)


def latest_mentions(limit: int) -> Sequence[Mention]:
    """The newest mentions of all."""
    span = stores().mentions.span()
    if span is None:
        return ()
    zone = current_settings().zone
    everything = Period(span[0].astimezone(zone).date(), span[1].astimezone(zone).date(), zone)
    return mention_page(Filters(everything), None, limit).mentions


def keywords() -> list[Keyword]:
    """Every keyword, by label. Read each time: there are few, and an edit must show at once."""
    return sorted(stores().keywords.list(), key=lambda k: (not k.active, k.priority, k.keyword.casefold()))


def coordinated_groups(period: Period) -> list[CoordinatedGroup]:
    """Groups seen in the period. Read each time: there are few."""
    return stories.groups_of(stores(), period)


def coordinated_accounts() -> tuple[str, ...]:
    """Every account of a group; every page asks, and they change every few hours."""
    return _coordinated(place())


@st.cache_data(ttl=ACCOUNTS_SECONDS, show_spinner=False)
def _coordinated(place: str) -> tuple[str, ...]:
    return stories.coordinated_accounts(stores())


def blind_days(filters: Filters) -> tuple[BlindDay, ...]:
    """Days whose numbers are too low. Read each time: rhythms are few and change by the hour, whatever the days do."""
    return tuple(blindness.blind_days(stores(), filters))


_weeks = remember("weeks", lambda zone, now: quality.weeks(stores(), zone, now))


def weeks() -> list[Period]:
    """The weeks that are over and have mentions, the latest first."""
    zone = current_settings().zone
    today = Period.last_days(1, now(), zone)
    return _weeks(watermark(), place(), zone, today.start)


@st.cache_data(ttl=LOOK_SECONDS, show_spinner=False)
def _errors(place: str) -> quality.Errors:
    return quality.model_errors(stores())


def model_errors() -> quality.Errors:
    """How each model errs on labelled texts; looked at anew every few seconds, and after each label given here."""
    return _errors(place())


def forget_errors() -> None:
    """A label was given: look again."""
    _errors.clear()


_readers = remember("readers", lambda state, paused: quality.readers(stores()))


def readers() -> quality.Readers:
    """Which model read what; kept until a mention changes, or the pace of reading again."""
    state, pause = (stores().rescorings.get(id) for id in (ONLY, PAUSE))
    return _readers(watermark(), place(), repr(state), repr(pause))


def last_collection() -> SourceRun | None:
    """The run that began last."""
    return health.last_collection(stores())


def now() -> datetime:
    """The clock of pages."""
    return datetime.now(UTC)


@st.cache_data(max_entries=300, show_spinner=False)
def _figure(name: str, key: str, language: str, dark: bool, _draw: Callable[[], Figure]) -> Figure:
    from streamlit.dataframe_util import convert_anything_to_arrow_bytes

    drawn = _draw()
    # as they are sent, and not as rows that are made into that for each person and rerun
    sent = {name: convert_anything_to_arrow_bytes(rows) for name, rows in drawn.get("datasets", {}).items()}
    return drawn | ({"datasets": sent} if sent else {})


def figure(draw: Callable[[T], Figure], of: T, *key: object) -> Figure:
    """The specification that ``draw`` makes of ``of``, kept under ``key``, which must tell what ``of`` holds."""
    return _figure(
        name=draw.__qualname__, key=repr((key, place())), language=language(), dark=theme.dark(), _draw=lambda: draw(of)
    )
