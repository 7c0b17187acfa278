"""Topics: found among made-up texts, known again from run to run, and the same whatever interrupts a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import CONTINUED, DIED, LAST_RUN, MERGED, NEW, Topic
from pasip_core.errors import StoreBusy
from pasip_core.nlp.topic_words import topic_words
from pasip_core.nlp.topics import FEWEST, Finder, frequent_terms, learn
from pasip_core.pipeline.topics import LEASE, find_topics
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.filling import everything_kept
from tests.contracts.helpers import TODAY
from tests.topic_texts import ALL, theme_mentions, theme_of

MONTH = Period(TODAY - timedelta(days=29), TODAY)
LATER = NOW + timedelta(hours=6)


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def run(stores: Stores, period: Period = MONTH, now: Any = NOW, owner: str = "test") -> Any:
    return find_topics(stores, period, owner=owner, clock=lambda: now, wait=0)


def assignment(stores: Stores) -> dict[str, str]:
    return {one.mention.id: one.topic for one in everything_kept(stores)}


def by_theme(stores: Stores) -> dict[str, Topic]:
    """The living topic of each theme; every topic must be of one theme alone."""
    themes: dict[str, Counter[str]] = {}
    for one in everything_kept(stores):
        if one.topic:
            themes.setdefault(one.topic, Counter())[theme_of(one.mention.content)] += 1
    found = {}
    for id, told in themes.items():
        (theme, count), *_ = told.most_common()
        assert count == told.total(), "no topic mixes what has nothing in common"
        assert theme not in found, "no theme is two topics"
        topic = stores.topics.get(id)
        assert topic is not None
        found[theme] = topic
    return found


def test_words_leave_out_what_tells_nothing() -> None:
    text = "RT @warga: Banjirnya di Bekasi sudah sampai 2 meter!! #BanjirBekasi https://t.co/x @pemkot yg jalan-jalan"
    assert topic_words(text) == ("banjir", "bekasi", "meter", "banjirbekasi", "jalan")
    assert topic_words("yang dan di 2026 https://x.example :) 🔥") == ()


def test_themes_are_found_named_and_told_apart(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(120))
    done = run(stores)
    assert done.finished_at == NOW
    assert done.journal == ""
    assert (done.mentions, done.texts) == (120, 120)
    assert done.counts == {NEW: 4}
    found = by_theme(stores)
    assert set(found) == set(ALL)
    for theme, topic in found.items():
        assert {theme_of(word) for term in topic.keywords[:3] for word in term.split()} == {theme}
        assert topic.topic == ", ".join(topic.keywords[:3])
        assert list(topic.weights) == sorted(topic.weights, reverse=True)
        shown = [stores.mentions.get(id) for id in topic.related_data_ids]
        assert {theme_of(mention.content) for mention in shown if mention} == {theme}
        assert topic.mentions_count == sum(one == topic.id for one in assignment(stores).values())
        assert topic.sentiment_distribution == {"pending": topic.mentions_count}


def test_copies_make_a_topic_no_heavier(stores: Stores) -> None:
    mentions = theme_mentions(120)
    copies = [replace(mentions[0], id=f"{n:024x}", author=f"salinan-{n}") for n in range(500)]
    stores.mentions.upsert([*mentions, *copies])
    done = run(stores)
    assert (done.mentions, done.texts) == (620, 120)
    found = by_theme(stores)
    assert set(found) == set(ALL)
    assert found["banjir"].mentions_count >= 500, "all are assigned, though"
    assert len(set(found["banjir"].related_data_ids) & {m.id for m in copies}) <= 1


def test_a_handful_of_texts_gives_frequent_terms_and_nothing_gives_nothing(stores: Stores) -> None:
    assert run(stores).frequent == ()
    stores.mentions.upsert(theme_mentions(FEWEST - 1, ["banjir"]))
    done = run(stores)
    assert done.finished_at is not None
    assert {"banjir", "bekasi"} <= {term.word for term in done.frequent}
    assert stores.topics.list() == []
    assert frequent_terms([("a", "b"), ("a", "c")])[0] == ("a", 2.0)


def test_texts_that_have_nothing_in_common_make_no_topic(stores: Stores) -> None:
    stores.mentions.upsert([make_mention(f"kata{n} lain{n} beda{n}", author=f"a{n}") for n in range(40)])
    done = run(stores)
    assert done.assigned == 0
    assert stores.topics.list() == []


def test_a_topic_goes_on_under_its_name_and_another_is_born(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(90, ALL[:3]))
    run(stores)
    before = by_theme(stores)
    stores.mentions.upsert(theme_mentions(120, seed=4))
    done = run(stores, now=LATER)
    after = by_theme(stores)
    assert done.counts == {CONTINUED: 3, NEW: 1}
    assert {theme: after[theme].id for theme in before} == {theme: topic.id for theme, topic in before.items()}
    assert {theme: after[theme].topic for theme in before} == {theme: topic.topic for theme, topic in before.items()}
    assert after["listrik"].state == NEW
    assert after["banjir"].state == CONTINUED
    assert (after["banjir"].born_at, after["banjir"].seen_at) == (NOW, LATER)


def test_a_topic_nobody_speaks_of_dies_and_comes_back_as_itself(stores: Stores) -> None:
    old = NOW - timedelta(days=40)
    stores.mentions.upsert(theme_mentions(120, last=old))
    run(stores, Period(TODAY - timedelta(days=60), TODAY - timedelta(days=35)))
    before = by_theme(stores)
    stores.mentions.upsert(theme_mentions(90, ALL[:3], seed=4))
    done = run(stores, now=LATER)
    assert done.counts == {CONTINUED: 3, DIED: 1}
    assert stores.topics.get(before["listrik"].id).state == DIED
    stores.mentions.upsert(theme_mentions(60, ["listrik"], seed=5))
    run(stores, now=LATER + timedelta(hours=6))
    assert stores.topics.get(before["listrik"].id).state == CONTINUED


def test_a_run_over_old_days_ends_nothing_that_is_spoken_of_since(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(120))
    run(stores)
    stores.mentions.upsert(theme_mentions(60, ALL[:2], seed=5, last=NOW - timedelta(days=60)))
    run(stores, Period(TODAY - timedelta(days=90), TODAY - timedelta(days=50)), LATER)
    assert {topic.state for topic in stores.topics.list()} == {NEW, CONTINUED}


def test_two_topics_that_have_become_one_are_merged_into_the_older(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(120))
    run(stores)
    banjir = by_theme(stores)["banjir"]
    twin = replace(banjir, id="twin", born_at=LATER, topic="banjir, lagi")
    stores.topics.save(twin)
    stores.mentions.upsert(theme_mentions(40, seed=8))
    moved = next(id for id, topic in assignment(stores).items() if topic == banjir.id)
    mention = stores.mentions.get(moved)
    from pasip_core.stores.ports import Assigned

    stores.mentions.assign_topics([Assigned(moved, mention.content_hash, "twin")])
    done = run(stores, now=LATER)
    assert done.counts[MERGED] == 1
    ended = stores.topics.get("twin")
    assert (ended.state, ended.merged_into) == (MERGED, banjir.id)
    assert assignment(stores)[moved] == banjir.id
    assert "twin" not in assignment(stores).values()
    assert by_theme(stores)["banjir"].id == banjir.id


def test_the_same_mentions_are_not_learnt_from_again_but_counted(stores: Stores) -> None:
    mentions = theme_mentions(80)
    stores.mentions.upsert(mentions)
    first = run(stores)
    topics, places = stores.topics.list(), assignment(stores)
    stores.mentions.correct(mentions[0].id, "negative", at=NOW)
    assert run(stores, now=LATER) == first
    assert assignment(stores) == places
    assert [t.middle for t in stores.topics.list()] == [t.middle for t in topics]
    assert sum(t.sentiment_distribution.get("negative", 0) for t in stores.topics.list()) == 1


def test_learning_is_the_same_in_any_order_of_processes() -> None:
    texts = [topic_words(m.content) for m in theme_mentions(100)]
    one, other = learn(texts, []), learn(texts, [])
    assert one == other
    again = learn(texts, [group.middle for group in one.groups])
    assert [group.known for group in again.groups] == list(range(len(one.groups)))
    finder = Finder(one.space, [group.middle for group in one.groups])
    places = [place for place, _ in finder.find(texts)]
    assert len({(theme_of(" ".join(words)), place) for words, place in zip(texts, places, strict=True)}) == 4


class Killed(Exception):
    """The process is gone."""


class Dying:
    """A store whose process dies at its ``deadline``-th change; reading never kills."""

    CHANGES = ("save", "assign_topics", "merge_topics", "acquire", "renew", "release")

    def __init__(self, inner: Any, clock: list[int]) -> None:
        self._inner, self._clock = inner, clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name in ("mentions", "topics", "topic_runs", "leases"):
            return Dying(found, self._clock)
        return self._changing(found) if name in self.CHANGES else found

    def _changing(self, change: Any) -> Any:
        def dies(*given: Any, **named: Any) -> Any:
            self._clock[0] -= 1
            if self._clock[0] < 0:
                raise Killed
            return change(*given, **named)

        return dies


def two_runs(folder: Any, settings: Settings, kill_at: int | None) -> tuple[Any, bool]:
    """Topics and places after a first run and a second, killed and repeated one."""
    stores = connect(settings.model_copy(update={"data_dir": folder}))
    stores.mentions.upsert(theme_mentions(80, ALL[:3]))
    run(stores)
    twin = replace(by_theme(stores)["bola"], id="twin", born_at=LATER)
    stores.topics.save(twin)
    stores.mentions.upsert(theme_mentions(80, ALL[1:], seed=6))
    died = False
    if kill_at is not None:
        try:
            run(Dying(stores, [kill_at]), now=LATER, owner="killed")  # type: ignore[arg-type]
        except Killed:
            died = True
        fence = stores.leases.acquire(LEASE, "killed", 1)
        if fence:
            stores.leases.release(fence)
    with stores_without_lease(stores):
        done = run(stores, now=LATER)
    left = (sorted(stores.topics.list(), key=lambda t: t.id), assignment(stores), replace(done, started_at=NOW))
    stores.close()
    return left, died


class stores_without_lease:  # noqa: N801
    """A dead process holds its lease for minutes: here its time has passed."""

    def __init__(self, stores: Any) -> None:
        self._database = stores._database

    def __enter__(self) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE leases SET until = 0")

    def __exit__(self, *_: object) -> None:
        pass


def test_killed_at_any_change_and_run_again_it_comes_to_the_same(settings: Settings, tmp_path: Any) -> None:
    expected, _ = two_runs(tmp_path / "whole", settings, None)
    ends: list[int] = []
    for kill_at in range(60):
        left, died = two_runs(tmp_path / f"killed-{kill_at}", settings, kill_at)
        assert left == expected, f"killed at change {kill_at}"
        if not died:
            break
        ends.append(kill_at)
    assert len(ends) > 8


def test_one_process_at_a_time(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(40))
    fence = stores.leases.acquire(LEASE, "other", 60)
    with pytest.raises(StoreBusy, match="another process"):
        run(stores)
    stores.leases.release(fence)
    assert run(stores).assigned


def test_a_text_of_somebody_erased_leaves_no_example(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(80))
    run(stores)
    topic = by_theme(stores)["bola"]
    assert stores.topic_runs.get(LAST_RUN) is not None
    assert stores.mentions.count(Filters(MONTH, topic=topic.id)).value == topic.mentions_count


def test_progress_is_told(stores: Stores) -> None:
    stores.mentions.upsert(theme_mentions(60))
    notes: list[str] = []
    find_topics(stores, MONTH, owner="t", clock=lambda: NOW, progress=lambda done, total, note: notes.append(note))
    assert notes[-1] == "assigning"
    assert "finding topics" in notes
