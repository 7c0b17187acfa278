"""The pages Quality and Sentiment: labelling by key, agreement, the band of errors, and ways to the mentions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import cached, labelling, sentiment_view
from pasip_core.domain.period import Period
from pasip_core.domain.quality import ONLY, PAUSE, Label, Rescoring, label_id
from pasip_core.queries.quality import model_errors
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword
from tests.contracts.helpers import understand
from tests.pages.conftest import said, texts
from tests.pages.test_pages import MAY, two_keywords_in_may

Open = Callable[..., AppTest]
Fill = Callable[..., None]
WEEK = "2019-04-29"


def labelled(stores: Stores, counts: dict[tuple[str, str], int], version: str = "test-1") -> None:
    """So many labels of (what people say, what the model says)."""
    n = 0
    for (people, model), count in counts.items():
        for _ in range(count):
            n += 1
            id = f"{n:024x}"
            one = Label(label_id("w", id), "w", id, "h", people, NOW, "local", {version: model})
            stores.labels.save(one)
    cached.forget_errors()


ERRS = {
    ("positive", "positive"): 12, ("positive", "neutral"): 3, ("neutral", "neutral"): 16, ("neutral", "negative"): 4,
    ("negative", "negative"): 13, ("negative", "neutral"): 2,
}  # fmt: skip


def press(app: AppTest, what: str) -> None:
    """The button of the text that is shown."""
    next(button for button in app.button if str(button.key).startswith(f"label_{what}_")).click().run()


@pytest.fixture
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are read in no time."""
    monkeypatch.setattr(labelling, "GLANCE", 0.0)


@pytest.mark.usefixtures("read_at_once")
def test_a_sample_is_labelled_by_key_undone_and_skipped(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    app = open_app("quality")
    assert app.selectbox(key="quality_week").value == WEEK
    assert "0 of 5 texts" in app.get("progress")[0].text
    assert stores.samples.list() == [], "to look at a page changes nothing"
    assert [b.proto.shortcut for b in app.button if b.key and b.key.startswith("label_")] == ["1", "2", "3", "s", "u"]
    press(app, "positive")
    sample = stores.samples.get(WEEK)
    press(app, "skip")
    press(app, "negative")
    assert {one.data_id: one.sentiment for one in stores.labels.list()} == dict(
        zip(sample.ids, ("positive", "", "negative"), strict=False)
    )
    app.button(key="label_undo").click().run()
    assert len(stores.labels.list()) == 2
    assert "2 of 5 texts" in app.get("progress")[0].text
    assert not app.exception


def test_a_key_held_down_or_struck_twice_labels_no_text_that_nobody_has_read(
    open_app: Open, fill: Fill, stores: Stores, monkeypatch: pytest.MonkeyPatch
):
    fill(**two_keywords_in_may())
    app = open_app("quality")
    monkeypatch.setattr(labelling, "GLANCE", 60.0)
    press(app, "positive")
    assert stores.labels.list() == []
    assert "Too quick" in app.toast[0].value
    monkeypatch.setattr(labelling, "GLANCE", 0.0)
    right, wrong = (
        next(button for button in app.button if str(button.key).startswith(f"label_{what}_"))
        for what in ("positive", "negative")
    )
    right.click().run()
    wrong.click().run()
    assert [one.sentiment for one in stores.labels.list()] == ["positive"], "the second stroke met the first text still"


@pytest.mark.usefixtures("read_at_once")
def test_labels_do_not_lead_and_change_no_number(open_app: Open, fill: Fill, stores: Stores):
    fill([said("Debat <b>tadi</b> malam", "2019-05-02", sentiment="negative")])
    app = open_app("quality")
    assert "Debat &lt;b&gt;tadi&lt;/b&gt; malam" in "".join(str(element.proto.body) for element in app.get("html"))
    before = stores.mentions.watermark()
    press(app, "positive")
    assert stores.mentions.watermark() == before
    assert "This sample is labelled" in texts(app)
    assert [entry.action for entry in stores.audit.list(order_by="at")] == ["sample.draw", "sample.label"]
    assert stores.labels.list()[0].said == {"test-1": "negative"}


def test_too_few_labels_give_no_estimate(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    labelled(stores, {("positive", "positive"): 29})
    assert "There is no estimate yet: 29 of at least 30 labels." in texts(open_app("quality"))
    assert "29 of at least 30" in texts(open_app("sentiment", **MAY))


def test_agreement_and_band_are_told_with_their_labels(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    labelled(stores, ERRS)
    shown = texts(open_app("quality"))
    assert "**82.0%** of the labelled texts" in shown
    assert "(50 labels)" in shown
    shown = texts(open_app("sentiment", **MAY))
    assert "read as **25.0%**; with the machine's errors, between" in shown
    assert "50 labelled texts" in shown
    assert "towards one keyword" not in shown
    assert "towards one keyword they are likely larger" in texts(open_app("sentiment", **MAY, keyword="jokowi"))


def test_a_band_is_of_one_model(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    labelled(stores, ERRS, version="another-1")
    assert "0 of at least 30" in texts(open_app("sentiment", **MAY))
    assert model_errors(stores)[0][0] == "another-1"


@pytest.mark.parametrize("locale", ["en-US", "id-ID"])
def test_the_sentiment_page_counts_emotions_confidence_and_models(open_app: Open, fill: Fill, locale: str):
    fill([
        said(f"Marah {n}", "2019-05-02", sentiment="negative", keywords=["jokowi"]) for n in range(3)
    ], [make_keyword("jokowi")])  # fmt: skip
    app = open_app("sentiment", locale=locale, **MAY)
    assert not app.exception
    assert "test-1: 3" in texts(app)


def test_emotions_and_doubt_are_counted_and_lead_to_their_mentions(open_app: Open, fill: Fill, stores: Stores):
    mentions = [said(f"Marah {n}", "2019-05-02") for n in range(4)]
    fill(mentions)
    doubt = [understand(m, "negative", emotion="anger", confidence=0.45) for m in mentions[:3]]
    stores.mentions.save_analyses([*doubt, understand(mentions[3], "neutral", emotion="happy")])
    app = open_app("sentiment", **MAY)
    assert not app.exception
    felt = next(frame.value for frame in app.dataframe if "share" in frame.value and "name" in frame.value)
    assert list(felt["name"]) == ["anger", "happiness"]
    assert "Of **3** mentions (75.0%) the machine is not sure" in texts(app)
    app.button(key="open_unsure").click().run()
    assert app.title[0].value == "Mentions"
    assert "3 mentions" in texts(app)


def test_several_mentions_can_be_chosen_to_be_corrected(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app("mentions", **MAY)
    app.toggle(key="bulk_on").set_value(True).run()
    assert not app.exception
    assert "0 mentions chosen" in texts(app)
    assert app.button(key="bulk_apply").disabled


PHONE = 356
"""Pixels inside a table."""


@pytest.mark.parametrize("name", ["bps", "Kementerian Pemberdayaan Perempuan"])
def test_on_a_phone_all_tones_are_in_sight_beside_a_name_of_any_length(open_app: Open, fill: Fill, name: str):
    fill([said("Marah", "2019-05-02", sentiment="negative", keywords=["bps"])], [make_keyword("bps", keyword=name)])
    table = next(t for t in open_app("sentiment", **MAY).dataframe if t.value.get("name", pd.Series()).eq(name).any())
    in_sight = ["name", "positive_share", "negative_share", "neutral_share"]
    assert list(table.value) == [*in_sight, "volume"]
    given = json.loads(table.proto.columns)
    widths = [given[column].get("width") for column in in_sight]
    assert sum(width or 0 for width in widths) <= PHONE
    assert all(widths[1:])
    assert bool(widths[0]) == (len(name) > 20), "a short name takes what it needs"


def test_a_share_of_a_day_says_of_how_many_mentions_it_is(open_app: Open, fill: Fill):
    fill([said(f"Marah {n}", "2019-05-02", sentiment="negative") for n in range(3)])
    app = open_app("sentiment", **MAY)
    assert '"Of so many mentions"' in app.get("vega_lite_chart")[0].proto.spec


def test_shares_are_of_days_and_over_many_days_of_weeks():
    may = Period(date(2019, 5, 1), date(2019, 5, 31))
    first, second, third = date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 6)
    trend = pd.DataFrame({
        "day": [first, first, second, second, third], "volume": [3, 1, 1, 9, 2],
        "sentiment": ["negative", "positive", "negative", "pending", "neutral"],
    })  # fmt: skip
    told = ["day", "last", "read", "of"]

    def shares(period: Period, tone: str) -> list[list[object]]:
        found = sentiment_view.read_shares(trend, period)
        return found[found["sentiment"] == tone][told].to_numpy().tolist()

    assert shares(may, "negative") == [[first, first, 75.0, 4], [second, second, 100.0, 1], [third, third, 0.0, 2]]
    assert shares(may, "positive") == [[first, first, 25.0, 4], [second, second, 0.0, 1], [third, third, 0.0, 2]]
    year = Period(date(2019, 1, 1), date(2019, 12, 31))
    week, next_week = (date(2019, 4, 29), date(2019, 5, 5)), (date(2019, 5, 6), date(2019, 5, 12))
    assert shares(year, "negative") == [[*week, 80.0, 5], [*next_week, 0.0, 2]]
    assert shares(year, "positive") == [[*week, 20.0, 5], [*next_week, 0.0, 2]]


def test_a_click_leads_to_the_mentions_behind_a_number(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app("sentiment", **MAY)
    app.session_state["_sentiment_go"] = True
    app.run()
    assert app.title[0].value == "Mentions"


def test_what_a_click_on_a_chart_narrows():
    assert sentiment_view.picked({"sentiment": "negative"}) == {"sentiments": ("negative",)}
    assert sentiment_view.picked({"emotion": "anger", "date": None}) == {"emotions": ("anger",)}


def test_filters_on_emotion_and_confidence_stand_in_the_address(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app("mentions", **MAY, emotion="anger", confidence="low")
    assert app.multiselect(key="filter_emotions").value == ["anger"]
    assert app.checkbox(key="filter_unsure").value is True
    assert app.query_params["emotion"] == "anger"


def test_reading_again_is_shown_paused_and_resumed(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    stores.rescorings.save(Rescoring(ONLY, "new-1", 8, datetime.now(UTC)))
    app = open_app("quality")
    assert any("4 mentions are still to be read again by new" in bar.text for bar in app.get("progress"))
    app.button(key="pause_rescoring").click().run()
    assert stores.rescorings.get(PAUSE) is not None
    assert "Reading again is paused." in texts(app)
    app.button(key="resume_rescoring").click().run()
    assert stores.rescorings.get(PAUSE) is None
