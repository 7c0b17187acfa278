"""What a mention from outside must keep to, beyond the types of its fields, before a store may see it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime

from pasip_core.domain.analysis import SENTIMENTS, Analysis
from pasip_core.domain.mention import LARGEST_COUNT, Mention
from pasip_core.domain.names import KINDS, LONGEST
from pasip_core.stores.ports import Kept

_HASH = re.compile(r"[0-9a-f]{32}")
_TOPIC = re.compile(r"[0-9A-Za-z_-]{0,64}")
_ID = re.compile(r"[0-9a-f]{24}")
FIRST_YEAR, LAST_YEAR = 2, 9998
"""Years that stay in the calendar whatever zone they are shown in."""


def check_kept(kept: Kept) -> None:
    """``ValueError`` says what is wrong with it."""
    mention = kept.mention
    if not _ID.fullmatch(mention.id):
        raise ValueError(f"{mention.id[:60]!r} is no id")
    hashes = (mention.content_hash, mention.cluster_id, *(said.content_hash for said in kept.said))
    if not all(map(_HASH.fullmatch, hashes)):
        raise ValueError("a hash is none")
    if not _TOPIC.fullmatch(kept.topic):
        raise ValueError(f"{kept.topic[:60]!r} is no topic")
    _check_counts(mention)
    for moment in (mention.published_at, mention.scraped_at):
        _check_moment(moment)
    for analysis in _analyses(kept):
        _check_analysis(analysis, mention.id)
    if not set(mention.stances.values()) <= set(SENTIMENTS):
        raise ValueError("a stance is no sentiment")
    if not {name.kind for name in kept.names} <= set(KINDS) or any(len(name.name) > LONGEST for name in kept.names):
        raise ValueError("a name is of no kind there is, or too long")
    if kept.names and not kept.names_by:
        raise ValueError("names that nobody read")
    if not {*mention.stances, *kept.corrected} <= set(mention.keywords):
        raise ValueError("a stance is towards none of its keywords")


def _analyses(kept: Kept) -> Iterator[Analysis]:
    if kept.mention.analysis is not None:
        yield kept.mention.analysis
    yield from (said.analysis for said in kept.said)


def _check_counts(mention: Mention) -> None:
    reactions = mention.engagement
    for value in (reactions.likes, reactions.shares, reactions.comments, mention.author_followers):
        if value is not None and abs(value) > LARGEST_COUNT:
            raise ValueError(f"{value} is too large to be a count")


def _check_moment(moment: datetime) -> None:
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{moment} is no moment, or without its zone")


def _check_analysis(analysis: Analysis, id: str) -> None:
    scores = analysis.scores
    if analysis.data_id != id:
        raise ValueError("an analysis is of another mention")
    if analysis.sentiment not in SENTIMENTS:
        raise ValueError(f"{analysis.sentiment[:60]!r} is no sentiment")
    if not all(map(math.isfinite, (analysis.confidence, scores.positive, scores.negative, scores.neutral))):
        raise ValueError("a score is no number")
    _check_moment(analysis.processed_at)
