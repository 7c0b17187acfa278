"""``topics``: find what a period is about, inline."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pasip_core.domain.period import Period
from pasip_core.domain.topic import Topic, TopicRun
from pasip_core.queries.topics import topics_of_run

from . import filtering
from .context import Json, opened
from .output import progress_bar, say, say_json, show_table

SHOWN = 40


def topics(first: filtering.From = None, last: filtering.To = None, json: Json = False) -> None:
    """Find topics among the mentions of a period; the last thirty days where no day is given."""
    from pasip_core.pipeline.topics import find_topics

    with opened() as (settings, stores), progress_bar(json) as progress:
        period = _period(first, last, datetime.now(UTC), settings.zone)
        run = find_topics(stores, period, owner=f"cli-{os.getpid()}", progress=progress)
        found = topics_of_run(stores, run)
    if json:
        say_json(_told(run, found))
    elif run.frequent:
        say(f"{run.texts} texts are too few for topics; the terms that most of them have:")
        show_table(["term", "texts"], [[term.word, int(term.weight)] for term in run.frequent])
    else:
        say(f"{run.assigned} of {run.mentions} mentions in {len(found)} topics, {run.first} to {run.last}")
        show_table(
            ["topic", "mentions", "trending", "state"],
            [[topic.topic, topic.mentions_count, topic.trending_score, topic.state] for topic in found[:SHOWN]],
        )


def _period(first: str | None, last: str | None, now: datetime, zone: ZoneInfo) -> Period:
    from pasip_core.pipeline.topics import DEFAULT_DAYS

    if first is None and last is None:
        return Period.last_days(DEFAULT_DAYS, now, zone)
    given = filtering.week(first, last, now, zone)
    return given if first else Period(given.last - timedelta(days=DEFAULT_DAYS - 1), given.last, zone)


def _told(run: TopicRun, found: list[Topic]) -> dict[str, object]:
    return {
        "from": date.fromisoformat(run.first),
        "to": date.fromisoformat(run.last),
        "mentions": run.mentions,
        "texts": run.texts,
        "assigned": run.assigned,
        "states": run.counts,
        "topics": [
            {
                "id": topic.id, "topic": topic.topic, "keywords": topic.keywords, "state": topic.state,
                "mentions_count": topic.mentions_count, "sentiment_distribution": topic.sentiment_distribution,
                "trending_score": topic.trending_score, "first_mentioned": topic.first_mentioned,
                "last_mentioned": topic.last_mentioned, "related_data_ids": topic.related_data_ids,
            }
            for topic in found
        ],
        "frequent_terms": {term.word: int(term.weight) for term in run.frequent},
    }  # fmt: skip
