"""Small collections: every field comes back, whatever it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.domain.coordination import Account, CoordinatedGroup, Evidence
from pasip_core.domain.influence import Influencer, SetAside
from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.domain.quality import Label, Rescoring, Sample
from pasip_core.domain.quotas import Budget, Use
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rhythm import Rhythm
from pasip_core.domain.runs import AddressState, AuditEntry, Feed, ImportRun, Move, SourceCursor, SourceInfo, SourceRun
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword

FULL = [
    ("keywords", make_keyword("anies", rule='"a" OR b', aliases=("ab", "ke\"dua"), exclusions=("x",), priority=1,
                              active=False, monitoring_start=NOW, category="tokoh")),
    ("keywords", make_keyword("kosong", monitoring_start=None)),
    ("feeds", Feed("f1", "Detik", "https://rss.detik.com/?a=1", NOW, active=False)),
    ("feeds", Feed("f2", "Kanal", "https://t.me/s/kanal", NOW, kind="telegram", handle="kanal")),
    (
        "addresses",
        AddressState("detik https://d.example/rss", "detik", "https://d.example/rss", "gone", "Gone.", NOW, NOW, True),
    ),
    ("quota_uses", Use("u1", "youtube.searches", NOW, 0.5, "pemilu")),
    ("sources", SourceInfo("x", "X", "twitter", key_page="https://x.example", retired="it was shut down",
                           budgets=(Budget("twitter.posts", 3e6, "month", "posts"), Budget("a.b", 0.5, "7d", "USD")))),
    ("sources", SourceInfo("youtube", "YouTube", "youtube", "https://y.example", ("YOUTUBE_API_KEY",))),
    ("rhythms", Rhythm("detik", NOW, NOW, (0, 3), (5, 6), (2.5, 3.0), 40.5, NOW, NOW, 61.5, 3600.0, ("detik.com",))),
    ("rhythms", Rhythm("baru", NOW, NOW)),
    ("source_runs", SourceRun("r3", "detik", NOW, voices=("a.example", "b.example"))),
    ("source_runs", SourceRun("r1", "detik", NOW, NOW + timedelta(microseconds=123456), 4, 3, 1, NOW, "quota", "pesan",
                              NOW, "n")),
    ("source_runs", SourceRun("r2", "detik", NOW)),
    ("cursors", SourceCursor("detik", {"seen": ["a", 1, None, {"b": 2.5}], "teks": "🔥 é"})),
    ("imports", ImportRun("i1", "data.csv", NOW, None, 9, 5, 2, 1, 1, "x.csv", "")),
    ("frozen", Frozen("news", "2026-01-31")),
    ("salts", Salt.fresh()),
    ("erased", Erased("0" * 32, "mention", "e1", platform="news")),
    ("erasures", Erasure("e1", NOW, "sari", "permohonan", "name", "0" * 32, finished_at=NOW, by_platform={"news": 3},
                         files=("a", "b"), proven=True)),
    ("influencers", Influencer("ab", "siti", "twitter", None, 1.5, 3, "negative", ("t1", "t2"), "https://x.com/s",
                               NOW, 7, -0.25, "2026-11-01", "2026-11-23", NOW)),
    ("influencers", Influencer("cd", "tono", "telegram", 9, None, 1, None, (), "", NOW)),
    ("set_aside", SetAside("ab", "twitter", "partai", "organisation", NOW, "sari")),
    ("samples", Sample("2026-11-16", NOW, 9, ("0" * 24, "1" * 24))),
    ("labels", Label("2026-11-16:" + "0" * 24, "2026-11-16", "0" * 24, "0" * 32, "negative", NOW, "sari",
                     {"a/b-1.2@int8": "positive", "bundled-sentiment-2": "neutral"})),
    ("rescorings", Rescoring("sentiment", "a/b-1.2@int8", 9, NOW, None)),
    ("audit", AuditEntry("a1", NOW, "sari", "keyword.edit", "anies", {"from": {"rule": ""}, "to": [1, 2]})),
    ("coordinated_groups", CoordinatedGroup(
        "g1", (Account("twitter", "ani"), Account("x", "budi é")), NOW, NOW, NOW, 2, 3, 0.25,
        (Evidence("2026-11-23T03:15:00+00:00", "link", "https://a.example", "twitter", "ani", "0" * 24),))),
    ("moves", Move("move", "sqlite:////srv/a.db", NOW, "mentions", "ab" * 12, NOW, "0f")),
]  # fmt: skip


@pytest.mark.parametrize(("collection", "record"), FULL)
def test_a_record_comes_back_as_it_was_saved(stores: Stores, collection: str, record: object) -> None:
    records = getattr(stores, collection)
    records.save(record)
    assert records.get(record.id) == record
    assert records.list() == [record]
    assert type(records.get(record.id)) is type(record)


def test_what_was_never_saved_is_none(stores: Stores) -> None:
    assert stores.keywords.get("nobody") is None
    assert stores.keywords.list() == []
    assert stores.keywords.delete("nobody") is False


def test_saving_again_replaces(stores: Stores) -> None:
    stores.keywords.save(make_keyword("anies"))
    stores.keywords.save(replace(make_keyword("anies"), priority=1))
    assert [k.priority for k in stores.keywords.list()] == [1]


def test_deleting_tells_whether_it_was_there(stores: Stores) -> None:
    stores.keywords.save(make_keyword("anies"))
    assert stores.keywords.delete("anies") is True
    assert stores.keywords.get("anies") is None


def test_a_list_is_filtered_ordered_and_cut(stores: Stores) -> None:
    for n in range(6):
        run = SourceRun(f"r{n}", "detik" if n % 2 else "kompas", NOW + timedelta(hours=(n * 7) % 6), items=n % 3)
        stores.source_runs.save(run)
    latest = stores.source_runs.list({"source": "detik"}, order_by="started_at", descending=True, limit=2)
    assert [r.id for r in latest] == ["r5", "r3"]
    assert [r.id for r in stores.source_runs.list({"source": "kompas", "items": 0})] == ["r0"]
    assert [r.id for r in stores.source_runs.list(order_by="items")] == ["r0", "r3", "r1", "r4", "r2", "r5"]


def test_a_filter_knows_none_and_booleans(stores: Stores) -> None:
    stores.keywords.save(make_keyword("a", active=False))
    stores.keywords.save(make_keyword("b", monitoring_start=NOW))
    assert [k.id for k in stores.keywords.list({"active": True})] == ["b"]
    assert [k.id for k in stores.keywords.list({"monitoring_start": None})] == ["a"]


def test_moments_are_ordered_as_moments(stores: Stores) -> None:
    moments = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1), datetime(2019, 1, 1, tzinfo=UTC)]
    for n, moment in enumerate(moments):
        stores.source_runs.save(SourceRun(f"r{n}", "detik", moment))
    assert [r.id for r in stores.source_runs.list(order_by="started_at")] == ["r3", "r0", "r1", "r2"]


def test_a_field_that_is_none_cannot_inject(stores: Stores) -> None:
    with pytest.raises(ValueError, match="field"):
        stores.keywords.list({"id' OR 1=1 --": "x"})
    with pytest.raises(ValueError, match="field"):
        stores.keywords.list(order_by="id; DROP TABLE keywords")


def test_another_process_sees_what_was_saved(stores: Stores, store_settings: Settings) -> None:
    stores.keywords.save(make_keyword("anies"))
    other = connect(store_settings)
    assert other.keywords.get("anies") == make_keyword("anies")
    other.close()
