"""The page Influencers: ranking, one account, set aside, network, and what it says where nobody has a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pasip_core.commands import influencers as commands
from pasip_core.domain.analysis import SentimentScores
from pasip_core.domain.influence import SPAM, account_id
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.stores.ports import Stores
from tests.builders import make_keyword
from tests.pages.conftest import said, texts

Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}
PAGE = "influencers"


def town() -> list[Mention]:
    return [
        said("Dukung @kpu_id", "2019-05-02", author="siti", author_followers=900, sentiment="positive",
             keywords=["pemilu"]),
        said("Kecewa pada @kpu_id dan @prabowo", "2019-05-03", author="tono", sentiment="negative",
             engagement=Engagement(likes=500)),
        said("Curang lagi, @kpu_id!", "2019-05-04", author="tono", sentiment="negative", engagement=Engagement()),
        said("Berita biasa", "2019-05-03", author="", platform="news"),
    ]  # fmt: skip


def ranked(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["author"])


def chosen(app: AppTest, author: str) -> AppTest:
    return app.selectbox(key="influencer_account").select(account_id("twitter", author)).run()


def test_accounts_are_ranked_by_reach_and_by_what_is_asked_for(open_app: Open, fill: Fill):
    fill(town())
    app = open_app(PAGE, **MAY)
    assert not app.exception
    assert ranked(app) == ["siti", "tono"]
    assert ranked(app.selectbox(key="influencer_order").select("engagement").run()) == ["tono", "siti"]
    assert ranked(app.selectbox(key="influencer_order").select("negative").run()) == ["tono", "siti"]
    assert app.dataframe[0].value["followers"].isna().tolist() == [True, False], "unknown is not zero"


def test_an_even_tone_has_no_sign_of_its_own_and_rates_are_fractions(open_app: Open, fill: Fill):
    even = SentimentScores(positive=0.3, neutral=0.3999, negative=0.3001)
    one = said("Biasa", "2019-05-02", author="rata", author_followers=1000, sentiment="neutral",
               engagement=Engagement(likes=12))  # fmt: skip
    fill([replace(one, analysis=replace(one.analysis, scores=even))])
    row = open_app(PAGE, **MAY).dataframe[0].value.iloc[0]
    assert str(row["polarity"]) == "0.0"
    assert row["engagement_rate"] == pytest.approx(0.012)


def test_one_account_is_told_and_its_mentions_are_a_click_away(open_app: Open, fill: Fill):
    fill(town())
    app = chosen(open_app(PAGE, **MAY), "tono")
    assert not app.exception
    told = {metric.label: metric.value for metric in app.metric}
    assert (told["Mentions"], told["Engagement"], told["Followers"]) == ("2", "500", "–")
    assert told["Own tone"] == "▼ Negative"
    app.button(key="account_read").click().run()
    assert not app.exception
    assert app.title[0].value == "Mentions"
    assert "2 mentions" in texts(app)


def test_towards_one_keyword_the_page_says_so(open_app: Open, fill: Fill):
    fill(town(), [make_keyword("pemilu")])
    app = open_app(PAGE, **MAY, keyword="pemilu")
    assert ranked(app) == ["siti"]
    assert "towards “pemilu”" in texts(app)


def test_who_is_left_out_of_all_numbers_is_gone_from_every_page(open_app: Open, fill: Fill):
    fill(town())
    app = chosen(open_app(PAGE, **MAY), "tono")
    app.button(key="account_without").click().run()
    assert ranked(app) == ["siti"]
    app.switch_page("overview.py").run()
    assert {m.label: m.value for m in app.metric}["Mentions"] == "2"


def test_who_is_set_aside_leaves_the_ranking_and_comes_back(open_app: Open, fill: Fill, stores: Stores):
    fill(town())
    app = chosen(open_app(PAGE, **MAY), "tono")
    app.selectbox(key="aside_reason").select(SPAM)
    app.button(key="account_aside").click().run()
    assert not app.exception
    assert ranked(app) == ["siti"]
    (aside,) = stores.set_aside.list()
    assert (aside.username, aside.reason) == ("tono", SPAM)
    assert set(ranked(app.toggle(key="influencer_everyone").set_value(True).run())) == {"siti", "tono"}
    app.segmented_control(key="influencer_part").select("aside").run()
    app.button(key=f"back_{aside.id}").click().run()
    assert stores.set_aside.list() == []


def test_the_network_names_who_is_spoken_to_and_what_was_looked_at(open_app: Open, fill: Fill):
    fill(town())
    app = open_app(PAGE, **MAY)
    app.segmented_control(key="influencer_part").select("network").run()
    assert not app.exception
    named = app.dataframe[0].value
    assert list(zip(named["account"], named["mentions"], strict=True)) == [("@kpu_id", 3), ("@prabowo", 1)]
    assert "all 4 mentions" in texts(app)


def test_news_alone_has_no_account_names(open_app: Open, fill: Fill):
    fill([said("Berita biasa", "2019-05-03", author="", platform="news")])
    assert "no account names" in texts(open_app(PAGE, **MAY))


def test_nobody_is_left_where_everybody_is_set_aside(open_app: Open, fill: Fill, stores: Stores):
    fill(town()[:1])
    commands.set_aside(stores, "twitter", "siti", SPAM)
    assert "Everybody who spoke here is set aside" in texts(open_app(PAGE, **MAY))


def test_a_name_that_looks_like_markup_stays_text(open_app: Open, fill: Fill):
    strange = "**b**<i>x</i>"
    fill([said("halo", "2019-05-03", author=strange)])
    app = chosen(open_app(PAGE, **MAY), strange)
    assert not app.exception
    assert app.subheader[0].value.startswith("\\*\\*b\\*\\*\\<i\\>")
