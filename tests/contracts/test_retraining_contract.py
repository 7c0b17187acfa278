"""What is learnt from: corrections of whole texts, as every store gives them back."""

from __future__ import annotations

from datetime import timedelta

from pasip_core.domain.quality import Label
from pasip_core.pipeline.retraining import corrections
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword, make_mention


def _corrected(stores: Stores) -> list[tuple[str, str]]:
    return [(one.text, one.sentiment) for one in corrections(stores)]


def test_a_store_without_mentions_has_nothing_to_learn(stores: Stores) -> None:
    assert corrections(stores) == []


def test_corrections_of_the_whole_are_learnt_from_and_nothing_else(stores: Stores) -> None:
    keyword = make_keyword("jokowi")
    stores.keywords.save(keyword)
    right = make_mention("Jokowi hebat", sentiment="positive")
    wrong = make_mention("hebat, Jokowi naikkan harga lagi", sentiment="positive")
    towards = make_mention("Jokowi kalah", sentiment="negative", keywords=(keyword.id,))
    stores.mentions.upsert([right, wrong, towards])
    stores.mentions.correct(wrong.id, "negative", at=NOW)
    stores.mentions.correct(towards.id, "neutral", at=NOW, keyword=keyword.id)

    assert _corrected(stores) == [("hebat, Jokowi naikkan harga lagi", "negative")]


def test_of_texts_that_are_alike_the_last_correction_counts(stores: Stores) -> None:
    early = make_mention("Harga naik lagi!", author="ani", sentiment="neutral")
    late = make_mention("harga naik   lagi", author="budi", sentiment="neutral", published_at=NOW - timedelta(days=400))
    stores.mentions.upsert([early, late])
    stores.mentions.correct(early.id, "positive", at=NOW)
    stores.mentions.correct(late.id, "negative", at=NOW + timedelta(hours=1))

    assert _corrected(stores) == [("harga naik   lagi", "negative")]


def test_a_text_that_changed_since_is_not_learnt_from(stores: Stores) -> None:
    mention = make_mention("lama", url="https://a.test/1", sentiment="neutral")
    stores.mentions.upsert([mention])
    stores.mentions.correct(mention.id, "positive", at=NOW)
    stores.mentions.upsert([make_mention("baru sama sekali", url="https://a.test/1", id=mention.id)])

    assert _corrected(stores) == []


def test_a_removed_mention_teaches_nothing(stores: Stores) -> None:
    mention = make_mention("rahasia", sentiment="neutral")
    stores.mentions.upsert([mention])
    stores.mentions.correct(mention.id, "positive", at=NOW)
    stores.mentions.exclude([mention.id])

    assert _corrected(stores) == []


def test_what_models_are_measured_on_teaches_nothing(stores: Stores) -> None:
    mention = make_mention("diukur", sentiment="neutral")
    stores.mentions.upsert([mention])
    stores.mentions.correct(mention.id, "positive", at=NOW)
    stores.labels.save(Label("w:1", "2026-11-16", mention.id, mention.content_hash, "positive", NOW, "sari"))

    assert _corrected(stores) == []
