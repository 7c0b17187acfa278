"""Trying a rule on what was said lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pasip_core.domain.filters import Filters
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.domain.rules import Matcher, parse_rule
from pasip_core.stores.ports import Stores

from .overview import where_data_lies


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """The latest mentions, newest first, parted by a rule."""

    caught: tuple[Mention, ...]
    missed: tuple[Mention, ...]


def try_rule(stores: Stores, rule: str, limit: int = 200) -> RuleTrial:
    """What ``rule`` would catch and miss of the latest ``limit`` mentions. ``RuleError`` for a bad rule."""
    parse_rule(rule)
    now = datetime.now(UTC)
    lies = where_data_lies(stores, Period.last_days(1, now, JAKARTA))
    if lies is None:
        return RuleTrial((), ())
    matcher = Matcher([Keyword(id="probe", keyword="probe", created_at=now, updated_at=now, rule=rule)])
    latest = stores.mentions.page(Filters(lies), limit=limit).mentions
    caught = tuple(m for m in latest if matcher.match(m.text, published_at=m.published_at))
    ids = {m.id for m in caught}
    return RuleTrial(caught, tuple(m for m in latest if m.id not in ids))
