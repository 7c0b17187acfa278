"""Every connector, killed at random moments of its collections: nothing is lost, doubled or skipped.

Real processes collect from a replica of many pages into one SQLite file, each killed (SIGKILL) somewhere on its way.
Then collections run until they bring nothing new. What is stored is what the replica holds, as after a life without
kills, and the books of quotas hold no less than what was asked.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pasip_core.domain.runs import INTERRUPTED
from pasip_core.sources.platforms.telegram_snscrape import is_usable
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_keyword
from tests.contracts.helpers import everything
from tests.core.killing_kit import CONNECTORS, kill_after, run_dry, settings_of
from tests.core.source_rows import PEMILU, Row, opened
from tests.replicas import Replica
from tests.replicas.server import Asked

pytestmark = pytest.mark.slow

KILLS, TOO_LATE, MENTIONS = 4, 8, 42
LONGEST = 0.02
"""Seconds from the arrival of a request to a kill: about what an answer takes to be read and written. Half of it after
each kill that came when the run was over; after ``TOO_LATE`` of them no answer comes, so that no run ends before."""
FEWER = {"kaskus": 14, "gdelt": 14, "newsapi": 14, "google_news": 14}
"""Those that read a page for each mention."""


def installed(row: Row, folder: Path, host: str) -> Stores:
    stores = connect(settings_of(row, folder, host))
    stores.keywords.save(make_keyword(PEMILU[0].keyword))
    return stores


def contents(stores: Stores) -> dict[str, tuple[object, ...]]:
    found = list(stores.mentions.stream(everything()))
    told = {m.id: (m.content, m.url, m.published_at, m.author, m.engagement, m.keywords) for m in found}
    assert len(told) == len(found) == len({m.url for m in found}) == len({m.title + m.content for m in found})
    return told


@pytest.mark.parametrize("name", list(CONNECTORS))
def test_killed_collections_lose_nothing_and_double_nothing(name: str, tmp_path: Path) -> None:
    if name == "telegram-snscrape" and not is_usable():
        pytest.skip("snscrape cannot be imported by this Python")
    row, chance, number = CONNECTORS[name], random.Random(f"{name} 20261130"), FEWER.get(name, MENTIONS)
    with opened(row, number) as (replica, _):
        calm = installed(row, tmp_path / "calm", replica.host)
        requests = run_dry(replica, name, tmp_path / "calm", replica.host)
        begun = len(replica.arrivals)
        killed = installed(row, tmp_path / "killed", replica.host)
        kill_runs(killed, chance, requests, replica, name, tmp_path / "killed", replica.host)
        run_dry(replica, name, tmp_path / "killed", replica.host)
        wanted = contents(calm)
        assert len(wanted) == number
        assert contents(killed) == wanted
        assert [run.error_kind for run in killed.source_runs.list()].count(INTERRUPTED) == KILLS
        check_books(name, killed, replica, begun)
    calm.close()
    killed.close()


def kill_runs(stores: Stores, chance: random.Random, requests: int, replica: Replica, *given: Any) -> None:
    """Kill collections at random moments until ``KILLS`` of them were in the middle of a run."""
    fell = late = 0
    while fell < KILLS:
        is_held = late >= TOO_LATE
        replica.set_state("stalled" if is_held else "normal")
        request = 1 if is_held else chance.randint(1, max(1, requests // 2))
        kill_after(request, chance.uniform(0.0, LONGEST / 2**late), replica, *given)
        fell_within = any(run.finished_at is None for run in stores.source_runs.list())
        assert fell_within or not is_held
        fell, late = fell + fell_within, late + (not fell_within)
    replica.set_state("normal")


def check_books(name: str, stores: Stores, replica: Replica, begun: int) -> None:
    """Of what was asked nothing is missing in the books; more is there only for calls that a kill fell into."""
    counted: dict[str, float] = {}
    for use in stores.quota_uses.list():
        counted[use.bucket] = counted.get(use.bucket, 0.0) + use.amount
    asked = [one for one in replica.arrivals[begun:] if one.path != "/robots.txt"]
    books = BOOKS.get(name, {})
    assert counted.keys() == books.keys()
    for bucket, (worth, most) in books.items():
        due = sum(worth(one, replica) for one in asked)
        assert due - 1e-6 <= counted[bucket] <= due + KILLS * most + 1e-6, (bucket, due, counted[bucket])


Worth = Callable[[Asked, Replica], float]


def calls(*, of: str = "/", but: str = "-") -> Worth:
    """One for each call of this path, none for others."""
    return lambda asked, _: float(asked.path.startswith(of) and not asked.path.startswith(but))


def answer_of(asked: Asked, replica: Replica) -> dict[str, Any]:
    """What the replica answered then, since it always answers the same."""
    answer = replica.site(asked.path)
    page = answer(asked) if callable(answer) else answer
    return dict(json.loads(page.body)) if page else {}


def posts(asked: Asked, replica: Replica) -> float:
    return len(answer_of(asked, replica).get("data", ()))


def dollars(asked: Asked, replica: Replica) -> float:
    users = answer_of(asked, replica).get("includes", {}).get("users", ())
    return 0.005 * posts(asked, replica) + 0.01 * len(users)


BOOKS: Mapping[str, Mapping[str, tuple[Worth, float]]] = {
    "twitter": {"twitter.posts": (posts, 100), "twitter.dollars": (dollars, 1.5)},
    "youtube": {"youtube.searches": (calls(of="/search"), 1), "youtube.units": (calls(but="/search"), 1)},
    "youtube-channel": {"youtube.units": (calls(), 1)},
    "threads": {"threads.searches": (lambda asked, replica: bool(posts(asked, replica)), 1)},
    "newsapi": {"newsapi.requests": (calls(of="/v2/"), 1)},
    "instagram": {"instagram.hashtags": (lambda asked, _: 0, 1 / KILLS)},
}
"""By row and bucket: what a call is worth, and the most that a call takes which was never answered."""
