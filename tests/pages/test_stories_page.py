"""The page of stories and groups, the switch between mentions and stories, and corrections of copies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.view import Choices, View, read, write
from pasip_core.domain.coordination import Account, CoordinatedGroup, Evidence
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.pipeline.rollup import rollup
from pasip_core.pipeline.stories import group_stories
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword
from tests.pages.conftest import at, said, texts

Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}
TEXT = "Harga beras naik lagi di pasar induk karena panen tertunda kata para pedagang"
ID = "ab" * 16


@pytest.fixture
def copied(fill: Fill, stores: Stores) -> None:
    """Three copies over two days, and one mention of its own."""
    fill(
        [
            said(TEXT, "2019-05-02", author="ani", keywords=["beras"], sentiment="negative"),
            said(f"RT @ani: {TEXT}", "2019-05-02", author="budi", keywords=["beras"], sentiment="negative"),
            said(f"{TEXT} #beras", "2019-05-03", author="citra", keywords=["beras"], sentiment="negative"),
            said("Cuaca cerah di seluruh Jawa hari ini", "2019-05-03", author="dewi", sentiment="positive"),
        ],
        [make_keyword("beras")],
    )
    group_stories(stores, owner="test")
    rollup(stores, owner="test")


def group(**changes: object) -> CoordinatedGroup:
    rows = [Evidence(f"2019-05-0{day}T12:00:0{n}+00:00", "link", "https://contoh.id/a", "twitter", name, "0" * 24)
            for day in (2, 3) for n, name in enumerate(("ani", "budi"))]  # fmt: skip
    accounts = (Account("twitter", "ani"), Account("twitter", "budi"))
    values = {"times": 2, "coincidences": 2, "expected": 0.1, "evidence": tuple(rows)}
    return CoordinatedGroup("g1", accounts, at("2019-05-02"), at("2019-05-03"), NOW, **values | changes)


def test_an_empty_period_says_so_and_shows_no_group(open_app: Open):
    shown = texts(open_app("stories"))
    assert "Three steps" in shown
    assert "No such group" in shown


@pytest.mark.usefixtures("copied")
def test_the_biggest_story_comes_with_its_origin_and_spread(open_app: Open):
    app = open_app("stories", **MAY)
    assert not app.exception
    shown = texts(app)
    assert TEXT in shown
    assert "3 mentions" in shown
    assert "3 accounts and outlets" in shown
    assert "First said by ani" in shown


@pytest.mark.usefixtures("copied")
def test_a_story_leads_to_its_mentions(open_app: Open, stores: Stores):
    app = open_app("stories", **MAY)
    button = next(button for button in app.button if button.label == "Read these mentions")
    button.click().run()
    app = open_app("mentions", **MAY, story=button.key.removeprefix("read_"))
    assert "3 mentions" in texts(app)


@pytest.mark.usefixtures("copied")
def test_every_count_can_be_of_stories(open_app: Open):
    assert {m.label: m.value for m in open_app(**MAY).metric}["Mentions"] == "4"
    app = open_app(**MAY, count="stories")
    assert {m.label: m.value for m in app.metric}["Stories a day"] == "3"
    assert "count once on each day" in texts(app)
    app.segmented_control(key="filter_count").set_value("mentions").run()
    assert {m.label: m.value for m in app.metric}["Mentions"] == "4"


def called(app: AppTest) -> set[str]:
    """What charts and tables call the numbers that they count."""
    charts = [element.proto.spec for element in app.get("vega_lite_chart")]
    told = charts + [table.proto.columns for table in app.dataframe]
    return {name for text in told for name in ("Mentions", "Stories a day") if f'"{name}"' in text}


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("page", ["", "comparison"])
def test_charts_and_tables_say_what_they_count(open_app: Open, fill: Fill, page: str):
    fill([said("Gula naik", "2019-05-02", keywords=["gula"], author="", source="kompas", platform="news")],
         [make_keyword("gula")])  # fmt: skip
    assert called(open_app(page, **MAY)) == {"Mentions"}
    app = open_app(page, **MAY, count="stories")
    by_mentions = set() if page else {"Mentions"}  # the loudest accounts
    assert called(app) == {"Stories a day", *by_mentions}
    assert len(app.get("vega_lite_chart")) >= 3


@pytest.mark.usefixtures("copied")
def test_sources_are_counted_by_story_too(open_app: Open):
    def of_sources(app: AppTest) -> list[int]:
        return next(list(table.value["volume"]) for table in app.dataframe if "source" in table.value)

    assert of_sources(open_app(**MAY)) == [4]
    assert of_sources(open_app(**MAY, count="stories")) == [3]


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("more", [{"keyword": "beras"}, {"text": "beras"}, {"source": "twitter"}])
def test_stories_are_counted_whatever_is_filtered(open_app: Open, more: dict[str, str]):
    app = open_app(**MAY, count="stories", **more)
    assert not app.exception
    expected = {"keyword": "2", "text": "2", "source": "3"}[next(iter(more))]
    assert {m.label: m.value for m in app.metric}["Stories a day"] == expected


@pytest.mark.usefixtures("copied")
def test_the_comparison_counts_stories_too(open_app: Open, fill: Fill):
    fill([said("Gula naik", "2019-05-02", keywords=["gula"], sentiment="negative")], [make_keyword("gula")])
    app = open_app("comparison", **MAY, count="stories")
    assert not app.exception
    assert "Stories a day" in app.dataframe[0].proto.columns or "count once" in texts(app)


def test_groups_come_with_their_evidence_and_no_verdict(open_app: Open, fill: Fill, stores: Stores):
    fill([said("Cuaca cerah", "2019-05-02")])
    stores.coordinated_groups.save(group())
    app = open_app("stories", **MAY)
    shown = texts(app)
    assert "2 accounts" in shown
    assert "ani, budi" in shown
    assert "not why" in shown
    evidence = app.dataframe[-1].value
    assert list(evidence["account"]) == ["ani", "budi", "ani", "budi"]


def test_the_switch_leaves_out_accounts_of_groups(open_app: Open, fill: Fill, stores: Stores):
    fill([said("Cuaca cerah", "2019-05-02")])
    stores.coordinated_groups.save(group())
    app = open_app(**MAY)
    assert app.toggle(key="filter_coordinated").value is False
    known = Choices(NOW.date(), JAKARTA, coordinated=("ani", "budi"))
    view = read({"coordinated": "without"}, known).view
    assert view.filters(known).without == ("ani", "budi")
    assert View().filters(known).without == ()


def test_story_count_and_switch_live_in_the_address():
    known = Choices(NOW.date(), JAKARTA)
    view = View(story=ID, count="stories", coordinated="without")
    assert write(view) == {"story": ID, "count": "stories", "coordinated": "without"}
    assert read(write(view), known).view == view
    strange = {"story": "x", "count": "all", "coordinated": "yes"}
    assert read(strange, known).dropped == ("story", "count", "coordinated")


@pytest.mark.usefixtures("copied")
def test_a_correction_offers_itself_to_the_copies(open_app: Open, stores: Stores):
    period = Period(at("2019-05-01").date(), at("2019-05-31").date())
    first = stores.mentions.page(Filters(period, text="beras"), order="oldest").mentions[0]
    # AppTest words options outside the session, where the language is Indonesian
    app = open_app("mentions", locale="id-ID", **MAY, mention=first.id)
    assert "2 mention lain mengatakan hal yang sama" in texts(app)
    app.segmented_control(key=f"correct_{first.id}_").set_value("positive").run()
    app.button(key=f"copies_{first.id}").click().run()
    tones = {m.analysis.sentiment for m in stores.mentions.page(Filters(period, text="beras")).mentions if m.analysis}
    assert tones == {"positive"}
