"""From what was learnt to topics: who goes on, who is born, who went into another, who is found no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from pasip_core.domain.period import Period
from pasip_core.domain.topic import CONTINUED, DIED, MERGED, NEW, Term, Topic, label_of, topic_id

if TYPE_CHECKING:
    from pasip_core.nlp.topics import Group, Learnt


@dataclass(frozen=True, slots=True)
class Plan:
    """Every topic that changes, as it will be, and the weights of the space in which mentions find theirs."""

    topics: tuple[Topic, ...]
    weights: Mapping[str, float]

    def states(self) -> dict[str, int]:
        """How many topics are in which state."""
        return dict(Counter(topic.state for topic in self.topics))


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Plan)


def write_plan(plan: Plan) -> str:
    """The plan as JSON."""
    return _adapter().dump_json(plan).decode()


def read_plan(journal: str) -> Plan:
    """What ``write_plan`` wrote."""
    plan: Plan = _adapter().validate_json(journal)
    return plan


def decide(learnt: Learnt, known: Sequence[Topic], period: Period, now: datetime) -> Plan:
    """The plan that follows from what was learnt; ``known`` are the topics whose middles it began with."""
    going_on = [_shown(group, _base(group, known, period, now), now) for group in learnt.groups]
    merged = [
        replace(known[gone], state=MERGED, merged_into=known[into].id, seen_at=now)
        for gone, into in learnt.merged.items()
    ]
    named = {topic.id for topic in (*going_on, *merged)}
    died = [replace(topic, state=DIED) for topic in known if topic.id not in named and _is_over(topic, period)]
    return Plan((*going_on, *merged, *died), learnt.space.weights)


def _base(group: Group, known: Sequence[Topic], period: Period, now: datetime) -> Topic:
    """The topic as it was; a new one where there was none."""
    if group.known is not None:
        return replace(known[group.known], state=CONTINUED)
    id = topic_id(group.middle, period.first.isoformat())
    return Topic(id, "", (), (), (), born_at=now, seen_at=now, state=NEW)


def _shown(group: Group, topic: Topic, now: datetime) -> Topic:
    keywords = tuple(word for word, _ in group.terms)
    return replace(
        topic,
        topic=label_of(keywords, topic.topic),
        keywords=keywords,
        weights=tuple(weight for _, weight in group.terms),
        middle=tuple(Term(term, weight) for term, weight in group.middle.items()),
        seen_at=now,
    )


def _is_over(topic: Topic, period: Period) -> bool:
    """Whether these days could have had it: what is only spoken of later, or still is, has not died of them."""
    if not topic.alive:
        return False
    return topic.last_mentioned is None or topic.last_mentioned < period.end
