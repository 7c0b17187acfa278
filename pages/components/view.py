"""What a page shows, as its address says it: ``?from=2019-04-01&to=2019-05-31&keyword=jokowi,prabowo``.

A ``View`` is the one truth about filters. It is read from the address, kept in the session so that it
follows page switches, changed by ``change`` (from widget callbacks only) and written back to the address.
Values in an address that mean nothing are dropped, and said so once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import EMOTIONS, LOW, PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.names import KINDS
from pasip_core.domain.period import Period, parse_day

DEFAULT_DAYS = 7
LONGEST = timedelta(days=366 * 20)
MOST_TEXT = 200
MOST_ACCOUNTS = 50
"""Of one address."""
MODES = ("keywords", "periods")
ORDERS = ("newest", "oldest", "engagement")
MENTIONS, STORIES = "mentions", "stories"
WITHOUT = "without"
_STORY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from; an address can name nothing else."""

    today: date
    zone: ZoneInfo
    keywords: Collection[str] = ()
    platforms: Collection[str] = ()
    sources: Collection[str] = ()
    languages: Collection[str] = ()
    topics: Collection[str] = ()
    coordinated: Collection[str] = ()
    """Accounts of coordinated groups."""

    def default_period(self) -> Period:
        """The last seven days."""
        return Period(self.today - timedelta(days=DEFAULT_DAYS - 1), self.today, self.zone)


@dataclass(frozen=True, slots=True)
class View:
    """``period`` ``None`` means the last seven days, whenever it is read; other empty values leave a side open."""

    period: Period | None = None
    keywords: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    text: str = ""
    accounts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    topic: str = ""
    lang: str = ""
    mention: str = ""
    emotions: tuple[str, ...] = ()
    unsure: bool = False
    order: str = "newest"
    mode: str = "keywords"
    other: Period | None = None
    entity: str = ""
    names: str = KINDS[0]
    story: str = ""
    count: str = MENTIONS
    coordinated: str = ""

    @property
    def by_story(self) -> bool:
        """Whether numbers count stories, and not mentions."""
        return self.count == STORIES

    def filters(self, choices: Choices) -> Filters:
        """The same for queries."""
        return Filters(
            self.period or choices.default_period(),
            keywords=self.keywords,
            platforms=self.platforms,
            sources=self.sources,
            sentiments=self.sentiments,
            text=self.text,
            accounts=self.accounts,
            without=(*self.without, *(choices.coordinated if self.coordinated else ())),
            entity=self.entity,
            topic=self.topic,
            emotions=self.emotions,
            unsure=self.unsure,
            story=self.story,
        )

    def narrowed(self) -> bool:
        """Whether anything but the period is filtered."""
        return any(getattr(self, name) for name in WIDE)


NARROWING = (
    "keywords", "platforms", "sources", "sentiments", "emotions", "unsure", "text", "accounts", "without", "topic",
    "entity", "story", "coordinated",
)  # fmt: skip
WIDE: Mapping[str, Any] = {name: getattr(View(), name) for name in NARROWING}
"""What a view has where nothing but the period is filtered."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An address understood: the view, and the parameters of which something was dropped."""

    view: View
    dropped: tuple[str, ...] = field(default=())


def read(params: Mapping[str, str], choices: Choices) -> Reading:
    """The view that an address means. Never raises; unknown parameters are left alone."""
    dropped: list[str] = []

    def take(name: str, understand: Callable[[str], Any], default: Any) -> Any:
        if not (text := params.get(name, "")):
            return default
        value = understand(text)
        if value is None:
            dropped.append(name)
            return default
        return value

    def several(name: str, known: Collection[str]) -> tuple[str, ...]:
        given = split(params.get(name, ""))
        kept = tuple(dict.fromkeys(value for value in given if value in known))
        if len(kept) < len(set(given)):
            dropped.append(name)
        return kept

    def one(name: str, known: Collection[str], default: str) -> str:
        return str(take(name, lambda text: text if text in known else None, default))

    view = View(
        period=_period(params, "from", "to", choices, dropped),
        keywords=several("keyword", choices.keywords),
        platforms=several("platform", choices.platforms),
        sources=several("source", choices.sources),
        sentiments=several("sentiment", (*SENTIMENTS, PENDING)),
        text=take("text", lambda text: text if len(text) <= MOST_TEXT else None, ""),
        accounts=_names(params, "account", dropped),
        without=_names(params, "without", dropped),
        topic=one("topic", choices.topics, ""),
        lang=one("lang", choices.languages, ""),
        mention=take("mention", lambda text: text if text.isalnum() and len(text) <= 64 else None, ""),
        emotions=several("emotion", EMOTIONS),
        unsure=one("confidence", (LOW,), "") == LOW,
        order=one("order", ORDERS, "newest"),
        mode=one("compare", MODES, "keywords"),
        other=_period(params, "other_from", "other_to", choices, dropped),
        entity=take("name", lambda text: text if re.fullmatch("[0-9a-f]{16}", text) else None, ""),
        names=one("names", KINDS, KINDS[0]),
        story=take("story", lambda text: text if _STORY.fullmatch(text) else None, ""),
        count=one("count", (MENTIONS, STORIES), MENTIONS),
        coordinated=one("coordinated", (WITHOUT,), ""),
    )
    return Reading(view, tuple(dropped))


def write(view: View) -> dict[str, str]:
    """The shortest parameters that ``read`` turns into ``view`` again."""
    params = {
        **_days(view.period, "from", "to"),
        "keyword": join(view.keywords),
        "platform": join(view.platforms),
        "source": join(view.sources),
        "sentiment": join(view.sentiments),
        "text": view.text,
        "account": join(view.accounts),
        "without": join(view.without),
        "topic": view.topic,
        "lang": view.lang,
        "mention": view.mention,
        "emotion": join(view.emotions),
        "confidence": LOW if view.unsure else "",
        "order": "" if view.order == "newest" else view.order,
        "compare": "" if view.mode == "keywords" else view.mode,
        **_days(view.other, "other_from", "other_to"),
        "name": view.entity,
        "names": "" if view.names == KINDS[0] else view.names,
        "story": view.story,
        "count": "" if view.count == MENTIONS else view.count,
        "coordinated": view.coordinated,
    }
    return {name: value for name, value in params.items() if value}


def join(values: Iterable[str]) -> str:
    """Values separated by commas; a comma inside a value cannot separate."""
    return ",".join(value.replace("%", "%25").replace(",", "%2C") for value in values)


def split(text: str) -> list[str]:
    """What ``join`` joined."""
    return [part.replace("%2C", ",").replace("%25", "%") for part in text.split(",") if part]


def stay_on_page(view: View, page: str) -> View:
    """What of a view another page keeps: an order belongs to the mentions page, an open mention also to topics, a
    chosen name to that page and its own."""
    if page == "mentions":
        return view
    return replace(
        view, order="newest", mention=view.mention if page == "topics" else "",
        entity=view.entity if page == "people" else "",
    )  # fmt: skip


def _names(params: Mapping[str, str], name: str, dropped: list[str]) -> tuple[str, ...]:
    """Names of accounts, which may be any; too long ones, and those beyond many, are dropped."""
    given = list(dict.fromkeys(split(params.get(name, ""))))
    kept = tuple(value for value in given if len(value) <= MOST_TEXT)[:MOST_ACCOUNTS]
    if len(kept) < len(given):
        dropped.append(name)
    return kept


def _days(period: Period | None, first: str, last: str) -> dict[str, str]:
    return {first: period.first.isoformat(), last: period.last.isoformat()} if period else {}


def _period(params: Mapping[str, str], first: str, last: str, choices: Choices, dropped: list[str]) -> Period | None:
    """Both days, or one of them with the other left to today or to the same day; ``None`` where neither is given."""
    given = {name: params[name] for name in (first, last) if params.get(name)}
    days = {name: parse_day(text) for name, text in given.items()}
    dropped += [name for name, value in days.items() if value is None]
    start, end = days.get(first), days.get(last)
    if start is None and end is None:
        return None
    if start is None:
        start = end - timedelta(days=DEFAULT_DAYS - 1)
    if end is None:
        end = max(start, choices.today)
    if end < start or end - start > LONGEST:
        dropped += [name for name in (first, last) if name in given]
        return None
    return Period(start, end, choices.zone)
