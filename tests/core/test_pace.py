"""The month's money for X: spread over its days, never more than the cap, and nothing left over that was needed."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pasip_core.domain.pace import BETWEEN_RUNS, DAYS_SAVED, pace
from pasip_core.domain.quotas import MONEY, Budget, Quota, Use
from pasip_core.domain.runs import MOST_A_RUN
from pasip_core.errors import SourcePaidOut, SourceQuota
from pasip_core.pipeline.quota_book import QuotaBook
from pasip_core.queries.sources import budget_left
from pasip_core.settings import Settings
from pasip_core.sources.ledger import Ledger, LocalLedger, Meter
from pasip_core.sources.platforms.twitter_purse import Purse
from pasip_core.stores.connect import connect

POST, USER, PAGE = 0.005, 0.010, 100
DAY = timedelta(days=1)
SLOW = settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


@dataclass
class Month:
    """Half-hourly runs, with reactions read again between them; ``spent`` by the day, and what each day began with."""

    cap: float
    begins: datetime
    ledger: Ledger = field(default_factory=LocalLedger)
    spent: Counter[date] = field(default_factory=Counter)
    began_with: dict[date, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.begins
        self.dollars = Meter("twitter.dollars", Quota(self.cap, "month"), self.ledger, lambda: self.now)
        posts = Meter("twitter.posts", Quota(3_000_000, "month"), LocalLedger(), lambda: self.now)
        self.purse = Purse(self.dollars, posts, POST, USER)

    @property
    def ends(self) -> datetime:
        days = monthrange(self.begins.year, self.begins.month)[1]
        return self.begins.replace(day=1, hour=0, minute=0) + days * DAY

    def days_left(self, day: date) -> int:
        return (self.ends.date() - day).days

    def run(self, wanted: int = MOST_A_RUN, *, ahead: bool = False) -> float:
        """One run that finds ``wanted`` posts; what it cost."""
        self.began_with.setdefault(self.now.date(), self.dollars.left())
        before = self.dollars.used()
        with suppress(SourceQuota, SourcePaidOut):
            while wanted > 0:
                with self.purse.searching(min(PAGE, max(10, wanted)), ahead=ahead) as purchase:
                    came = min(purchase.size, wanted)
                    purchase.settle(came, came)
                wanted -= came
        return self._count(before)

    def refresh(self, wanted: int) -> float:
        """Reactions of so many posts read again."""
        before = self.dollars.used()
        with suppress(SourceQuota, SourcePaidOut), self.purse.looking_up(wanted) as purchase:
            purchase.settle(purchase.size, 0)
        return self._count(before)

    def _count(self, before: float) -> float:
        cost = self.dollars.used() - before
        self.spent[self.now.date()] += cost
        return cost

    def check(self) -> None:
        """What holds whatever happened."""
        assert sum(self.spent.values()) <= self.cap + 1e-6
        for day, left in self.began_with.items():
            share = left / self.days_left(day)
            assert self.spent[day] <= max(DAYS_SAVED * share, self.purse.request) + 1e-6


BEGINS = st.sampled_from([datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)])
LATE = st.builds(lambda begins, days: begins + timedelta(days=days), BEGINS, st.integers(0, 27))
CAPS = st.sampled_from([0.1, 0.4, 1.0, 5.0, 12.0, 25.0, 60.0])


@SLOW
@given(cap=CAPS, begins=LATE)
@example(25.0, datetime(2026, 11, 1, tzinfo=UTC))
def test_with_endless_posts_the_cap_holds_days_are_even_and_nothing_is_left_over(cap: float, begins: datetime) -> None:
    month = Month(cap, begins)
    while month.now < month.ends:
        month.run()
        month.now += BETWEEN_RUNS / 2
        month.refresh(200)
        month.now += BETWEEN_RUNS / 2
    month.check()
    days, request = month.days_left(begins.date()), month.purse.request
    first, *others = [month.spent[begins.date() + n * DAY] for n in range(days)]
    assert first <= 2 * cap / days + request, "the first has a share to begin with, and its own"
    even = (cap - first) / max(1, len(others))
    assert all(even - 2 * request <= spent <= even + 2 * request for spent in others)
    assert cap - sum(month.spent.values()) < 0.01


@SLOW
@given(cap=CAPS, begins=LATE, data=st.data())
def test_whatever_is_wanted_when_the_cap_and_the_days_hold(cap: float, begins: datetime, data: st.DataObject) -> None:
    month = Month(cap, begins)
    demand = data.draw(st.lists(st.sampled_from([0, 0, 3, 12, 60, 200]), min_size=1, max_size=20))
    new = data.draw(st.sets(st.integers(0, 1_500), max_size=8))
    hours = data.draw(st.sampled_from([1, 5, 24]))
    for number in range((month.ends - begins) // BETWEEN_RUNS):
        wanted = demand[number // (2 * hours) % len(demand)]
        month.run(200 if number in new else wanted, ahead=number in new)
        month.now += BETWEEN_RUNS
    month.check()


def test_after_quiet_days_there_is_more_for_a_loud_one_and_it_may_take_three_shares() -> None:
    month = Month(30.0, datetime(2026, 11, 1, tzinfo=UTC))
    for number in range(10 * 48):
        month.run(int(number == 0))
        month.now += BETWEEN_RUNS
    loud = [month.run() for _ in range(48)]
    share = 30.0 / 20
    assert sum(loud) == pytest.approx(DAYS_SAVED * share, abs=month.purse.request)


def test_a_first_look_takes_ahead_and_leaves_no_debt() -> None:
    month = Month(30.0, datetime(2026, 11, 10, tzinfo=UTC))
    assert month.run() > 0
    assert month.run() == 0
    assert month.run(ahead=True) > 0
    assert month.run(ahead=True) == 0, "a day ends for everything"
    month.now = month.begins + DAY
    assert month.run() > 0


def test_what_is_used_up_or_where_there_is_nothing_is_no_share() -> None:
    now = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)
    spent = [Use("a", "b", now - 5 * DAY, 25.0)]
    assert pace(Quota(25.0, "month"), spent, now, 0.15) == pace(Quota(0.0, "month"), [], now, 0.15)
    assert pace(Quota(0.0, "month"), [], now, 0.15).ahead == 0
    assert pace(Quota(25.0, "month"), [], now, 0.15).run == 25.0, "in the last half hour nothing has to be saved"


@pytest.mark.parametrize("ahead", [timedelta(hours=2), 3 * DAY, 40 * DAY])
def test_a_use_noted_while_the_clock_was_ahead_counts_as_made_now(ahead: timedelta) -> None:
    now = datetime(2026, 8, 31, 21, 50, tzinfo=UTC)
    told = pace(Quota(25.0, "month"), [Use("a", "b", now + ahead, 1.0)], now, 0.15)
    assert told == pace(Quota(25.0, "month"), [Use("a", "b", now, 1.0)], now, 0.15)
    assert told.run >= 0


@SLOW
@given(
    cap=CAPS, begins=LATE, past=st.lists(st.integers(0, 300), max_size=12), minutes=st.integers(0, 29),
    ahead=st.booleans(),
)  # fmt: skip
def test_what_a_page_says_a_run_may_cost_is_never_passed(
    tmp_path_factory: pytest.TempPathFactory, cap: float, begins: datetime, past: list[int], minutes: int, ahead: bool
) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("pace")))
    month = Month(cap, begins + timedelta(hours=23, minutes=40), QuotaBook(stores))
    for wanted in past:
        month.run(wanted)
        month.now += BETWEEN_RUNS
    budget = Budget("twitter.dollars", cap, "month", MONEY, POST + USER, month.purse.request)
    told = budget_left(stores, budget, month.now)
    month.now += timedelta(minutes=minutes)  # it waits for its turn
    if month.now < month.ends:
        assert month.run(ahead=ahead) <= (told.ahead if ahead else told.run) + 1e-6
    stores.close()
