"""Topics without a person: their terms are words of mentions, and a name may be among them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from pasip_core.domain.topic import Topic, TopicRun, label_of

from .topic_plan import read_plan

NAMELESS = "[erased]"


class Naming(Protocol):
    """By what a person is recognised among terms and ids."""

    def in_text(self, text: str) -> bool: ...
    def in_terms(self, terms: Collection[str]) -> set[str]: ...


def topic_without(topic: Topic, person: Naming) -> Topic:
    """The topic without terms that name the person, and without mentions that go."""
    gone = person.in_terms({*topic.keywords, *topic.topic.split(", "), *(term.word for term in topic.middle)})
    kept = [term for term in topic.terms if term.word not in gone]
    keywords = tuple(term.word for term in kept)
    label = topic.topic
    if gone & set(label.split(", ")) or person.in_text(label):
        label = label_of(keywords) or NAMELESS
    return replace(
        topic,
        topic=label,
        keywords=keywords,
        weights=tuple(term.weight for term in kept),
        middle=tuple(term for term in topic.middle if term.word not in gone),
        related_data_ids=tuple(id for id in topic.related_data_ids if not person.in_text(id)),
    )


def topic_run_without(run: TopicRun, person: Naming) -> TopicRun:
    """The run without such terms; what it had decided but not finished is decided anew where it holds one."""
    gone = person.in_terms({term.word for term in run.frequent})
    frequent = tuple(term for term in run.frequent if term.word not in gone)
    return replace(run, frequent=frequent, journal="" if _named(run.journal, person) else run.journal)


def _named(journal: str, person: Naming) -> bool:
    if not journal:
        return False
    plan = read_plan(journal)
    return bool(person.in_terms(plan.weights)) or any(topic_without(topic, person) != topic for topic in plan.topics)
