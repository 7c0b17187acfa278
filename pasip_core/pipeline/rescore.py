"""Reading everything again after a change of models."""

from __future__ import annotations

from dataclasses import replace

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.mention import Mention
from pasip_core.domain.quality import ONLY, PAUSE, Rescoring
from pasip_core.domain.rules import Matcher
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import keep_labels

from .enrich import BATCH, EmotionScorer, SentimentScorer, understood, work_off
from .progress import Clock, Progress, Slice, silent, utc_now


def left_to_read(stores: Stores, version: str) -> int:
    """How many mentions were read by another model than this one; what a person said stays."""
    return sum(count for model, count in stores.mentions.read_by().items() if model not in {version, CORRECTION})


def rescore(
    stores: Stores,
    model: SentimentScorer,
    emotions: EmotionScorer,
    *,
    clock: Clock = utc_now,
    progress: Progress = silent,
    seconds: float = float("inf"),
) -> Slice:
    """Have ``model`` read every mention that another one read, for about ``seconds``, or until it is paused.

    Resumable at any line: a mention is done when its current analysis is by ``model``. Earlier analyses stay in the
    history, corrections outrank this one, and labels of samples learn what the model says of their texts.
    """
    left = left_to_read(stores, model.version)
    _begun(stores, model.version, left, clock)

    def next_batch() -> list[Mention]:
        return [] if stores.rescorings.get(PAUSE) else stores.mentions.read_by_others(model.version, BATCH)

    def work(batch: list[Mention]) -> None:
        matcher = Matcher(stores.keywords.list())
        stores.mentions.save_analyses(understood(batch, matcher, model, emotions, clock), anew=True)

    done = work_off(next_batch, work, left, progress, seconds, "read again")
    if not done.left:
        _ended(stores, model.version, clock)
    return done


def _begun(stores: Stores, version: str, left: int, clock: Clock) -> None:
    """Note it: a new one where the model is another, or more has come since it ended."""
    state = stores.rescorings.get(ONLY) or Rescoring(ONLY)
    if state.version != version or (state.ended_at and left) or left > state.total:
        ended_at = None if left else clock()
        state = replace(state, version=version, total=left, begun_at=clock(), ended_at=ended_at)
        stores.rescorings.save(state)


def _ended(stores: Stores, version: str, clock: Clock) -> None:
    """Note it where nothing is left: a pause ends a slice too."""
    keep_labels(stores, version)
    state = stores.rescorings.get(ONLY)
    if state and state.ended_at is None and not stores.mentions.read_by_others(version, 1):
        stores.rescorings.save(replace(state, ended_at=clock()))
