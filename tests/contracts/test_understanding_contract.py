"""Rules that change while a mention is being read: its stances end as if they had changed before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from pasip_core.domain.analysis import EmotionScores, SentimentScores
from pasip_core.domain.filters import Filters
from pasip_core.pipeline.enrich import enrich, rematch
from pasip_core.pipeline.rescore import rescore
from pasip_core.queries import overview
from pasip_core.stores.ports import Matched, Stores
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.helpers import WEEK, roll_up, understand

JOKOWI, PRABOWO = make_keyword("jokowi"), make_keyword("prabowo")
SPLIT = make_mention("Jokowi mantap kerjanya. Prabowo cuma bisa marah.", published_at=NOW)


@dataclass
class Reader:
    """Hears praise only where nobody is angry; ``meanwhile`` happens once, while it reads."""

    version: str = "words-1"
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[SentimentScores]:
        while self.meanwhile:
            self.meanwhile.pop()()
        return [SentimentScores.certain("negative" if "marah" in text else "positive") for text in texts]


class Feeler:
    def predict(self, texts: Sequence[str]) -> list[EmotionScores]:
        return [EmotionScores.certain("anger") for _ in texts]


def analyse(stores: Stores, *meanwhile: Callable[[], object]) -> None:
    enrich(stores, Reader(meanwhile=list(meanwhile)), Feeler(), clock=lambda: NOW)


def add_jokowi(stores: Stores) -> None:
    stores.keywords.save(JOKOWI)
    rematch(stores, Reader())


@pytest.fixture
def watched(stores: Stores) -> Stores:
    """Prabowo is watched, and one text that praises another man, too, is stored."""
    stores.keywords.save(PRABOWO)
    stores.mentions.upsert([SPLIT])
    rematch(stores, Reader())
    return stores


def assert_each_has_its_own(stores: Stores) -> None:
    assert dict(stores.mentions.get(SPLIT.id).stances) == {JOKOWI.id: "positive", PRABOWO.id: "negative"}
    assert stores.mentions.unanalysed(1) == []
    roll_up(stores)
    for keyword, tone in ((JOKOWI, "positive"), (PRABOWO, "negative")):
        assert overview.overview(stores, Filters(WEEK, keywords=(keyword.id,))).by_sentiment[tone] == 1


def test_a_keyword_added_while_a_mention_is_analysed(watched: Stores) -> None:
    analyse(watched, lambda: add_jokowi(watched))
    assert_each_has_its_own(watched)
    (said,) = watched.mentions.history(SPLIT.id)
    assert set(said.keywords_mentioned) == {JOKOWI.id, PRABOWO.id}


def test_a_keyword_added_between_two_batches_of_an_analysis(watched: Stores) -> None:
    later = make_mention("Jokowi mantap. Prabowo marah.", author="b", published_at=NOW, keywords=())

    def meanwhile() -> None:
        add_jokowi(watched)
        watched.mentions.upsert([later])
        rematch(watched, Reader())

    analyse(watched, meanwhile)
    assert dict(watched.mentions.get(later.id).stances) == {JOKOWI.id: "positive", PRABOWO.id: "negative"}


def test_a_mention_analysed_while_it_is_matched(watched: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.keywords.save(JOKOWI)
    outdated, analysed = watched.mentions.outdated, iter([True])

    def analysed_behind_its_back(revision: str, limit: int) -> list[object]:
        found = outdated(revision, limit)
        if next(analysed, False):
            analyse(watched)
        return found

    monkeypatch.setattr(watched.mentions, "outdated", analysed_behind_its_back)
    rematch(watched, Reader())
    assert_each_has_its_own(watched)


def test_a_keyword_added_while_another_model_reads(watched: Stores) -> None:
    analyse(watched)
    rescore(watched, Reader("words-2", [lambda: add_jokowi(watched)]), Feeler(), clock=lambda: NOW)
    assert_each_has_its_own(watched)
    assert watched.mentions.get(SPLIT.id).analysis.model_version == "words-2"


def test_another_model_reads_while_a_mention_is_matched(watched: Stores) -> None:
    analyse(watched)
    watched.keywords.save(JOKOWI)
    rematch(watched, Reader(meanwhile=[lambda: rescore(watched, Reader("words-2"), Feeler(), clock=lambda: NOW)]))
    assert_each_has_its_own(watched)


def test_what_a_person_says_of_the_whole_meanwhile_holds_for_a_new_keyword_too(watched: Stores) -> None:
    analyse(watched)
    watched.keywords.save(JOKOWI)
    rematch(watched, Reader(meanwhile=[lambda: watched.mentions.correct(SPLIT.id, "neutral", at=NOW)]))
    assert dict(watched.mentions.get(SPLIT.id).stances) == dict.fromkeys((JOKOWI.id, PRABOWO.id), "neutral")


def test_what_was_matched_by_keywords_it_no_longer_has_waits(watched: Stores) -> None:
    analyse(watched)
    stored = watched.mentions.get(SPLIT.id)
    late = Matched(stored.id, stored.content_hash, (), "r9", had=(JOKOWI.id,), said_by=stored.analysis.model_version)
    for one in (late, Matched(stored.id, stored.content_hash, (PRABOWO.id,), "r9", had=(PRABOWO.id,))):
        assert watched.mentions.save_matches([one]) == 0
    assert watched.mentions.get(SPLIT.id) == stored
    assert watched.mentions.count_outdated("r9") == 1


def test_an_analysis_asked_towards_other_keywords_leaves_no_trace(watched: Stores) -> None:
    roll_up(watched)
    late = understand(SPLIT, had=(JOKOWI.id,))
    assert watched.mentions.save_analyses([late]) == 0
    assert watched.mentions.history(SPLIT.id) == []
    assert watched.mentions.touched_days(1) == []
    assert watched.mentions.count_unanalysed() == 1
