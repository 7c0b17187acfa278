"""Whatever happens in whatever order, interrupted wherever it may be, the store and the plain model agree."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.influence import ORDERS, Account, measure
from pasip_core.domain.mention import Engagement, Mention, content_hash
from pasip_core.domain.metrics import Total
from pasip_core.domain.names import Alias, Merged, NamedEntity, NamesRead
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.stories import Fingerprint
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Assigned, Fence, Matched
from pasip_core.stores.sqlite import selecting
from tests.builders import make_mention
from tests.contracts.conftest import BACKENDS, REACHABLE, drop
from tests.contracts.helpers import JAKARTA, everything, ids, page_through, roll_up, understand
from tests.contracts.model import KNOWN_IDS, NAMES, Model, Sums

MIDNIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)
"""The 23rd begins in Jakarta; in Makassar an hour before, in Jayapura two."""
ZONES = [ZoneInfo(name) for name in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")]
LATER = MIDNIGHT + timedelta(days=3)
DAYS = [day_of(MIDNIGHT, JAKARTA) + timedelta(days=n) for n in (-1, 0)]
TIMES = [
    MIDNIGHT + timedelta(milliseconds=n)
    for n in (-7_200_001, -7_200_000, -3_600_001, -3_600_000, -1000, -1, 0, 1, 1000, 3_600_000, 40_000_000, 40_000_001)
]
WORDS = ["harga", "beras", "naik", "Turun"]
KEYWORDS = ["anies", "jokowi", "prabowo"]
PLATFORMS = [("news", "detik"), ("news", "kompas"), ("twitter", "twitter")]

numbers = st.integers(0, 11)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
keyword_sets = st.lists(st.sampled_from(KEYWORDS), unique=True, max_size=3).map(lambda k: tuple(sorted(k)))
tones = st.sampled_from(["positive", "neutral", "negative"])
topics = st.sampled_from(["", "t1", "t2"])
likes = st.none() | st.integers(0, 5)


def draft(number: int, text: str, keywords: tuple[str, ...], shown: int | None) -> Mention:
    """Mention ``number`` with this text: place, time and author follow from the number."""
    platform, source = PLATFORMS[number % len(PLATFORMS)]
    digest = content_hash("", text)
    return make_mention(
        text, id=f"{number:024x}", platform=platform, source=source, author=f"a{number % 2}", keywords=keywords,
        published_at=TIMES[number % len(TIMES)], engagement=Engagement(likes=shown), rules_revision="r0",
        content_hash=digest, cluster_id=digest,
    )  # fmt: skip


class StoreAgreesWithModel(RuleBasedStateMachine):
    """One store of each backend, driven at random."""

    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="pasip-model-")
        self.settings = BACKENDS[self.backend][0](Path(self.folder.name))
        self.tokens = count()

    @initialize(zone=st.sampled_from(ZONES), few=st.sampled_from([0, selecting.FEW]))
    def open(self, zone: ZoneInfo, few: int) -> None:
        self.few = patch.object(selecting, "FEW", few)  # nobody said much here: SQLite would always go by accounts
        self.few.start()
        self.model = Model(zone)
        self.both = Period(DAYS[0], DAYS[1], zone)
        self.stores = connect(self.settings.model_copy(update={"timezone": zone.key}))

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            self.stores.close()
            self.few.stop()
        drop(self.settings)
        self.folder.cleanup()

    @rule(
        drafts=st.lists(
            st.tuples(numbers, texts, keyword_sets, likes), min_size=1, max_size=6, unique_by=lambda d: d[0]
        )
    )
    def upsert(self, drafts: Sequence[tuple[int, str, tuple[str, ...], int | None]]) -> None:
        mentions = [draft(*given) for given in drafts]
        counts = self.stores.mentions.upsert(mentions)
        became = [self.model.upsert(mention) for mention in mentions]
        assert (counts.inserted, counts.updated, counts.unchanged) == tuple(
            became.count(name) for name in ("inserted", "updated", "unchanged")
        )

    @rule(number=numbers, tone=tones, stances=st.dictionaries(st.sampled_from(KEYWORDS), tones),
          version=st.integers(1, 3), late=st.booleans(), anew=st.booleans(),
          felt=st.sampled_from([None, "anger", "happy"]), sure=st.sampled_from([0.4, 0.5, 1.0]),
          had=st.none() | keyword_sets)  # fmt: skip
    def understand(
        self, number: int, tone: str, stances: dict[str, str], version: int, late: bool, anew: bool,
        felt: str | None, sure: float, had: tuple[str, ...] | None,
    ) -> None:  # fmt: skip
        mention = self.model.mentions.get(f"{number:024x}", draft(number, "x", (), None))
        said = {"model_version": f"m{version}", "emotion": felt, "confidence": sure}
        one = understand(mention, tone, stances=stances, had=had, **said)
        one = replace(one, content_hash="0" * 32) if late else one
        assert self.stores.mentions.save_analyses([one], anew=anew) == int(self.model.understand(one, anew))

    @rule(number=numbers, keywords=keyword_sets, stances=st.dictionaries(st.sampled_from(KEYWORDS), tones),
          late=st.booleans(), had=st.none() | keyword_sets,
          said_by=st.sampled_from([None, "m1", CORRECTION]))  # fmt: skip
    def match(
        self, number: int, keywords: tuple[str, ...], stances: dict[str, str], late: bool,
        had: tuple[str, ...] | None, said_by: str | None,
    ) -> None:  # fmt: skip
        mention = self.model.mentions.get(f"{number:024x}", draft(number, "x", (), None))
        text = "0" * 32 if late else mention.content_hash
        matched = Matched(mention.id, text, keywords, "r1", stances, had, said_by)
        assert self.stores.mentions.save_matches([matched]) == int(self.model.match(matched))

    @rule(number=numbers, topic=topics, late=st.booleans())
    def assign(self, number: int, topic: str, late: bool) -> None:
        mention = self.model.mentions.get(f"{number:024x}", draft(number, "x", (), None))
        one = Assigned(mention.id, "0" * 32 if late else mention.content_hash, topic)
        assert self.stores.mentions.assign_topics([one]) == int(self.model.assign(one))

    @rule(topic=topics.filter(bool), into=topics.filter(bool))
    def merge(self, topic: str, into: str) -> None:
        assert self.stores.mentions.merge_topics(topic, into) == self.model.merge(topic, into)

    @rule(number=numbers, names=st.sets(st.sampled_from(NAMES), max_size=3), late=st.booleans())
    def name(self, number: int, names: set[NamedEntity], late: bool) -> None:
        mention = self.model.mentions.get(f"{number:024x}", draft(number, "x", (), None))
        read = NamesRead(mention.id, "0" * 32 if late else mention.content_hash, tuple(names), "r")
        assert self.stores.mentions.save_names([read]) == int(self.model.name(read))

    @rule(said=st.dictionaries(st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES), max_size=3))
    def merge_names(self, said: dict[NamedEntity, NamedEntity | None]) -> None:
        for old in self.stores.aliases.list():
            self.stores.aliases.delete(old.id)
        aliases = [
            Alias(one.id, one.kind, one.name, *((main.id, main.kind, main.name) if main else ("", "", "")), LATER)
            for one, main in said.items()
            if one != main
        ]
        for alias in aliases:
            self.stores.aliases.save(alias)
        self.model.merged = Merged(aliases)

    def _stories(self) -> list[str]:
        return sorted({mention.cluster_id for mention in self.model.mentions.values()})

    @precondition(lambda self: len(self._stories()) > 1)
    @rule(data=st.data())
    def save_stories(self, data: st.DataObject) -> None:
        known = self._stories()
        into = data.draw(st.sampled_from(known))
        joined = dict.fromkeys(data.draw(st.sets(st.sampled_from([s for s in known if s != into]), max_size=2)), into)
        assert self.stores.stories.save_stories(joined) == self.model.save_stories(joined)
        began = {
            story: min(m.published_at for m in self.model.alive() if m.cluster_id == story)
            for story in self._stories()
            if any(m.cluster_id == story for m in self.model.alive())
        }
        found = self.stores.stories.begins(known)
        assert {story: moment for story, (moment, _) in found.items()} == began

    @rule(number=numbers, late=st.booleans())
    def look(self, number: int, late: bool) -> None:
        mention = self.model.mentions.get(f"{number:024x}", draft(number, "x", (), None))
        mention = replace(mention, content_hash="0" * 32) if late else mention
        looked = Fingerprint(mention.id, mention.content_hash, 9, b"\1\2\3\4", (number, -7))
        self.stores.stories.keep_fingerprints([looked], LATER)
        assert self.stores.stories.mark_looked([looked]) == int(self.model.mark_looked(mention))

    @precondition(lambda self: list(self.model.alive()))
    @rule(data=st.data(), tone=tones)
    def correct(self, data: st.DataObject, tone: str) -> None:
        mention = data.draw(st.sampled_from(sorted(self.model.alive(), key=lambda m: m.id)))
        keyword = data.draw(st.sampled_from([None, *mention.keywords]))
        self.model.correct(mention.id, tone, keyword)
        answer = self.stores.mentions.correct(mention.id, tone, at=LATER, keyword=keyword)
        assert dict(answer.stances) == dict(self.model.mentions[mention.id].stances)

    @rule(number=numbers)
    def exclude(self, number: int) -> None:
        id = f"{number:024x}"
        known = id in self.model.mentions and id not in self.model.excluded
        assert self.stores.mentions.exclude([id]) == int(known)
        self.model.excluded |= {id} if known else set()

    @rule()
    def remove_excluded(self) -> None:
        self.roll_up()
        assert self.stores.mentions.remove_excluded(100) == self.model.remove_excluded()

    @rule()
    def roll_up(self) -> None:
        roll_up(self.stores, LATER)
        assert self.stores.mentions.touched_days(10) == []

    @rule(settled=st.booleans())
    def roll_up_but_die(self, settled: bool) -> None:
        """Killed behind the write of the first day, before or after it was settled; the lease is still held."""
        fence = self._fence()
        for day in self.stores.mentions.touched_days(1):
            touched = self.stores.mentions.touched(day)
            self.stores.metrics.write(self.stores.mentions.numbers(day), fence)
            if settled:
                self.stores.mentions.settle(touched, fence)
        self.stores.leases.release(fence)

    @rule(number=numbers, text=texts, keywords=keyword_sets)
    def change_during_rollup(self, number: int, text: str, keywords: tuple[str, ...]) -> None:
        """A mention comes between the look at its day and the settling of it."""
        fence = self._fence()
        seen = [
            (self.stores.mentions.touched(day), self.stores.mentions.numbers(day))
            for day in self.stores.mentions.touched_days(2)
        ]
        self.upsert([(number, text, keywords, 1)])
        for touched, cells in seen:
            self.stores.metrics.write(cells, fence)
            self.stores.mentions.settle(touched, fence)
        self.stores.leases.release(fence)

    def _fence(self) -> Fence:
        fence = self.stores.leases.acquire("rollup", f"test-{next(self.tokens)}", 60)
        assert fence is not None
        return fence

    @rule(
        by=st.lists(st.sampled_from(["day", "platform", "sentiment"]), unique=True),
        keyword=st.sampled_from(["", *KEYWORDS]),
    )
    def series_agree(self, by: list[str], keyword: str) -> None:
        self.roll_up()
        keywords = (keyword,) if keyword else ()
        assert _sums(self.stores.metrics.sums(self.both, by, keywords=keywords), by) == self.model.sums(
            DAYS, by, keywords
        )
        by_hour = ["hour", *[name for name in by if name != "day"]]
        hours = self.stores.metrics.sums(self.both, by_hour, keywords=keywords)  # type: ignore[arg-type]
        assert _sums(hours, by_hour) == self.model.sums(DAYS, by_hour, keywords)

    @rule(by=st.lists(st.sampled_from(["day", "platform", "source", "sentiment"]), unique=True), keywords=keyword_sets)
    def unions_agree(self, by: list[str], keywords: tuple[str, ...]) -> None:
        self.roll_up()
        assert _sums(self.stores.metrics.union(self.both, by, keywords=keywords), by) == self.model.union(
            DAYS, by, keywords
        )

    @rule(data=st.data(), keywords=keyword_sets,
          sentiments=st.lists(tones | st.just("pending"), unique=True, max_size=2),
          emotions=st.lists(st.sampled_from(["anger", "happy", "pending"]), unique=True, max_size=1),
          unsure=st.booleans(), text=st.just("") | texts,
          order=st.sampled_from(["newest", "oldest", "engagement"]))  # fmt: skip
    def pages_agree(
        self, data: st.DataObject, keywords: tuple[str, ...], sentiments: list[str], emotions: list[str], unsure: bool,
        text: str, order: str,
    ) -> None:  # fmt: skip
        filters = everything(
            period=Period(*sorted(data.draw(st.tuples(*[st.sampled_from(DAYS)] * 2))), self.model.zone),
            platforms=data.draw(st.sampled_from([(), ("news",), ("news", "twitter")])),
            sources=data.draw(st.sampled_from([(), ("detik",)])),
            accounts=data.draw(st.sampled_from([(), (), ("a0",), ("a1", "nobody"), ("a0", "a1")])),
            without=data.draw(st.sampled_from([(), (), ("a1",), ("nobody",)])),
            keywords=keywords, sentiments=tuple(sentiments), text=text, topic=data.draw(topics),
            emotions=tuple(emotions), unsure=unsure and data.draw(st.booleans()),
            entity=data.draw(st.sampled_from(["", "", *KNOWN_IDS])),
            story=data.draw(st.sampled_from(["", "", *self._stories()])),
        )  # fmt: skip
        wanted = self.model.found(filters)
        found = page_through(self.stores, filters, order)  # type: ignore[arg-type]
        assert sorted(ids(found)) == sorted(ids(wanted))
        places = [_place(mention, order) for mention in found]
        assert places == sorted(places)
        assert self.stores.mentions.count(filters).value == len(wanted)
        who = data.draw(st.sampled_from(["author", "story"]))
        told = ["day", "platform", "source", who, "sentiment", "topic", "emotion", "model", "confidence"]
        dimensions = [*told, *(["keyword"] if keywords else [])]
        by = data.draw(st.lists(st.sampled_from(dimensions), unique=True))
        stories = data.draw(st.booleans())
        tallied = self.stores.mentions.tally(filters, by, stories=stories)
        assert _sums(tallied, by) == self.model.tally(filters, by, stories=stories)
        ranking = data.draw(st.sampled_from(ORDERS))
        aside = data.draw(st.sampled_from([(), (("news", "a0"),)]))
        accounts = self.stores.mentions.accounts(filters, ranking, aside=aside)
        assert _told(accounts) == _told(self.model.accounts(filters, ranking, aside))
        places = [measure(account, ranking) for account in accounts]
        assert [p for p in places if p is not None] == sorted((p for p in places if p is not None), reverse=True)
        names = self.stores.mentions.tally_names(filters)
        assert len({total.entity.id for total in names}) == len(names)
        assert {t.entity.id: {k: v for k, v in t.by_sentiment.items() if v} for t in names} == self.model.tally_names(
            filters
        )
        if order == "newest":
            assert ids(self.stores.mentions.stream(filters)) == ids(found)

    @invariant()
    def single_mentions_agree(self) -> None:
        for id, mention in self.model.mentions.items():
            stored = self.stores.mentions.get(id)
            if id in self.model.excluded:
                assert stored is None
                continue
            assert stored is not None
            shown = replace(stored, analysis=None), replace(mention, analysis=None)
            assert shown[0] == shown[1]
            assert _said(stored) == _said(mention)

    @invariant()
    def work_to_do_agrees(self) -> None:
        pending = {m.id for m in self.model.alive() if m.analysis is None}
        assert set(ids(self.stores.mentions.unanalysed(100))) == pending
        assert self.stores.mentions.count_unanalysed() == len(pending)
        assert sorted(self.stores.mentions.ids(everything().period)) == sorted(m.id for m in self.model.alive())
        versions = [m.analysis.model_version for m in self.model.alive() if m.analysis]
        assert self.stores.mentions.read_by() == dict(Counter(versions))
        others = {
            m.id for m in self.model.alive() if m.analysis and m.analysis.model_version not in {"m1", "correction"}
        }
        assert set(ids(self.stores.mentions.read_by_others("m1", 100))) == others
        assert len(self.stores.mentions.read_by_others("m1", 1)) == min(len(others), 1)
        unread = {m.id for m in self.model.alive() if m.id not in self.model.names}
        assert set(ids(self.stores.mentions.unnamed("r", 100))) == unread
        assert self.stores.mentions.count_unnamed("r") == len(unread)
        named = {m.id: set(names) for m in self.model.alive() if (names := self.model.names.get(m.id))}
        found = self.stores.mentions.names_of([f"{number:024x}" for number in range(1, 20)])
        assert {id: set(names) for id, names in found.items()} == {
            id: names for id, names in named.items() if id in {f"{number:024x}" for number in range(1, 20)}
        }
        unlooked = self.model.unlooked()
        assert sorted(ids(self.stores.stories.unlooked(100))) == sorted(ids(unlooked))
        assert self.stores.stories.count_unlooked() == len(unlooked)
        told = {m.cluster_id for m in self.model.alive() if (m.id, m.content_hash) in self.model.looked}
        assert {one.story for one in self.stores.stories.alike([-7], TIMES[0], LATER)} == told
        outdated = {m.id for m in self.model.alive() if m.rules_revision != "r1"}
        assert set(ids(self.stores.mentions.outdated("r1", 100))) == outdated
        assert self.stores.mentions.count_outdated("r1") == len(outdated)


def _said(mention: Mention) -> tuple[str, str] | None:
    return (mention.analysis.sentiment, mention.analysis.model_version) if mention.analysis else None


def _told(accounts: list[Account]) -> list[object]:
    """What stands in them, in no order; scores are kept as short numbers."""
    rounded = (replace(a, polarity=None if a.polarity is None else round(a.polarity, 5) + 0.0) for a in accounts)
    return sorted(rounded, key=lambda a: (a.platform, a.author))


def _place(mention: Mention, order: str) -> tuple[float, ...]:
    moment = mention.published_at.timestamp()
    if order == "engagement":
        total = mention.engagement.total
        return (1.0 if total is None else -float(total), -moment)
    return (moment,) if order == "oldest" else (-moment,)


def _sums(totals: list[Total], by: Sequence[str]) -> Sums:
    found = {tuple(t.by[name] for name in by): (t.volume, t.count, t.engagement_total) for t in totals}
    assert len(found) == len(totals), "each place comes once"
    return found


@pytest.mark.parametrize("backend", REACHABLE)
def test_any_history_leaves_the_same_as_the_model(backend: str) -> None:
    machine = type("Machine", (StoreAgreesWithModel,), {"backend": backend})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
