"""Understanding what is stored: keywords after a change of rules, sentiment and emotion of what has none."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from pasip_core.domain.analysis import Analysis, EmotionScores, SentimentScores
from pasip_core.domain.mention import Mention
from pasip_core.domain.rules import Matcher
from pasip_core.nlp.stance import passages
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


class EmotionScorer(Protocol):
    """The part of an emotion model that this stage needs."""

    def predict(self, texts: Sequence[str]) -> list[EmotionScores]:
        """Scores for each text, in order."""


def rematch(
    stores: Stores, model: SentimentScorer, *, progress: Progress = silent, seconds: float = float("inf")
) -> Slice:
    """Give every stored mention the keywords of the present rules, for about ``seconds``.

    Resumable: a mention is done when it carries the revision of the rules. Rules that change meanwhile
    change the revision, and the next slice starts over with them. Where an analysed mention gets other keywords,
    ``model`` is asked again for the sentiment towards each: what is said of one depends on which others are named.
    Where it was analysed, or got other keywords, while it was looked at, it is looked at again.
    """
    matcher = Matcher(stores.keywords.list())
    left = stores.mentions.count_outdated(matcher.revision)

    def next_batch() -> list[Mention]:
        return stores.mentions.outdated(matcher.revision, BATCH)

    def work(batch: list[Mention]) -> None:
        found = [matcher.match(m.text, published_at=m.published_at, had=m.keywords) for m in batch]
        asked = [
            Asked(m.text, keywords, m.analysis.sentiment)
            if m.analysis and set(keywords) != set(m.keywords)
            else NOTHING_ASKED
            for m, keywords in zip(batch, found, strict=True)
        ]
        stances = towards(asked, matcher, model)
        stores.mentions.save_matches(
            [
                Matched(m.id, m.content_hash, keywords, matcher.revision, towards_each, m.keywords, _said_by(m))
                for m, keywords, towards_each in zip(batch, found, stances, strict=True)
            ]
        )

    return work_off(next_batch, work, left, progress, seconds, "keywords")


def enrich(
    stores: Stores,
    model: SentimentScorer,
    emotions: EmotionScorer,
    *,
    clock: Clock = utc_now,
    progress: Progress = silent,
    seconds: float = float("inf"),
) -> Slice:
    """Analyse every mention that has no analysis, for about ``seconds``. Idempotent, safe side by side.

    A mention that got other keywords while it was read is read again.
    """
    left = stores.mentions.count_unanalysed()

    def next_batch() -> list[Mention]:
        return stores.mentions.unanalysed(BATCH)

    def work(batch: list[Mention]) -> None:
        matcher = Matcher(stores.keywords.list())  # after the batch: it knows every keyword that is in there
        stores.mentions.save_analyses(understood(batch, matcher, model, emotions, clock))

    return work_off(next_batch, work, left, progress, seconds, "sentiment")


def _said_by(mention: Mention) -> str | None:
    return mention.analysis.model_version if mention.analysis else None


def understood(
    batch: Sequence[Mention], matcher: Matcher, model: SentimentScorer, emotions: EmotionScorer, clock: Clock
) -> list[Understood]:
    """What the models make of these mentions: the whole, and towards each of their keywords."""
    texts = [mention.text for mention in batch]
    scores, felt = model.predict(texts), emotions.predict(texts)
    asked = [Asked(m.text, m.keywords, whole.sentiment) for m, whole in zip(batch, scores, strict=True)]
    stances = towards(asked, matcher, model)
    return [
        _understood(mention, whole, emotion.emotion, towards_each, model.version, clock)
        for mention, whole, emotion, towards_each in zip(batch, scores, felt, stances, strict=True)
    ]


def _understood(
    mention: Mention, scores: SentimentScores, emotion: str, stances: Mapping[str, str], version: str, clock: Clock
) -> Understood:
    sentiment = scores.sentiment
    analysis = Analysis(
        data_id=mention.id,
        sentiment=sentiment,
        confidence=scores.confidence,
        scores=scores,
        processed_at=clock(),
        model_version=version,
        emotion=emotion,
        keywords_mentioned=mention.keywords,
    )
    return Understood(mention.content_hash, analysis, stances, mention.keywords)


class Asked(NamedTuple):
    """A text, the keywords towards which its sentiment is asked for, and the sentiment of the whole."""

    text: str
    keywords: tuple[str, ...]
    whole: str


NOTHING_ASKED = Asked("", (), "")


def towards(asked: Sequence[Asked], matcher: Matcher, model: SentimentScorer) -> list[dict[str, str]]:
    """For each text the sentiment towards each of its keywords; the model reads only parts, each once."""
    parts = [passages(text, matcher.places(text, keywords)) if keywords else {} for text, keywords, _ in asked]
    texts = list(
        {part: None for one, found in zip(asked, parts, strict=True) for part in found.values() if part != one.text}
    )
    tones = dict(zip(texts, (scores.sentiment for scores in model.predict(texts)), strict=True)) if texts else {}
    return [
        {keyword: one.whole if part == one.text else tones[part] for keyword, part in found.items()}
        for one, found in zip(asked, parts, strict=True)
    ]


def work_off(
    next_batch: Callable[[], list[Mention]],
    work: Callable[[list[Mention]], None],
    left: int,
    progress: Progress,
    seconds: float,
    note: str,
) -> Slice:
    """Batch by batch until there is none, or for about ``seconds``; ``left`` were there when it began."""
    done, total, until = 0, left, time.monotonic() + seconds
    progress(0, total, note)
    while batch := next_batch():
        work(batch)
        done += len(batch)
        progress(done, max(total, done), note)
        if time.monotonic() > until:
            return Slice(done, max(total - done, 1))
    return Slice(done, 0)
