"""Accounts: added up, ranked, named alone and left out, the same in every store, from columns and from rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.domain.influence import ORDERS, Account
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.naming import spoken_to
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import everything, ids, page_through, roll_up

Prepare = Callable[[Stores], None]


def as_it_came(stores: Stores) -> None:
    """Nothing is rolled up: everything is answered from single mentions."""


def half_rolled_up(stores: Stores) -> None:
    """One day has changed since."""
    roll_up(stores)
    stores.mentions.upsert([said("anies", 9)])
    stores.mentions.exclude([said("anies", 9).id])


@pytest.fixture(params=[as_it_came, roll_up, half_rolled_up])
def prepare(request: pytest.FixtureRequest) -> Prepare:
    made: Prepare = request.param
    return made


def said(author: str, number: int = 0, **more: object) -> Mention:
    return make_mention(
        f"kabar {author} {number}", author=author, published_at=NOW - timedelta(days=number % 3, seconds=number),
        **{"engagement": Engagement()} | more,
    )  # fmt: skip


def town() -> list[Mention]:
    """Loud and quiet, known and unknown, and one name on two platforms."""
    return [
        said("anies", 0, engagement=Engagement(likes=10), author_followers=100, sentiment="positive"),
        said("anies", 1, engagement=Engagement(likes=30), author_followers=90, sentiment="negative"),
        said("anies", 2, author_followers=None),
        said("anies", 4, platform="instagram", engagement=Engagement(likes=500)),
        said("bara", 3, author_followers=5_000, sentiment="neutral"),
        said("cici", 5, engagement=Engagement(likes=0, comments=2), author_followers=0, sentiment="positive"),
        said("", 6, engagement=Engagement(likes=9_000), author_followers=9_000, sentiment="positive"),
    ]


def names(accounts: list[Account]) -> list[tuple[str, str]]:
    return [(account.author, account.platform) for account in accounts]


def of(accounts: list[Account], author: str, platform: str = "twitter") -> Account:
    return next(a for a in accounts if (a.author, a.platform) == (author, platform))


def test_an_account_is_a_name_on_a_platform_and_nobody_is_none(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    found = stores.mentions.accounts(everything(), "mentions")
    assert set(names(found)) == {
        ("anies", "twitter"), ("anies", "instagram"), ("bara", "twitter"), ("cici", "twitter"),
    }  # fmt: skip
    assert names(found)[0] == ("anies", "twitter")


def test_what_nobody_told_is_unknown_and_not_zero(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    found = stores.mentions.accounts(everything(), "followers")
    assert (of(found, "anies", "instagram").followers, of(found, "anies", "instagram").polarity) == (None, None)
    assert (of(found, "bara").engagement, of(found, "bara").rate) == (None, None)
    assert (of(found, "cici").followers, of(found, "cici").rate) == (0, None)
    assert names(found)[-1] == ("anies", "instagram")


def test_followers_are_those_told_last_and_the_rest_is_summed(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    account = of(stores.mentions.accounts(everything(), "rate"), "anies")
    assert (account.mentions, account.told, account.engagement, account.followers) == (3, 2, 40, 100)
    assert account.rate == 20.0
    assert account.last_activity == NOW.replace(microsecond=0)


def test_the_tone_weighs_as_much_as_it_moved(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    found = stores.mentions.accounts(everything(), "positive")
    assert of(found, "anies").polarity == pytest.approx((10 * 0.7 - 30 * 0.7) / 40, abs=1e-6)
    assert of(found, "anies").sentiment == "negative"
    assert of(found, "bara").sentiment == "neutral"
    assert names(found)[0] == ("cici", "twitter")
    assert names(stores.mentions.accounts(everything(), "negative"))[0] == ("anies", "twitter")


def test_without_any_reaction_each_mention_weighs_the_same(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert([said("dodo", n, sentiment=s) for n, s in enumerate(("positive", "positive", "negative"))])
    prepare(stores)
    (account,) = stores.mentions.accounts(everything(), "mentions")
    assert account.polarity == pytest.approx(0.7 / 3, abs=1e-6)


def test_towards_one_keyword_its_stance_is_the_tone(stores: Stores, prepare: Prepare) -> None:
    mixed = said("eka", 1, sentiment="negative", keywords=("ganjar", "prabowo"), engagement=Engagement(likes=1))
    stores.mentions.upsert([replace(mixed, stances={"ganjar": "positive", "prabowo": "negative"})])
    prepare(stores)
    towards = [stores.mentions.accounts(everything(keywords=(k,)), "mentions")[0] for k in ("ganjar", "prabowo")]
    assert [account.polarity for account in towards] == [1.0, -1.0]
    assert [account.sentiment for account in towards] == ["positive", "negative"]


@pytest.mark.parametrize("order", ORDERS)
def test_a_limit_gives_the_first_and_who_is_set_aside_makes_room(stores: Stores, prepare: Prepare, order: str) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    every = stores.mentions.accounts(everything(), order)  # type: ignore[arg-type]
    first = every[0]
    assert stores.mentions.accounts(everything(), order, limit=1) == [first]  # type: ignore[arg-type]
    aside = [(first.platform, first.author)]
    assert stores.mentions.accounts(everything(), order, limit=1, aside=aside) == [every[1]]  # type: ignore[arg-type]
    assert stores.mentions.accounts(everything(), order, limit=0) == []  # type: ignore[arg-type]


def test_accounts_are_named_alone_or_left_out_of_every_number(stores: Stores, prepare: Prepare) -> None:
    stores.mentions.upsert(town())
    prepare(stores)
    for filters, wanted in (
        (everything(accounts=("anies",)), 4),
        (everything(accounts=("anies", "cici"), platforms=("twitter",)), 4),
        (everything(accounts=("nobody",)), 0),
        (everything(accounts=("Anies",)), 0),
        (everything(accounts=("",)), 1),
        (everything(without=("anies",)), 3),
        (everything(without=("",)), 6),
        (everything(accounts=("anies", "bara"), without=("anies",)), 1),
        (everything(accounts=("anies",), text="kabar"), 4),
        (everything(without=("anies",), text="kabar"), 3),
    ):
        assert sum(t.volume for t in stores.mentions.tally(filters, ())) == wanted, filters
        assert stores.mentions.count(filters).value == wanted
        for order in ("newest", "oldest", "engagement"):
            assert len(page_through(stores, filters, order, limit=2)) == wanted  # type: ignore[arg-type]
        assert sum(a.mentions for a in stores.mentions.accounts(filters, "mentions")) == (
            0 if filters.accounts == ("",) else wanted - (not filters.accounts and "" not in filters.without)
        )


def test_one_account_newest_first_with_a_keyword(stores: Stores, prepare: Prepare) -> None:
    mine = [said("fani", n, keywords=("pilkada",), sentiment="positive") for n in range(7)]
    stores.mentions.upsert([*mine, *town()])
    prepare(stores)
    filters = everything(accounts=("fani",), keywords=("pilkada",), sentiments=("positive",))
    newest = sorted(mine, key=lambda mention: mention.published_at, reverse=True)
    assert ids(page_through(stores, filters, limit=2)) == ids(newest)


def test_a_pseudonym_takes_the_place_of_the_name(stores: Stores) -> None:
    stores.mentions.upsert(town())
    roll_up(stores)
    mine = page_through(stores, everything(accounts=("bara",)))
    stores.mentions.replace_authors([replace(mention, author="user-x") for mention in mine])
    assert "bara" not in {a.author for a in stores.mentions.accounts(everything(), "mentions")}
    assert of(stores.mentions.accounts(everything(), "mentions"), "user-x").followers == 5_000


def test_speeches_are_the_newest_that_may_speak_to_somebody(stores: Stores) -> None:
    texts = ["halo @siti", "tanpa nama", "balasan", "lebar \uff20tono", "lama @budi"]
    stores.mentions.upsert([
        make_mention(text, published_at=NOW - timedelta(minutes=n), author=f"a{n}",
                     raw_data={"in_reply_to_screen_name": "kpu_id"} if text == "balasan" else {"id": n})
        for n, text in enumerate(texts)
    ])  # fmt: skip
    found, looked_at = stores.mentions.speeches(everything(), 4)
    assert [(speech.author, sorted(spoken_to(speech))) for speech in found] == [
        ("a0", ["siti"]), ("a2", ["kpu_id"]), ("a3", ["tono"]),
    ]  # fmt: skip
    assert looked_at == BoundedCount(4, exact=False)
    for filters, count, names in (
        (everything(), 5, ["a0", "a2", "a3", "a4"]), (everything(text="halo siti"), 1, ["a0"]),
        (everything(text='"lama budi"'), 1, ["a4"]), (everything(accounts=("a1",)), 1, []),
    ):  # fmt: skip
        found, looked_at = stores.mentions.speeches(filters, 5)
        assert ([speech.author for speech in found], looked_at) == (names, BoundedCount(count))
