"""What is true of the MongoDB backend alone: its server fails, is slow, or is shared by several writers.

Against the stand-in; what depends on a real server's plans, locks and replication is not seen here.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo import ReadPreference

from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.stories import Fingerprint
from pasip_core.errors import (
    InputError,
    SettingError,
    StoreFull,
    StoreReadOnly,
    StoreSchemaMismatch,
    StoreUnavailable,
)
from pasip_core.stores.mongo import MongoStores
from pasip_core.stores.mongo.changes import ABANDONED
from pasip_core.stores.mongo.documents import UNLOOKED
from pasip_core.stores.mongo.server import Server
from pasip_core.stores.ports import Matched
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.helpers import TODAY, WEEK, everything, page_through, roll_up, understand
from tests.replicas.mongo import Document, MongoStandIn, mongo_stand_in

WRITES = {"insert", "update", "delete", "findAndModify"}


@pytest.fixture
def server() -> Iterator[MongoStandIn]:
    with mongo_stand_in() as running:
        yield running


@pytest.fixture
def stores(server: MongoStandIn) -> Iterator[MongoStores]:
    opened = opened_at(server)
    yield opened
    server.behave()
    opened.close()


def opened_at(server: MongoStandIn, database: str = "pasip", options: str = "") -> MongoStores:
    stores = MongoStores(f"{server.url}/{database}{options}", JAKARTA)
    stores.migrate()
    return stores


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ({"code": 18, "errmsg": "Authentication failed."}, StoreUnavailable, "login"),
        ({"code": 13, "errmsg": "not authorized on pasip"}, StoreReadOnly, "readWrite"),
        ({"code": 14031, "errmsg": "Cannot grow"}, StoreFull, "space"),
        ({"code": 50, "errmsg": "operation exceeded time limit"}, StoreUnavailable, "in time"),
        ({"code": 8000, "errmsg": "something else"}, StoreUnavailable, "something else"),
    ],
)
def test_what_the_server_refuses_is_told_in_our_words(
    server: MongoStandIn, stores: MongoStores, answer: Document, error: type[Exception], said: str
) -> None:
    server.behave(before=lambda name, _: answer if name in WRITES else None)
    with pytest.raises(error, match=said):
        stores.mentions.upsert([make_mention()])
    server.behave()
    assert stores.mentions.upsert([make_mention()]).inserted == 1


def test_a_server_that_is_away_is_named_and_its_password_is_not() -> None:
    stores = MongoStores("mongodb://sari:rahasia@127.0.0.1:1/pasip?serverSelectionTimeoutMS=200", JAKARTA)
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1 cannot be reached") as caught:
        stores.migrate()
    assert "rahasia" not in str(caught.value)


def test_a_server_that_is_too_slow_is_not_waited_for(server: MongoStandIn) -> None:
    stores = opened_at(server, options="?socketTimeoutMS=300&retryReads=false")
    release = threading.Event()
    server.behave(before=lambda name, _: release.wait(20) and None if name == "find" else None)  # type: ignore[func-returns-value]
    with pytest.raises(StoreUnavailable, match="in time"):
        stores.mentions.page(everything())
    release.set()
    server.behave()
    stores.close()


def test_a_connection_that_breaks_costs_one_answer(server: MongoStandIn, stores: MongoStores) -> None:
    def break_once(name: str, _: Document) -> None:
        if name in WRITES:
            server.behave()
            raise ConnectionError

    server.behave(after=break_once)
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        stores.keywords.save(make_keyword())
    assert stores.keywords.get("jokowi") is not None, "it had run"
    assert stores.mentions.upsert([make_mention()]).inserted == 1


@pytest.mark.parametrize("address", ["mongodb://", "mongodb://a:rahasia@b:port/x", "mongodb://h/x?w=-1"])
def test_an_address_that_cannot_be_read_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL") as caught:
        Server(address)
    assert "rahasia" not in str(caught.value)


def test_a_newer_schema_is_left_alone(server: MongoStandIn, stores: MongoStores) -> None:
    server.client["pasip"]["schema"].update_one({"_id": "schema"}, {"$set": {"version": 99}})
    with pytest.raises(StoreSchemaMismatch, match="99"):
        stores.migrate()


def test_mentions_of_the_first_schema_are_looked_at_for_copies(server: MongoStandIn, stores: MongoStores) -> None:
    mention = make_mention()
    stores.mentions.upsert([mention])
    server.client["pasip"]["scraped_data"].update_one({}, {"$unset": {UNLOOKED: ""}})
    server.client["pasip"]["schema"].update_one({"_id": "schema"}, {"$set": {"version": 1}})
    assert stores.stories.unlooked(9) == []
    stores.migrate()
    assert stores.stories.unlooked(9) == [mention]


def test_a_forked_process_opens_a_client_of_its_own(stores: MongoStores) -> None:
    stores.mentions.upsert([make_mention()])
    child = os.fork()
    if child == 0:
        try:
            stores.mentions.upsert([make_mention("kabar dari anak")])
        finally:
            os._exit(0 if stores.mentions.count(everything()).value == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert stores.mentions.count(everything()).value == 2


def test_odd_raw_data_comes_back(server: MongoStandIn, stores: MongoStores) -> None:
    for n, raw in enumerate(
        [
            {"a.b": {"$c": 1}},
            {"": None},
            {"n": 10**30},
            {"s": "\ud800"},
            {"\ud800": 1},
            {"x": [1.5, {"y": True}]},
            nested(79),
            nested(300),
        ]
    ):
        mention = make_mention(id=f"{n:024x}", raw_data=raw)
        stores.mentions.upsert([mention])
        stored = stores.mentions.get(mention.id)
        assert stored is not None
        assert stored.raw_data == raw
    inserted = [d["raw_data"] for c in server.commands if c.get("insert") == "scraped_data" for d in c["documents"]]
    assert [type(raw) for raw in inserted[-3:]] == [dict, dict, str], "a server refuses what is nested too deeply"


def nested(levels: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for _ in range(levels - 1):
        found = {"a": found}
    return found


def test_everything_is_read_where_it_is_written(server: MongoStandIn) -> None:
    database = Server(f"{server.url}/pasip?readPreference=secondaryPreferred").database
    assert database["leases"].read_preference == ReadPreference.PRIMARY


def test_what_takes_long_is_waited_for(server: MongoStandIn) -> None:
    stores = MongoStores(f"{server.url}/pasip", JAKARTA, patience=0.3)
    stores.migrate()
    stores.mentions.upsert([make_mention()])

    def dawdle(name: str, document: Document) -> None:
        if name in {"compact", "aggregate"}:
            time.sleep(0.6)

    server.behave(dawdle)
    stores.compact()
    stores.mentions.touch_everything()
    assert stores.mentions.touched_days(3) == [TODAY]
    stores.close()


def test_a_day_that_a_collector_adds_during_its_first_rollup_is_written(
    server: MongoStandIn, stores: MongoStores
) -> None:
    """Its version is moved just before it is written: that is no lost lease."""
    stores.mentions.upsert([make_mention()])
    server.client["pasip"]["day_versions"].delete_many({})
    fence = stores.leases.acquire("rollup", "a", 60)
    assert fence is not None
    upserts: list[Document] = []

    def add_first(name: str, document: Document) -> Document | None:
        if name == "update" and document["update"] == "day_versions" and document["updates"][0]["q"].get("$or"):
            upserts.append(document)
            assert not document["updates"][0].get("upsert"), "it would meet the document of another one"
        return None

    server.behave(add_first)
    stores.metrics.write(stores.mentions.numbers(TODAY), fence)
    assert upserts
    assert stores.metrics.days() == [TODAY]


def test_a_mention_too_large_for_a_document_is_refused_in_words(stores: MongoStores) -> None:
    with pytest.raises(InputError, match="mention"):
        stores.mentions.upsert([make_mention(raw_data={"x": "y" * 17_000_000})])


def test_nothing_is_cached_while_days_are_being_written(server: MongoStandIn, stores: MongoStores) -> None:
    stores.mentions.upsert([make_mention(published_at=NOW - timedelta(days=3))])
    versions: list[str] = []

    def look(name: str, document: Document) -> None:
        if name == "insert" and document["insert"] == "scraped_data":
            server.behave()
            versions.extend(opened_at(server).metrics.versions(WEEK) for _ in range(2))

    server.behave(after=look)
    before = stores.metrics.versions(WEEK)
    stores.mentions.upsert([make_mention("baru")])
    assert len({before, *versions, stores.metrics.versions(WEEK)}) == 4
    assert stores.metrics.versions(WEEK) == stores.metrics.versions(WEEK)


def test_the_mark_of_a_writer_that_died_is_cleared_and_its_days_move_on(
    server: MongoStandIn, stores: MongoStores
) -> None:
    cut(server, lambda name, document: name == "update" and document["update"] == "day_versions")
    with pytest.raises(StoreUnavailable):
        stores.mentions.upsert([make_mention()])
    server.behave()
    assert stores.metrics.versions(WEEK) != stores.metrics.versions(WEEK), "nobody knows what was written"
    roll_up(stores)
    assert stores.metrics.versions(WEEK) != stores.metrics.versions(WEEK), "it may still be at it"
    server.ahead = ABANDONED * 2
    roll_up(stores)
    assert stores.metrics.versions(WEEK) == stores.metrics.versions(WEEK)


def cut(server: MongoStandIn, where: Callable[[str, Document], bool], *, after: bool = False) -> None:
    """From the first command that fits on, no writing command gets through: as if the writer had been killed there."""
    dead = False

    def look(name: str, document: Document) -> Document | None:
        nonlocal dead
        dead = dead or (name in WRITES and where(name, document))
        return {"code": 1, "errmsg": "the writer is dead"} if dead and name in WRITES else None

    server.behave(**{"after" if after else "before": look})


def story(stores: MongoStores) -> None:
    """A little of everything, each step such that it can be repeated."""
    first = [
        make_mention(f"kabar {n}", id=f"{n:024x}", keywords=("anies",), engagement=Engagement(n)) for n in range(4)
    ]
    stores.mentions.upsert(first)
    stores.mentions.save_analyses([understand(m, "negative") for m in first[:3]])
    stores.mentions.upsert([replace(first[1], engagement=Engagement(9)), edited(first[2])])
    stores.mentions.save_matches([Matched(first[0].id, first[0].content_hash, ("jokowi",), "r2")])
    if stores.mentions.get(first[0].id) is not None:
        stores.mentions.correct(first[0].id, "positive", at=NOW)
    looked = [Fingerprint(m.id, m.content_hash, 2, b"\1\0\0\0", (5,)) for m in first[:2]]
    stores.stories.keep_fingerprints(looked, NOW)
    stores.stories.save_stories({first[0].cluster_id: first[1].cluster_id})
    stores.stories.mark_looked(looked)
    stores.mentions.exclude([first[3].id])
    roll_up(stores)
    stores.mentions.remove_excluded(10)
    roll_up(stores)


def edited(mention: Mention) -> Mention:
    return replace(mention, content="lain sekali", content_hash="e" * 32, cluster_id="e" * 32)


def seen(stores: MongoStores) -> object:
    """Everything that a page could show."""
    mentions = page_through(stores, everything())
    return (
        mentions,
        [stores.mentions.history(mention.id)[:1] for mention in mentions],
        sorted(map(repr, stores.metrics.sums(WEEK, ("day", "keyword", "sentiment"), keywords=("anies", "jokowi")))),
        sorted(map(repr, stores.metrics.union(WEEK, ("platform", "sentiment"), keywords=("anies", "jokowi")))),
        sorted(map(repr, stores.metrics.sums(WEEK, ("hour",)))),
        stores.mentions.touched_days(9),
        [mention.id for mention in stores.stories.unlooked(9)],
        stores.stories.alike([5], NOW - timedelta(days=1), NOW + timedelta(days=1)),
    )


@pytest.mark.parametrize("after", [False, True], ids=["before it ran", "after it ran"])
def test_killed_at_any_command_and_run_again_everything_is_right(server: MongoStandIn, after: bool) -> None:
    undisturbed = opened_at(server, "undisturbed")
    written: list[str] = []
    server.behave(before=lambda name, _: written.append(name) if name in WRITES else None)  # type: ignore[func-returns-value]
    story(undisturbed)
    server.behave()
    wanted = seen(undisturbed)
    assert len(written) > 50
    for place in range(len(written)):
        stores = opened_at(server, f"killed_{place}", "?retryWrites=false")
        passed = 0

        def at_place(name: str, document: Document, place: int = place) -> bool:
            nonlocal passed
            passed += 1
            return passed > place

        cut(server, at_place, after=after)
        with pytest.raises(StoreUnavailable):
            story(stores)
        server.behave()
        server.ahead += timedelta(seconds=300)
        story(stores)
        assert seen(stores) == wanted, f"cut at write {place}: {written[place]}"
        stores.close()


def test_writers_of_the_same_mentions_lose_nothing(server: MongoStandIn, stores: MongoStores) -> None:
    mentions = [make_mention(f"kabar {n}", id=f"{n:024x}", engagement=Engagement(0)) for n in range(60)]
    stores.mentions.upsert(mentions)  # who analyses first finds them all

    def write(number: int) -> None:
        own = opened_at(server)
        for n in range(6):
            own.mentions.upsert([replace(m, engagement=Engagement(likes=n)) for m in mentions[number * 10 :]])
            own.mentions.save_analyses(
                [understand(m, "neutral", model_version=f"m{number}-{n}") for m in mentions[: 30 + number * 10]]
            )
            roll_up(own)
        own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roll_up(stores)
    stored = page_through(stores, everything(), limit=100)
    assert len(stored) == len(mentions)
    assert all(len(stores.mentions.history(m.id)) == 24 for m in mentions[:30])
    (total,) = stores.metrics.sums(WEEK, ("sentiment",))
    assert (total.volume, total.by["sentiment"]) == (60, "neutral")
    assert total.engagement_total == sum(m.engagement.total or 0 for m in stored)
    assert stores.mentions.touched_days(3) == []


def test_a_search_for_words_asks_the_index_for_the_longest_first(server: MongoStandIn, stores: MongoStores) -> None:
    stores.mentions.upsert([make_mention("Harga beras di pasar-pasar naik")])
    server.commands.clear()
    assert len(page_through(stores, everything(text='di beras "pasar pasar"'))) == 1
    asked = next(command["filter"] for command in server.commands if "find" in command)
    assert asked["words"] == {"$all": ["beras", "pasar", "di"]}
    assert page_through(stores, everything(text='"beras pasar"')) == []
