"""How each source is, what it still may ask, and what a person has to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pasip_core.domain.pace import BETWEEN_RUNS, Pace, pace
from pasip_core.domain.quotas import Budget, Quota, Use
from pasip_core.domain.rhythm import HOUR, Rhythm
from pasip_core.domain.runs import CANCELLED, INTERRUPTED, MOST_A_RUN, SourceInfo, SourceRun
from pasip_core.stores.ports import Stores

from .health import source_states

if TYPE_CHECKING:
    import pandas as pd

REFUSED, PAID_OUT, BLOCKED, BROKEN, GONE, OVER_QUOTA = "refused", "paid_out", "blocked", "broken", "gone", "over_quota"
SILENT = "silent"
NEEDS_KEY, RUNNING, READY, NEW, RETIRED = "needs_key", "running", "ready", "new", "retired"
STATES = (REFUSED, PAID_OUT, BLOCKED, BROKEN, GONE, SILENT, OVER_QUOTA, NEEDS_KEY, RUNNING, NEW, READY, RETIRED)
"""In the order in which a person should look at them."""
TROUBLES = frozenset({REFUSED, PAID_OUT, BLOCKED, BROKEN, GONE, SILENT, OVER_QUOTA})

_OF_KIND = {
    "auth": REFUSED, "forbidden": REFUSED, "paid_out": PAID_OUT, "blocked": BLOCKED, "gone": GONE, "quota": OVER_QUOTA,
}  # fmt: skip
_ENDED_BY_US = {"", INTERRUPTED, CANCELLED}


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """What of a budget is used; ``renewed`` is when something of it is free again, where all is, ``pace`` what may be
    taken of it now, where it is spread over its window."""

    budget: Budget
    used: float
    renewed: datetime | None = None
    pace: Pace | None = None

    @property
    def left(self) -> float:
        """Never below 0."""
        return max(0.0, self.budget.limit - self.used)

    @property
    def run(self) -> float:
        """What one more run may take at most, if nothing is to be read for the first time."""
        return min(self.ahead, self.pace.run) if self.pace else self.ahead

    @property
    def ahead(self) -> float:
        """What one more run may take at most, with keywords that were never searched for."""
        whole = min(self.left, self.budget.each * MOST_A_RUN)
        return min(whole, self.pace.ahead) if self.pace else whole


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source with its latest run and its rhythm. ``state`` is one of ``STATES``; ``until`` is when it may be asked
    again."""

    source: SourceInfo
    last_run: SourceRun | None
    state: str
    until: datetime | None = None
    budgets: tuple[BudgetLeft, ...] = ()
    rhythm: Rhythm | None = None

    @property
    def in_trouble(self) -> bool:
        """Whether it does not give what it should."""
        return self.state in TROUBLES


def source_cards(stores: Stores, now: datetime) -> list[SourceCard]:
    """Every source that the workers know, troubles first, then by platform and label."""
    left: dict[Budget, BudgetLeft] = {}
    rhythms = {rhythm.id: rhythm for rhythm in stores.rhythms.list()}
    cards = []
    for seen in source_states(stores):
        for budget in seen.source.budgets:
            left[budget] = left.get(budget) or budget_left(stores, budget, now)
        budgets = tuple(left[budget] for budget in seen.source.budgets)
        state, until = state_of(seen.source, seen.last_run, budgets, now)
        rhythm = rhythms.get(seen.source.id)
        if state == READY and rhythm and rhythm.silent_since:
            state = SILENT
        cards.append(SourceCard(seen.source, seen.last_run, state, until, budgets, rhythm))
    return sorted(cards, key=lambda card: STATES.index(card.state))


def state_of(
    source: SourceInfo, run: SourceRun | None, budgets: Sequence[BudgetLeft], now: datetime
) -> tuple[str, datetime | None]:
    """One of ``STATES``, and until when it holds where that is known."""
    if source.retired:
        return RETIRED, None
    if source.needs:
        return NEEDS_KEY, None
    if spent := [each.renewed for each in budgets if each.renewed]:
        return OVER_QUOTA, max(spent)
    if run is None:
        return NEW, None
    if run.finished_at is None:
        return RUNNING, None
    if run.error_kind in _ENDED_BY_US:
        return READY, None
    state = _OF_KIND.get(run.error_kind, BROKEN)
    until = run.retry_at if run.retry_at and run.retry_at > now else None
    return (READY, None) if state == OVER_QUOTA and run.retry_at and not until else (state, until)


def budget_left(stores: Stores, budget: Budget, now: datetime) -> BudgetLeft:
    """What was used of a budget in its present window, as counted here."""
    quota = Quota(budget.limit, budget.window)
    since = quota.since(now)
    uses = [use for use in stores.quota_uses.list({"bucket": budget.name}, order_by="at") if use.at >= since]
    used = sum(use.amount for use in uses)
    spent = used >= budget.limit - 1e-9
    renewed = quota.renewed(now, uses[0].at if uses else None) if spent else None
    return BudgetLeft(budget, used, renewed, _pace_until(now, quota, uses, budget.request) if budget.request else None)


def _pace_until(now: datetime, quota: Quota, uses: Sequence[Use], request: float) -> Pace:
    """The most that a run may take that begins now, or waits for its turn until others come."""
    soon, later = (pace(quota, uses, at, request) for at in (now, now + BETWEEN_RUNS))
    return Pace(max(soon.run, later.run), max(soon.ahead, later.ahead))


HEARD, QUIET, BLIND = "heard", "quiet", "blind"
"""How an hour of a source was: it spoke; it did not, as often; it did not and should have."""


def rhythm_strip(cards: Sequence[SourceCard], zone: ZoneInfo) -> pd.DataFrame:
    """Stretches of equal hours of the days shown, a row each: source, hour_state, begins, ends (local, naive),
    heard and missed (mentions). Sources without a rhythm have none."""
    import pandas as pd

    rows = [
        {"source": card.source.label, **stretch}
        for card in cards
        if card.rhythm and card.rhythm.is_known
        for stretch in _stretches(card.rhythm, zone)
    ]
    return pd.DataFrame(rows, columns=["source", "hour_state", "begins", "ends", "heard", "missed"])


def _stretches(rhythm: Rhythm, zone: ZoneInfo) -> list[dict[str, object]]:
    first = (rhythm.shown_from - rhythm.begins) // HOUR
    missed = dict(zip(rhythm.blind, rhythm.missed, strict=True))
    found: list[dict[str, object]] = []
    hours = [(BLIND if first + n in missed else HEARD if count else QUIET) for n, count in enumerate(rhythm.counts)]
    for state, places in groupby(range(len(hours)), key=hours.__getitem__):
        stretch = list(places)
        begins = rhythm.shown_from + stretch[0] * HOUR
        found.append({
            "hour_state": state,
            "begins": begins.astimezone(zone).replace(tzinfo=None),
            "ends": (begins + len(stretch) * HOUR).astimezone(zone).replace(tzinfo=None),
            "heard": sum(rhythm.counts[n] for n in stretch),
            "missed": round(sum(missed.get(first + n, 0.0) for n in stretch), 1),
        })  # fmt: skip
    return found
