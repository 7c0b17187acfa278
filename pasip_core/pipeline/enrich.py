"""Understanding what is stored: keywords after a change of rules, sentiment of what has none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pasip_core.domain.analysis import Analysis, SentimentScores
from pasip_core.domain.mention import Mention
from pasip_core.domain.rules import Matcher
from pasip_core.stores.ports import Matched, Stores, Understood

from .progress import Clock, Progress, Slice, silent, utc_now

BATCH = 500


class SentimentScorer(Protocol):
    """The part of a sentiment model that this stage needs."""

    @property
    def version(self) -> str:
        """Stored with each analysis."""

    def predict(self, texts: Sequence[str]) -> list[SentimentScores]:
        """Scores for each text, in order."""


def rematch(stores: Stores, *, progress: Progress = silent, seconds: float = float("inf")) -> Slice:
    """Give every stored mention the keywords of the present rules, for about ``seconds``.

    Resumable: a mention is done when it carries the revision of the rules. Rules that change meanwhile
    change the revision, and the next slice starts over with them.
    """
    matcher = Matcher(stores.keywords.list())
    left = stores.mentions.count_outdated(matcher.revision)

    def next_batch() -> list[Mention]:
        return stores.mentions.outdated(matcher.revision, BATCH)

    def work(batch: list[Mention]) -> None:
        stores.mentions.save_matches([_matched(mention, matcher) for mention in batch])

    return _work_off(next_batch, work, left, progress, seconds, "keywords")


def _matched(mention: Mention, matcher: Matcher) -> Matched:
    keywords = matcher.match(mention.text, published_at=mention.published_at, had=mention.keywords)
    return Matched(mention.id, mention.content_hash, keywords, matcher.revision)


def enrich(
    stores: Stores,
    model: SentimentScorer,
    *,
    clock: Clock = utc_now,
    progress: Progress = silent,
    seconds: float = float("inf"),
) -> Slice:
    """Analyse every mention that has no analysis, for about ``seconds``. Idempotent, safe side by side."""
    left = stores.mentions.count_unanalysed()

    def next_batch() -> list[Mention]:
        return stores.mentions.unanalysed(BATCH)

    def work(batch: list[Mention]) -> None:
        scores = model.predict([mention.text for mention in batch])
        stores.mentions.save_analyses(
            [_understood(m, s, model.version, clock) for m, s in zip(batch, scores, strict=True)]
        )

    return _work_off(next_batch, work, left, progress, seconds, "sentiment")


def _understood(mention: Mention, scores: SentimentScores, version: str, clock: Clock) -> Understood:
    sentiment = scores.sentiment
    analysis = Analysis(
        data_id=mention.id,
        sentiment=sentiment,
        confidence=getattr(scores, sentiment),
        scores=scores,
        processed_at=clock(),
        model_version=version,
        keywords_mentioned=mention.keywords,
    )
    return Understood(mention.content_hash, analysis, dict.fromkeys(mention.keywords, sentiment))


def _work_off(
    next_batch: Callable[[], list[Mention]],
    work: Callable[[list[Mention]], None],
    left: int,
    progress: Progress,
    seconds: float,
    note: str,
) -> Slice:
    done, total, until = 0, left, time.monotonic() + seconds
    progress(0, total, note)
    while batch := next_batch():
        work(batch)
        done += len(batch)
        progress(done, max(total, done), note)
        if time.monotonic() > until:
            return Slice(done, max(total - done, 1))
    return Slice(done, 0)
