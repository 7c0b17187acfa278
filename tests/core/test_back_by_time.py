"""How far queries were read: fresh first, nothing skipped, old strays without effect, quotas that last the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pasip_core.domain.quotas import Quota
from pasip_core.sources.back_by_time import FIRST_LOOK, LONGEST_LOOK, MOST_GAPS, Timeline, Timelines
from pasip_core.sources.ledger import LocalLedger, Meter
from pasip_core.sources.translate import Query

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_old_stray_among_new_items_ends_no_stretch():
    line = Timeline(NOW - 48 * HOUR)
    (gap,) = line.open(NOW)
    line.saw(gap, [NOW - n * HOUR for n in (1, 2, 47, 3, 4)], last=False)
    assert (line.until, gap.before) == (NOW - HOUR, NOW - 3 * HOUR)


def test_many_stretches_become_fewer_and_none_is_skipped():
    line = Timeline(NOW - 24 * HOUR)
    for hours in range(20, 10, -1):
        line.open(NOW)
        line.saw(line.gaps[0], [NOW - hours * HOUR], last=False)
        line = Timeline.of(line.as_json(), NOW)
    assert len(line.open(NOW)) == MOST_GAPS
    for hour in range(12, 24):
        moment = NOW - hour * HOUR - HOUR / 2
        assert any(gap.after <= moment and (gap.before is None or moment <= gap.before) for gap in line.gaps)


def test_a_stretch_of_one_moment_ends():
    line = Timeline(NOW - HOUR)
    for _ in range(3):
        for gap in line.open(NOW):
            line.saw(gap, [NOW - HOUR], last=False)
    assert line.as_json()["gaps"] == []


def test_a_cursor_that_cannot_be_read_counts_as_never_asked_and_an_old_one_is_not_caught_up_on():
    for kept in (None, 3, {"until": "gestern", "gaps": [[1], "x", [None, None]], "asked": []}):
        assert Timeline.of(kept, NOW) == Timeline(NOW - FIRST_LOOK)
    old = (NOW - timedelta(days=90)).isoformat()
    assert Timeline.of({"until": old, "gaps": [[old, old]]}, NOW) == Timeline(NOW - LONGEST_LOOK)


def test_who_waits_longest_is_asked_first_and_what_is_important_waits_less():
    lines = Timelines({}, NOW)
    minor, major, new = Query("a", (), 5), Query("b", (), 1), Query("c", (), 3)
    lines.of(minor.key).asked, lines.of(major.key).asked = NOW - 3 * HOUR, NOW - HOUR
    assert lines.overdue([minor, major, new]) == [new, major, minor]
    lines.of(minor.key).asked = NOW - 6 * HOUR
    assert lines.overdue([minor, major, new]) == [new, minor, major]


def test_a_quota_lasts_until_it_is_renewed():
    def meter(limit: float, window: str) -> Meter:
        return Meter("x.y", Quota(limit, window), LocalLedger(), lambda: NOW)

    assert meter(100, "day").share() == 4  # 24 runs are left today
    assert meter(5, "day").share() == 1
    assert meter(0, "day").share() == 0
    assert meter(2_200, "24h").share() == 45
    assert meter(1_000, "day").share(cost=100) == 1
