"""From stored mentions to what is understood of them: the whole, and towards each keyword."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.nlp.emotion import load_emotion
from pasip_core.nlp.sentiment import load_sentiment
from pasip_core.pipeline.enrich import enrich, rematch
from pasip_core.queries import overview
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.helpers import roll_up

MODEL, EMOTIONS = load_sentiment("bundled"), load_emotion()
SPLIT = "Jokowi mantap banget kerjanya. Sementara itu Prabowo cuma bisa marah-marah. Capek dengernya."


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def test_a_text_that_praises_one_and_blames_another_counts_for_each_as_it_means_them(stores: Stores) -> None:
    jokowi, prabowo = make_keyword("jokowi"), make_keyword("prabowo")
    for keyword in (jokowi, prabowo):
        stores.keywords.save(keyword)
    mention = make_mention(SPLIT, keywords=())
    stores.mentions.upsert([mention])
    assert rematch(stores, MODEL).done == 1
    assert enrich(stores, MODEL, EMOTIONS, clock=lambda: NOW).done == 1
    assert dict(stores.mentions.get(mention.id).stances) == {jokowi.id: "positive", prabowo.id: "negative"}
    roll_up(stores)
    week = Period.last_days(7, NOW)
    for keyword, tone in ((jokowi, "positive"), (prabowo, "negative")):
        counts = overview.overview(stores, Filters(week, keywords=(keyword.id,))).by_sentiment
        assert counts[tone] == 1


def test_in_whichever_order_keywords_are_added_the_stances_end_alike(stores: Stores) -> None:
    jokowi, prabowo = make_keyword("jokowi"), make_keyword("prabowo")
    mention = make_mention(SPLIT, keywords=())
    stores.mentions.upsert([mention])
    stores.keywords.save(prabowo)
    rematch(stores, MODEL)
    enrich(stores, MODEL, EMOTIONS, clock=lambda: NOW)
    whole = stores.mentions.get(mention.id).analysis.sentiment
    assert dict(stores.mentions.get(mention.id).stances) == {prabowo.id: whole}
    stores.keywords.save(jokowi)
    rematch(stores, MODEL)
    assert dict(stores.mentions.get(mention.id).stances) == {jokowi.id: "positive", prabowo.id: "negative"}
    stores.keywords.delete(jokowi.id)
    rematch(stores, MODEL)
    assert dict(stores.mentions.get(mention.id).stances) == {prabowo.id: whole}


def test_a_text_about_one_thing_is_read_as_a_whole(stores: Stores) -> None:
    keyword = make_keyword("jokowi")
    stores.keywords.save(keyword)
    mention = make_mention("Jokowi gagal total. Kecewa berat saya.", keywords=())
    stores.mentions.upsert([mention])
    rematch(stores, MODEL)
    enrich(stores, MODEL, EMOTIONS, clock=lambda: NOW)
    stored = stores.mentions.get(mention.id)
    assert stored.stances[keyword.id] == stored.analysis.sentiment == "negative"
