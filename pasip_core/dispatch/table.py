"""Every job there is: where its body lies, which queue takes it, and what happens when it fails."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

QUEUES = ("scrape", "nlp", "reports")

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class JobSpec:
    """How one kind of job is run. Times are seconds.

    ``result_ttl`` and ``failure_ttl`` are how long its outcome can be looked at; they never keep the same
    job from being dispatched again. ``subject`` is the number of leading arguments that tell jobs of this
    kind apart: those with the same id are one job. ``again`` says that a press while the job runs asks for
    another run after it, since the running one may already have passed what changed.
    """

    function: str
    queue: str
    timeout: int
    retries: Sequence[int] = ()
    id_prefix: str = ""
    subject: int = 0
    again: bool = False
    result_ttl: int = HOUR
    failure_ttl: int = 7 * DAY


JOBS: Mapping[str, JobSpec] = MappingProxyType(
    {
        "collect": JobSpec(
            "workers.jobs.collect_source", "scrape", 30 * MINUTE, (300, 300, 300), id_prefix="collect", subject=2
        ),
        "collect_social": JobSpec(
            "workers.jobs.collect_source", "scrape", 20 * MINUTE, (180,) * 5, id_prefix="collect", subject=2
        ),
        "refresh": JobSpec("workers.jobs.refresh", "scrape", 20 * MINUTE, (180, 180)),
        "import_file": JobSpec(
            "workers.jobs.import_file", "scrape", 6 * HOUR, (5, 60, 300), id_prefix="import", subject=1
        ),
        "rematch": JobSpec("workers.understanding.rematch", "nlp", 10 * MINUTE, (5, 60, 300), again=True),
        "enrich": JobSpec("workers.understanding.enrich", "nlp", 15 * MINUTE, (5, 60, 300), again=True),
        "topics": JobSpec("workers.understanding.topics", "nlp", 30 * MINUTE, (60, 300, 300)),
        "rescore": JobSpec("workers.understanding.rescore", "nlp", 15 * MINUTE, (5, 60, 300), again=True),
        "sample": JobSpec("workers.understanding.sample", "reports", 10 * MINUTE, (60, 300)),
        "entities": JobSpec("workers.understanding.entities", "nlp", 15 * MINUTE, (5, 60, 300), again=True),
        "stories": JobSpec("workers.understanding.stories", "nlp", 10 * MINUTE, (5, 60, 300), again=True),
        "coordination": JobSpec("workers.understanding.coordination", "nlp", 30 * MINUTE, (60, 300)),
        "rollup": JobSpec("workers.jobs.rollup", "reports", 10 * MINUTE, (2, 10, 60, 300), again=True),
        "collect_due": JobSpec("workers.jobs.collect_due", "reports", 5 * MINUTE, (30, 60), subject=1),
        "check_feed": JobSpec("workers.jobs.check_feed", "scrape", 2 * MINUTE, subject=1, failure_ttl=HOUR),
        "check_site": JobSpec("workers.jobs.check_site", "scrape", 3 * MINUTE, subject=1, failure_ttl=HOUR),
        "test_source": JobSpec("workers.jobs.test_source", "scrape", 5 * MINUTE, subject=1, failure_ttl=HOUR),
        "cleanup": JobSpec("workers.jobs.cleanup", "reports", 30 * MINUTE, (60, 300, 300), again=True),
        "erase": JobSpec("workers.jobs.erase_person", "reports", 6 * HOUR, (5, 60, 300), subject=1),
        "rhythms": JobSpec("workers.jobs.rhythms", "reports", 10 * MINUTE, (60, 300)),
        "influencers": JobSpec("workers.understanding.influencers", "reports", 10 * MINUTE, (60, 300)),
        "publish_sources": JobSpec("workers.jobs.publish_sources", "reports", 5 * MINUTE, (5, 60), again=True),
    }
)


def collecting_job(platform: str) -> str:
    """The name of the job that collects from a source of ``platform``: they differ in their retries."""
    return "collect" if platform == "news" else "collect_social"


def job_id_for(name: str, args: Sequence[Any]) -> str:
    """The id of the job ``name`` with these arguments: same work, same id. Only ``[A-Za-z0-9_-]``."""
    spec = JOBS[name]
    parts = [spec.id_prefix or name, *filter(None, map(_readable, args[: spec.subject]))]
    return "-".join(parts)[:200]


def _readable(value: Any) -> str:
    """``value`` in the characters of an id; what does not fit, or a list of ids, becomes a short digest."""
    if value is None or value == "" or (isinstance(value, Sequence) and not value):
        return ""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,60}", value):
        return value
    text = value if isinstance(value, str) else "\0".join(sorted(map(str, value)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
