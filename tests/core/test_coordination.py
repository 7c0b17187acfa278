"""Accounts that share together: found where planted, left alone where chance does as much, and forgotten on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from pasip_core.domain.coordination import CoordinatedGroup
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.privacy import account
from pasip_core.pipeline.coordination import find_groups, things_in
from pasip_core.pipeline.pseudonymising import pseudonymise
from pasip_core.pipeline.scrubbing import cleaned
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.core.coordination_kit import account_scores, posts

SEEDS = range(6)


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def find(stores: Stores) -> list[CoordinatedGroup]:
    return find_groups(stores, JAKARTA, clock=lambda: NOW)


def names(group: CoordinatedGroup) -> frozenset[str]:
    return frozenset(account.name for account in group.accounts)


def together(times: int = 4, people: tuple[str, ...] = ("ani", "budi", "citra")) -> list[Mention]:
    """Some who share the same within seconds on several days."""
    return [
        make_mention(
            f"ayo dukung program nomor {day} demi kita semua",
            author=name,
            published_at=NOW - timedelta(days=day, seconds=place),
        )
        for day in range(times)
        for place, name in enumerate(people)
    ]


def test_planted_groups_are_found_and_hardly_anybody_else(settings: Settings):
    precisions, recalls = [], []
    for seed in SEEDS:
        made, planted = posts(seed)
        opened = connect(settings.model_copy(update={"data_dir": settings.data_dir / str(seed)}))
        opened.mentions.upsert(made)
        precision, recall = account_scores([names(group) for group in find(opened)], planted)
        opened.close()
        precisions.append(precision)
        recalls.append(recall)
    assert sum(precisions) / len(precisions) >= 0.9
    assert sum(recalls) / len(recalls) >= 0.8


def test_a_crowd_around_the_same_things_is_no_group(stores: Stores):
    made, _ = posts(11, groups=0)
    stores.mentions.upsert(made)
    assert find(stores) == []


def test_a_group_tells_who_when_and_what(stores: Stores):
    made = together()
    stores.mentions.upsert(made)
    (group,) = find(stores)
    assert names(group) == {"ani", "budi", "citra"}
    assert (group.times, group.coincidences) == (4, 12)
    assert group.expected < 1
    assert (group.first_seen, group.last_seen) == (NOW - timedelta(days=3, seconds=2), NOW)
    assert {row.mention for row in group.evidence} == {mention.id for mention in made}


def test_the_same_data_gives_the_same_groups_under_the_same_ids(stores: Stores):
    stores.mentions.upsert(together())
    first = find(stores)
    assert find(stores) == first == stores.coordinated_groups.list()


def test_a_group_keeps_its_id_when_somebody_joins_and_goes_when_its_posts_do(stores: Stores):
    stores.mentions.upsert(together())
    (before,) = find(stores)
    stores.mentions.upsert(together(people=("ani", "budi", "citra", "dewi")))
    (after,) = find(stores)
    assert after.id == before.id
    assert len(after.accounts) == 4
    stores.mentions.exclude([row.mention for row in after.evidence])
    assert find(stores) == []
    assert stores.coordinated_groups.list() == []


def test_once_is_not_enough(stores: Stores):
    stores.mentions.upsert(together(times=1))
    assert find(stores) == []


def test_articles_of_outlets_make_no_group(stores: Stores):
    stores.mentions.upsert([make_mention(m.content, author=m.author, published_at=m.published_at, platform="news",
                                         source=f"{m.author}.id") for m in together()])  # fmt: skip
    assert find(stores) == []


def test_what_a_post_shares():
    said = make_mention("Baca https://contoh.id/a?utm_source=x, ini #Satu #dua http://[x")
    kinds = dict(things_in(said))
    assert kinds == {"text": said.cluster_id, "link": "https://contoh.id/a", "hashtags": "#dua #satu"}


class Traces:
    def __init__(self, name: str) -> None:
        self.in_text = account("twitter", name).held_by


def test_an_erased_account_is_taken_out_of_its_group(stores: Stores):
    stores.mentions.upsert(together())
    (group,) = find(stores)
    left = cleaned("coordinated_groups", group, Traces("budi"))  # type: ignore[arg-type]
    assert names(left) == {"ani", "citra"}
    assert "budi" not in repr(left)


def test_pseudonyms_reach_the_groups(stores: Stores, settings: Settings):
    stores.mentions.upsert(together())
    find(stores)
    changes = {"pseudonymise_authors": True, "secret_key": SecretStr("k" * 32)}
    keyed = settings.model_copy(update=changes)
    pseudonymise(stores, keyed)
    (group,) = stores.coordinated_groups.list()
    assert all(name.startswith("user-") for name in names(group))
    assert names(group) == {row.account for row in group.evidence}
    assert {m.author for m in (stores.mentions.get(row.mention) for row in group.evidence) if m} == names(group)
