"""After a change of models everything is read again: by pieces, with the same result, and people stay right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from pasip_core.commands import quality
from pasip_core.domain.analysis import CORRECTION, EmotionScores, SentimentScores
from pasip_core.domain.period import Period
from pasip_core.domain.quality import ONLY, PAUSE
from pasip_core.pipeline import rescore as stage
from pasip_core.pipeline.enrich import enrich
from pasip_core.pipeline.rescore import left_to_read, rescore
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import draw_sample, forget_gone, keep_labels
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.filling import everything_kept


@dataclass
class Reader:
    """A model that says the same of every text, and may die after some."""

    version: str
    tone: str
    lives: int = 1_000_000

    def predict(self, texts: Sequence[str]) -> list[SentimentScores]:
        self.lives -= len(texts)
        if self.lives < 0:
            raise KeyboardInterrupt
        return [SentimentScores.certain(self.tone) for _ in texts]


class Feeler:
    def predict(self, texts: Sequence[str]) -> list[EmotionScores]:
        return [EmotionScores.certain("anger") for _ in texts]


OLD, NEW = Reader("old-1", "neutral"), Reader("new-1", "positive")


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "BATCH", 10)


def filled(stores: Stores, count: int = 35) -> list[str]:
    """Mentions that the old model read, the first of them corrected."""
    stores.keywords.save(make_keyword("jokowi"))
    mentions = [make_mention(f"Jokowi {n}", keywords=("jokowi",)) for n in range(count)]
    stores.mentions.upsert(mentions)
    enrich(stores, OLD, Feeler(), clock=lambda: NOW)
    stores.mentions.correct(mentions[0].id, "negative", at=NOW)
    return [mention.id for mention in mentions]


def run(stores: Stores, model: Reader) -> int:
    return rescore(stores, model, Feeler(), clock=lambda: NOW).done


def test_everything_but_what_a_person_said_is_read_again_and_the_history_stays(stores: Stores) -> None:
    ids = filled(stores)
    assert left_to_read(stores, NEW.version) == 34
    assert run(stores, NEW) == 34
    assert stores.mentions.read_by() == {"new-1": 34, CORRECTION: 1}
    assert stores.mentions.get(ids[0]).analysis.sentiment == "negative"
    again = stores.mentions.get(ids[1])
    assert (again.analysis.sentiment, dict(again.stances)) == ("positive", {"jokowi": "positive"})
    assert [said.model_version for said in stores.mentions.history(ids[1])] == ["new-1", "old-1"]
    assert stores.rescorings.get(ONLY).ended_at == NOW
    assert run(stores, NEW) == 0


def test_back_to_the_earlier_model_makes_its_word_current_again(stores: Stores) -> None:
    ids = filled(stores)
    run(stores, NEW)
    assert run(stores, OLD) == 34
    assert stores.mentions.get(ids[1]).analysis.sentiment == "neutral"
    assert len(stores.mentions.history(ids[1])) == 2
    assert run(stores, OLD) == 0


def test_interrupted_and_resumed_ends_as_if_it_had_not_been(settings: Settings, stores: Stores) -> None:
    filled(stores)
    whole = connect(settings.model_copy(update={"data_dir": settings.data_dir.parent / "whole"}))
    filled(whole)
    with pytest.raises(KeyboardInterrupt):
        run(stores, Reader("new-1", "positive", lives=15))
    assert stores.mentions.read_by() == {"new-1": 10, "old-1": 24, CORRECTION: 1}
    assert stores.rescorings.get(ONLY).total == 34
    assert run(stores, NEW) == 24
    run(whole, NEW)
    assert list(everything_kept(stores)) == list(everything_kept(whole))
    assert stores.rescorings.get(ONLY) == whole.rescorings.get(ONLY)
    whole.close()


def test_a_pause_lasts_until_it_is_resumed(stores: Stores, settings: Settings) -> None:
    filled(stores)
    quality.pause_rescoring(stores)
    assert run(stores, NEW) == 0
    assert stores.rescorings.get(PAUSE) is not None
    assert stores.rescorings.get(ONLY).ended_at is None
    quality.resume_rescoring(stores, settings)
    assert run(stores, NEW) == 34
    assert [entry.action for entry in stores.audit.list(order_by="at")] == ["rescore.pause", "rescore.resume"]


def test_labels_learn_what_the_new_model_says_and_go_with_their_text(stores: Stores) -> None:
    ids = filled(stores)
    day = NOW.date()
    sample = draw_sample(stores, Period(day, day), NOW)
    assert (sample.population, set(sample.ids)) == (35, set(ids))
    for id in sample.ids[:3]:
        quality.label(stores, sample, id, "negative")
    run(stores, NEW)
    assert {tuple(sorted(one.said.items())) for one in stores.labels.list()} <= {
        (("new-1", "positive"), ("old-1", "neutral")),
        (("old-1", "neutral"),),  # the corrected one is not read again
    }
    stores.mentions.exclude([sample.ids[0]])
    edited = make_mention("Jokowi lain sekali", keywords=("jokowi",))
    stores.mentions.upsert([type(edited)(**{**_fields(edited), "id": sample.ids[1]})])
    assert keep_labels(stores) == 2
    forget_gone(stores)
    assert stores.samples.get(sample.id).ids == sample.ids[1:]
    assert [one.data_id for one in stores.labels.list()] == [sample.ids[2]]


def _fields(mention: object) -> dict[str, object]:
    return {name: getattr(mention, name) for name in mention.__dataclass_fields__}  # type: ignore[attr-defined]
