"""Made-up posts of many accounts around things that everybody shares, with groups that act together planted in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from pasip_core.domain.mention import Mention
from tests.builders import make_mention

BEGIN = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
Group = frozenset[str]


def posts(
    seed: int, accounts: int = 200, days: int = 20, groups: int = 4, trends: int = 50
) -> tuple[list[Mention], list[Group]]:
    """Chatter, things that trend for an hour or two, and so many groups of three to seven accounts.

    Each group shares four to seven things, each within some seconds, most members taking part; its accounts chatter
    and follow trends as all others do.
    """
    random = Random(seed)
    names = [f"akun{n:03}" for n in range(accounts)]
    said: list[Mention] = []

    def say(name: str, at: datetime, text: str) -> None:
        said.append(make_mention(text, id=f"{seed:04x}{len(said):020x}", author=name, published_at=at))

    for number in range(accounts * days // 2):
        say(random.choice(names), _moment(random, days), f"cuitan {number} oleh orang biasa saja pada hari ini")
    for trend in range(trends):
        begin, crowd = _moment(random, days), random.sample(names, random.randint(10, accounts // 3))
        what = _thing(random, f"tren{trend}")
        for name in crowd:
            say(name, begin + timedelta(seconds=random.expovariate(1 / 2400)), what)
    planted = []
    free = list(names)
    random.shuffle(free)
    for number in range(groups):
        size = random.randint(3, 7)
        members, free = free[:size], free[size:]
        planted.append(frozenset(members))
        for thing in range(random.randint(4, 7)):
            begin, what = _moment(random, days), _thing(random, f"kelompok{number}hal{thing}")
            for name in members:
                if random.random() < 0.9:
                    say(name, begin + timedelta(seconds=random.randrange(40)), what)
    return said, planted


def _moment(random: Random, days: int) -> datetime:
    """More by day than by night."""
    hour = random.choices(range(24), [1] * 6 + [4] * 12 + [8] * 5 + [2])[0]
    return BEGIN + timedelta(days=random.randrange(days), hours=hour, seconds=random.randrange(3600))


def _thing(random: Random, name: str) -> str:
    """A text, a link, or a set of hashtags that goes with other words each time."""
    kind = random.randrange(3)
    if kind == 0:
        return f"ayo semua dukung {name} sekarang juga demi masa depan kita bersama"
    if kind == 1:
        return f"baca ini https://contoh.id/{name}"
    return f"#{name} #bersama"


def account_scores(found: Sequence[Group], planted: Sequence[Group]) -> tuple[float, float]:
    """Of pairs of accounts in found groups, those planted together; and of planted pairs, those found together."""
    said, true = _pairs(found), _pairs(planted)
    both = len(said & true)
    return (both / len(said) if said else 1.0), (both / len(true) if true else 1.0)


def _pairs(groups: Sequence[Group]) -> set[tuple[str, str]]:
    return {(left, right) for group in groups for left in group for right in group if left < right}
