"""What pages say of days whose texts were let go while their numbers stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from pasip_core.pipeline.retention import cleanup
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests.builders import make_keyword
from tests.pages.conftest import said, texts

Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}
JUNE = {"from_": "2019-06-01", "to": "2019-06-30"}
GONE = "Texts of X (Twitter) before 10 May 2019 were let go; "


@pytest.fixture
def tweets_let_go(stores: Stores, fill: Fill, here: Settings) -> None:
    """Tweets of early May are gone; news of then and tweets of June are kept."""
    both = {"keywords": ["jokowi", "prabowo"], "sentiment": "negative"}
    fill(
        [
            said("Jokowi dan Prabowo berdebat", "2019-05-02", **both),
            said("Debat capres", "2019-05-03", platform="news", source="detik", author="", keywords=["prabowo"]),
            said("Jokowi dan Prabowo lagi", "2019-06-03", **both),
        ],
        [make_keyword("jokowi"), make_keyword("prabowo")],
    )
    kept = here.model_copy(update={"retention_days": "twitter=30"})
    assert cleanup(stores, kept, owner="test", clock=lambda: datetime(2019, 6, 9, 3, tzinfo=UTC)).mentions == 1


@pytest.mark.usefixtures("tweets_let_go")
@pytest.mark.parametrize("page", ["overview", "mentions", "comparison"])
def test_each_page_tells_of_texts_that_were_let_go_where_its_days_and_platforms_reach_them(
    open_app: Open, page: str
) -> None:
    assert plain(open_app(page, **MAY)).count(GONE + "their numbers stay.") == 1
    assert "sebelum 10 Mei 2019" in plain(open_app(page, locale="id-ID", **MAY))
    assert "let go" not in plain(open_app(page, **JUNE))
    assert "let go" not in plain(open_app(page, **MAY, platform="news"))


@pytest.mark.usefixtures("tweets_let_go")
def test_the_overview_does_not_say_that_gone_texts_named_nobody(open_app: Open) -> None:
    some = plain(open_app(**MAY))
    assert "No mention of this period that is still kept names its author." in some
    none = open_app(**MAY, keyword="jokowi")  # whose only mention of May is gone
    assert not none.exception
    assert {m.label: m.value for m in none.metric}["Mentions"] == "1"
    assert "The texts of this period were let go, and with them who wrote them." in plain(none)
    assert "names its author" not in plain(none)


@pytest.mark.usefixtures("tweets_let_go")
def test_a_search_says_that_it_does_not_count_what_was_let_go(open_app: Open) -> None:
    shown = plain(open_app(**MAY, text="prabowo"))
    none = plain(open_app("mentions", **MAY, platform="twitter"))
    assert "Nothing that is still kept: 1 May – 31 May 2019" in none
    assert "No mentions" not in none
    assert GONE.replace(";", "; with these filters they are no longer counted.").strip() in shown


@pytest.mark.usefixtures("tweets_let_go")
def test_two_periods_of_which_one_was_let_go_say_so(open_app: Open) -> None:
    app = open_app("comparison", **JUNE, compare="periods")
    assert not app.exception
    assert GONE + "their numbers stay." in plain(app)


def test_a_store_of_which_only_numbers_are_left_does_not_welcome_a_newcomer(
    open_app: Open, stores: Stores, fill: Fill, here: Settings
) -> None:
    fill([said("Jokowi berdebat", "2019-05-02")])
    cleanup(stores, here.model_copy(update={"retention_days": "30"}), owner="test")
    shown = plain(open_app("mentions", **MAY))
    assert "were let go; their numbers stay." in shown
    assert "Three steps" not in shown


def plain(app: AppTest) -> str:
    """What the page says, without the backslashes that keep Markdown from reading names."""
    return texts(app).replace("\\", "")
