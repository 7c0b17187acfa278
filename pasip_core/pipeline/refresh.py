"""Engagement grows after a mention was collected: it is asked for again when the mention has reached certain ages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from loguru import logger

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention, RawMention
from pasip_core.domain.period import Period
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import SourceCursor
from pasip_core.errors import SourceError, SourcePaidOut, SourceQuota
from pasip_core.settings import Settings, current_settings
from pasip_core.sources.base import Refreshing
from pasip_core.stores.ports import Stores

from .collect import take_all
from .intake import Intake
from .progress import Clock, Progress, silent, utc_now

AGES: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "3d": timedelta(days=3),
}
TOO_OLD = timedelta(days=7)
"""Nobody reacts any more: what reaches this age between two runs is left as it is."""
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many mentions were asked for, how many of them the source still had, how many had other numbers."""

    asked: int = 0
    found: int = 0
    updated: int = 0


def refresh(
    source: Refreshing,
    *,
    stores: Stores,
    settings: Settings | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
    limit: int | None = None,
) -> Refreshed:
    """Ask ``source`` again for its mentions that have reached one of ``AGES`` since they were asked for last.

    What was collected at that age already, or has reached the next one meanwhile, is not asked for. Only engagement
    and followers are taken over, never a text: no analysis is opened again. The cursor ``refresh-<source>`` holds for
    each age up to which moment of publication mentions were asked for, and moves after they are written. ``limit``
    is what the source allows where none is given. Raises a ``SourceError``; what came before it is kept.
    """
    now, limit = clock(), source.most_lookups if limit is None else limit
    name = f"refresh-{source.name}"
    cursor = stores.cursors.get(name)
    reached = dict(cursor.position) if cursor else {}
    asking = _Asking(source, stores, Intake(stores, Matcher(stores.keywords.list()), settings or current_settings()))
    for (age, young), (_, old) in pairwise((*AGES.items(), ("", TOO_OLD))):
        since, until = max(_moment(reached.get(age), now), now - old), now - young
        due = _due(source, stores, since, until, young)
        while chunk := list(islice(due, min(CHUNK, limit - asking.done.asked))):
            for last in asking.ask(chunk, now):
                progress(asking.done.asked, None, source.label)
                reached[age] = last.published_at.isoformat()
                stores.cursors.save(SourceCursor(name, reached))
        if asking.done.asked >= limit:
            break
        reached[age] = max(since, until).isoformat()
        stores.cursors.save(SourceCursor(name, reached))
    return asking.done


def refresh_all(
    sources: Iterable[Refreshing],
    *,
    stores: Stores,
    settings: Settings | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> int:
    """``refresh`` each source; how many mentions have other numbers now.

    A source that breaks stops no other: the first error is raised in the end. That a quota or a cap allows no more
    for now is no error here.
    """
    updated, errors = 0, []
    for source in sources:
        log = logger.bind(scraping=True, source=source.name)
        try:
            done = refresh(source, stores=stores, settings=settings, clock=clock, progress=progress)
        except (SourceQuota, SourcePaidOut) as error:
            log.info("{}: no further refreshing for now: {}", source.name, error)
        except SourceError as error:
            log.warning("{}: {} ({})", source.name, error, error.kind)
            errors.append(error)
        else:
            updated += done.updated
            log.info("{}: {} asked for again, {} changed", source.name, done.asked, done.updated)
    if errors:
        raise errors[0]
    return updated


def _due(source: Refreshing, stores: Stores, since: datetime, until: datetime, young: timedelta) -> Iterator[Mention]:
    """Mentions that the source knows by id, published from ``since`` to before ``until``, oldest first.

    What a platform itself told stands under its name, whichever of its sources told it; what was imported does not.
    """
    if since >= until:
        return
    days = Period(since.date(), until.date(), ZoneInfo("UTC"))
    filters, after = Filters(days, platforms=(source.platform,), sources=(source.platform,)), None
    while True:
        page = stores.mentions.page(filters, after=after, limit=CHUNK, order="oldest")
        for mention in page.mentions:
            if mention.published_at >= until:
                return
            read_since = mention.scraped_at >= mention.published_at + young
            if mention.published_at >= since and not read_since and source.native_id(mention):
                yield mention
        if (after := page.next) is None:
            return


@dataclass
class _Asking:
    """Asks for mentions again and takes over what has changed."""

    source: Refreshing
    stores: Stores
    intake: Intake
    done: Refreshed = Refreshed()

    def ask(self, chunk: Sequence[Mention], now: datetime) -> Iterator[Mention]:
        """The last mention that is done with, as often as one is."""
        known = {self.source.native_id(mention): mention for mention in chunk}
        hashes = {mention.id: mention.content_hash for mention in chunk}
        before = 0
        for batch in self.source.lookup(list(known)):
            told = [_as_told(known[raw.native_id], raw) for raw in batch.mentions if raw.native_id in known]
            taken = take_all(told, self.intake, now).mentions
            # What was cleaned once may look different when it is cleaned again; it is the same text all the same.
            same = [replace(mention, content_hash=hashes[mention.id]) for mention in taken]
            updated = self.stores.mentions.upsert(same).updated
            covered = int(batch.cursor["asked"])
            self.done = Refreshed(
                self.done.asked + covered - before, self.done.found + len(same), self.done.updated + updated
            )
            before = covered
            yield list(known.values())[covered - 1]


def _as_told(stored: Mention, raw: RawMention) -> RawMention:
    """The stored mention as if it had been collected anew, with the numbers of now."""
    return RawMention(
        source=stored.source,
        platform=stored.platform,
        content=stored.content,
        published_at=stored.published_at,
        url=stored.url,
        title=stored.title,
        author=stored.author,
        author_followers=raw.author_followers,
        engagement=raw.engagement,
        language=stored.language,
        raw_data=stored.raw_data,
        known_id=stored.id,
    )


def _moment(value: object, now: datetime) -> datetime:
    """A moment of the cursor; one that is still to come, set by a clock that was ahead, counts as never reached."""
    never = datetime.min.replace(tzinfo=UTC)
    moment = datetime.fromisoformat(value) if isinstance(value, str) else never
    return moment if moment <= now else never
