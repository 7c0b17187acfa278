"""Topics of mentions: assigned, counted, filtered by, moved and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.domain.mention import Mention, content_hash
from pasip_core.domain.topic import MERGED, Term, Topic, TopicRun
from pasip_core.stores.ports import Assigned, Stores
from tests.builders import NOW, make_mention
from tests.contracts.filling import everything_kept, fill
from tests.contracts.helpers import TODAY, WEEK, everything, ids, page_through, roll_up

FULL = Topic(
    "t1", "banjir, bekasi", ("banjir", "bekasi"), (0.5, 0.25), (Term("banjir", 0.8), Term("a.b $c", 0.6)), NOW, NOW,
    MERGED, "t2", 9, {"positive": 1, "pending": 8}, 61.5, NOW, NOW + timedelta(hours=1), ("0" * 24, "1" * 24),
)  # fmt: skip


def some(count: int = 6) -> list[Mention]:
    """Mentions of several days."""
    return [
        make_mention(f"kabar {n}", author=f"a{n}", published_at=NOW - timedelta(days=n // 2), keywords=("k",))
        for n in range(count)
    ]


def assign(stores: Stores, mentions: list[Mention], topic: str) -> int:
    return stores.mentions.assign_topics([Assigned(m.id, m.content_hash, topic) for m in mentions])


def by_topic(stores: Stores, **changes: object) -> dict[object, int]:
    totals = stores.mentions.tally(everything(period=WEEK, **changes), ("topic",))
    return {total.by["topic"]: total.volume for total in totals}


@pytest.mark.parametrize(("collection", "record"), [
    ("topics", FULL),
    ("topics", Topic("t3", "a", ("a",), (1.0,), (), NOW, NOW)),
    ("topic_runs", TopicRun("last", NOW, "2026-11-01", "2026-11-23")),
    ("topic_runs", TopicRun("last", NOW, "2026-11-01", "2026-11-23", NOW, "ab", 9, 8, 7, {"new": 3},
                            (Term("a b", 2.0),), '{"a.b": 1}')),
])  # fmt: skip
def test_a_topic_and_a_run_come_back_as_they_were_saved(stores: Stores, collection: str, record: object) -> None:
    records = getattr(stores, collection)
    records.save(record)
    assert records.get(record.id) == record
    assert records.list() == [record]


@pytest.mark.parametrize("rolled_up", [True, False])
def test_mentions_are_counted_and_found_by_topic(stores: Stores, rolled_up: bool) -> None:
    mentions = some()
    stores.mentions.upsert(mentions)
    if rolled_up:
        roll_up(stores)
    assert by_topic(stores) == {"": 6}
    assert assign(stores, mentions[:3], "t1") == 3
    assert assign(stores, mentions[3:5], "t2") == 2
    assert by_topic(stores) == {"t1": 3, "t2": 2, "": 1}
    assert by_topic(stores, topic="t1") == {"t1": 3}
    assert by_topic(stores, keywords=("k",)) == by_topic(stores)
    for order in ("newest", "oldest", "engagement"):
        assert set(ids(page_through(stores, everything(topic="t2"), order))) == set(ids(mentions[3:5]))
    assert stores.mentions.count(everything(topic="t1", text="kabar")).value == 3
    assert stores.mentions.count(everything(topic="t1", keywords=("k",), text='"kabar 1"')).value == 1
    split = stores.mentions.tally(everything(period=WEEK, topic="t1"), ("day", "topic", "sentiment"))
    assert {(t.by["day"], t.by["sentiment"]): t.volume for t in split} == {
        (TODAY, "pending"): 2,
        (TODAY - timedelta(days=1), "pending"): 1,
    }


def test_assigning_again_changes_nothing_and_moves_no_version(stores: Stores) -> None:
    mentions = some()
    stores.mentions.upsert(mentions)
    roll_up(stores)
    versions = [stores.metrics.versions(WEEK)]
    assert assign(stores, mentions, "t1") == 6
    versions.append(stores.metrics.versions(WEEK))
    assert assign(stores, mentions, "t1") == 0
    versions.append(stores.metrics.versions(WEEK))
    assert versions[0] != versions[1] == versions[2]
    assert stores.mentions.touched_days(9) == [], "no number has changed"
    assert assign(stores, mentions[:1], "") == 1
    assert by_topic(stores) == {"t1": 5, "": 1}


def test_another_text_has_no_topic_and_a_late_assignment_is_not_taken(stores: Stores) -> None:
    (mention, other) = some(2)
    stores.mentions.upsert([mention, other])
    assign(stores, [mention, other], "t1")
    digest = content_hash("", "lain sama sekali")
    edited = replace(mention, content="lain sama sekali", content_hash=digest, cluster_id=digest)
    stores.mentions.upsert([edited])
    assert by_topic(stores) == {"t1": 1, "": 1}
    assert assign(stores, [mention], "t1") == 0
    assert stores.mentions.assign_topics([Assigned("f" * 24, digest, "t1")]) == 0


def test_what_is_excluded_and_removed_leaves_no_topic_behind(stores: Stores) -> None:
    mentions = some()
    stores.mentions.upsert(mentions)
    assign(stores, mentions, "t1")
    roll_up(stores)
    stores.mentions.exclude(ids(mentions[:2]))
    assert by_topic(stores) == {"t1": 4}
    roll_up(stores)
    assert by_topic(stores) == {"t1": 4}
    assert assign(stores, mentions[:2], "t2") == 0
    assert stores.mentions.remove_excluded(9) == 2
    stores.mentions.upsert(mentions[:2])
    assert by_topic(stores) == {"t1": 4, "": 2}


def test_a_topic_goes_into_another_with_all_its_mentions(stores: Stores) -> None:
    mentions = some()
    mentions[0] = replace(mentions[0], id="0" * 24)  # the least id there can be
    stores.mentions.upsert(mentions)
    roll_up(stores)
    assign(stores, mentions[:4], "t1")
    assign(stores, mentions[4:], "t2")
    assert stores.mentions.merge_topics("t1", "t2") == 4
    assert stores.mentions.merge_topics("t1", "t2") == 0
    assert stores.mentions.merge_topics("t2", "t2") == 0
    assert by_topic(stores) == {"t2": 6}


def test_topics_move_with_their_mentions(stores: Stores, other_stores: Stores) -> None:
    fill(stores, 40)
    chosen = [one.mention for one in everything_kept(stores) if not one.excluded][:15]
    assign(stores, chosen, "other")
    kept = list(everything_kept(stores))
    assert sum(one.topic == "other" for one in kept) == 15
    other_stores.mentions.keep(kept)
    assert list(everything_kept(other_stores)) == kept
    assert by_topic(other_stores) == by_topic(stores)
    other_stores.mentions.keep([replace(one, topic="") for one in kept])
    assert set(by_topic(other_stores)) == {""}
