"""What the pages show: numbers, empty states, errors, languages and strange addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pasip_core.commands import collecting
from pasip_core.domain.period import JAKARTA, day_of, day_start
from pasip_core.domain.quotas import Budget, Use
from pasip_core.domain.rhythm import HOUR, WINDOW, Rhythm, judged_until
from pasip_core.domain.runs import ImportRun, SourceInfo, SourceRun
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword, make_mention
from tests.pages.conftest import at, said, texts

PAGES = (
    "overview", "sentiment", "topics", "people", "influencers", "mentions", "comparison", "keywords", "collection",
    "sources", "imports", "quality", "privacy",
)  # fmt: skip
Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}


def two_keywords_in_may() -> dict[str, object]:
    both = ("jokowi", "prabowo")
    return {
        "keywords": [make_keyword("jokowi"), make_keyword("prabowo")],
        "mentions": [
            said("Jokowi menang debat", "2019-05-02", keywords=["jokowi"], sentiment="positive"),
            said("Jokowi gagal lagi", "2019-05-03", keywords=["jokowi"], sentiment="negative"),
            said("Jokowi dan Prabowo bertemu", "2019-05-03", keywords=both, sentiment="neutral"),
            said("Prabowo pidato", "2019-05-04", keywords=["prabowo"]),
            said("Cuaca cerah", "2019-05-04", sentiment="neutral"),
        ],
    }


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("locale", ["en-US", "id-ID"])
def test_every_page_opens_in_an_empty_installation(open_app: Open, page: str, locale: str):
    app = open_app(page, locale=locale)
    assert not app.exception
    assert app.title[0].value


def test_an_empty_store_shows_three_first_steps(open_app: Open):
    shown = texts(open_app())
    assert "Three steps" in shown
    assert "1. Say what to watch" in shown


def test_the_overview_counts_a_mention_of_two_keywords_once(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app(**MAY, keyword="jokowi,prabowo")
    assert {m.label: m.value for m in app.metric}["Mentions"] == "4"


def test_the_overview_without_keywords_counts_what_matches_none(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    assert {m.label: m.value for m in open_app(**MAY).metric}["Mentions"] == "5"


def test_percentages_are_of_what_is_analysed(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app(**MAY, keyword="jokowi")
    assert {m.label: m.value for m in app.metric}["▼ Negative"] == "33.3%"


def test_an_empty_period_says_where_the_data_lies_and_goes_there(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app()
    assert "2 May – 4 May 2019" in texts(app)
    app.button(key="go_to_data").click().run()
    assert {m.label: m.value for m in app.metric}["Mentions"] == "5"


ANIES = make_keyword("anies")


@pytest.mark.parametrize("page", ["overview", "sentiment", "topics", "people", "influencers", "stories", "mentions"])
@pytest.mark.parametrize(
    ("narrowed", "told"),
    [
        ({"keyword": "anies"}, "Nothing in this period names anies, though it has other mentions."),
        ({"keyword": "anies", "sentiment": "positive"}, "Nothing in this period fits the chosen filters, though"),
    ],
)
def test_a_page_where_nothing_fits_does_not_lead_to_the_days_that_it_shows(
    open_app: Open, fill: Fill, page: str, narrowed: dict[str, str], told: str
):
    may = two_keywords_in_may()
    fill(may["mentions"], [*may["keywords"], ANIES])
    app = open_app(page, **MAY, **narrowed)
    assert told in texts(app)
    assert "stored mentions are from" not in texts(app)
    assert "go_to_data" not in [button.key for button in app.button]
    app.button(key="clear_when_empty").click().run()
    assert "though it has other mentions" not in texts(app)


def test_a_comparison_of_keywords_that_nothing_names_says_which(open_app: Open, fill: Fill):
    fill([said("Cuaca cerah", "2019-05-04")], two_keywords_in_may()["keywords"])
    assert "Nothing in this period names jokowi or prabowo, though" in texts(open_app("comparison", **MAY))
    nothing_at_all = texts(open_app("comparison", from_="2019-06-01", to="2019-06-30"))
    assert "The stored mentions are from 4 May 2019." in nothing_at_all


def test_filters_follow_to_the_next_page(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app(**MAY, keyword="prabowo")
    app.switch_page("mentions.py").run()
    assert app.multiselect(key="filter_keywords").value == ["prabowo"]
    assert "2 mentions" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_strange_address_is_noted_and_never_crashes(open_app: Open, fill: Fill, page: str):
    fill(**two_keywords_in_may())
    app = open_app(
        page, from_="2019-99-01", to="yesterday", keyword="nobody", sentiment="<script>", lang="xx", mention="../x",
        order="'", platform="%", compare="?", text="(((",
    )  # fmt: skip
    assert not app.exception


def test_what_was_dropped_from_an_address_is_said_once(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app(keyword="nobody")
    assert "left out" in texts(app)
    app.run()
    assert "left out" not in texts(app)


def test_the_language_is_the_browsers_until_the_address_says_otherwise(open_app: Open):
    assert open_app(locale="id-ID").title[0].value == "Ringkasan"
    assert open_app(locale="en-GB").title[0].value == "Overview"
    assert open_app(locale="en-GB", lang="id").title[0].value == "Ringkasan"


def test_numbers_are_written_as_the_language_writes_them(open_app: Open, fill: Fill):
    fill([said(f"Kabar nomor {n}", "2019-05-02") for n in range(1200)])
    app = open_app(locale="id-ID", **MAY)
    assert app.metric[0].value == "1.200"


def test_a_store_that_is_away_is_told_without_a_traceback(open_app: Open, here: Settings):
    here.sqlite_path.parent.mkdir(parents=True)
    here.sqlite_path.write_bytes(b"this is no database" * 100)
    app = open_app()
    assert not app.exception
    assert len(app.error) == 1
    assert "Traceback" not in texts(app)
    assert app.button(key="again_overview")


def test_a_queue_that_is_away_is_told_and_the_page_stays(open_app: Open):
    app = open_app("collection")
    assert "cannot be reached" in texts(app)
    assert not app.exception


def test_what_a_run_may_cost_is_said_before_it_where_money_is_spent(open_app: Open, stores: Stores):
    stores.keywords.save(make_keyword("jokowi"))
    spends = Budget("twitter.dollars", 25.0, "month", "USD", 0.015)
    stores.sources.save(SourceInfo("twitter", "X (Twitter)", "twitter", budgets=(spends,)))
    stores.sources.save(SourceInfo("detik", "detikcom", "news"))
    stores.quota_uses.save(Use("u1", "twitter.dollars", datetime.now(UTC), 23.5))
    app = open_app("collection")
    said = "1.50 of 25.00 US dollars are left; this run may cost 1.50 at most"
    assert said in texts(app)
    stores.sources.save(SourceInfo("twitter", "X (Twitter)", "twitter", budgets=(spends._replace(request=0.15),)))
    stores.quota_uses.save(Use("u1", "twitter.dollars", datetime.now(UTC), 15.0))
    paced = texts(app.run())
    assert "10.00 of 25.00 US dollars are left" in paced
    assert "this run may cost" in paced
    app.multiselect(key="scrape_sources").set_value(["detik"]).run()
    assert said not in texts(app)


def test_a_keyword_added_on_the_page_is_kept(open_app: Open, stores: Stores):
    app = open_app("keywords")
    app.text_input(key="form_new_keyword").set_value("Anies Baswedan").run()
    app.text_input(key="form_new_rule").set_value('anies OR "anies baswedan"').run()
    app.button(key="save_keyword").click().run()
    assert [k.keyword for k in stores.keywords.list()] == ["Anies Baswedan"]
    assert "is watched now" in texts(app)


@pytest.mark.parametrize("day", ["1990-01-01", "2099-12-31"])
def test_a_keyword_watched_since_any_possible_day_can_be_changed(open_app: Open, stores: Stores, day: str):
    stores.keywords.save(make_keyword("jokowi", monitoring_start=at(day)))
    app = open_app("keywords")
    app.button(key="edit_jokowi").click().run()
    assert not app.exception
    assert app.date_input(key="form_jokowi_monitoring_start").value.isoformat() == day


def test_a_rule_that_cannot_be_read_shows_the_column_once(open_app: Open, stores: Stores):
    app = open_app("keywords")
    app.text_input(key="form_new_keyword").set_value("Anies").run()
    app.text_input(key="form_new_rule").set_value("(anies").run()
    assert "column" in texts(app)
    app.button(key="save_keyword").click().run()
    assert [error.value.count("is never closed") for error in app.error] == [1]
    assert stores.keywords.list() == []


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en-US", "Write a word behind it"), ("id-ID", "Tulis sebuah kata di belakangnya")],
)
def test_a_mistake_in_a_rule_is_told_in_the_language_of_the_page(open_app: Open, locale: str, told: str):
    app = open_app("keywords", locale=locale)
    app.text_input(key="form_new_rule").set_value("korup OR").run()
    assert told in app.error[0].value


def test_the_rule_tester_shows_how_many_of_the_latest_it_catches(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app("keywords")
    app.button(key="add_keyword").click().run()
    app.text_input(key="form_new_keyword").set_value("pidato").run()
    assert "Catches 1 of the latest 5 mentions" in texts(app)


def test_a_keyword_switched_off_keeps_its_mentions(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    app = open_app("keywords")
    app.toggle(key="active_jokowi").set_value(False).run()
    kept = stores.keywords.get("jokowi")
    assert kept is not None
    assert not kept.active
    assert {m.label: m.value for m in open_app(**MAY, keyword="jokowi").metric}["Mentions"] == "3"


def test_the_comparison_asks_for_a_second_keyword(open_app: Open, fill: Fill):
    fill(keywords=[make_keyword("jokowi")])
    assert "needs two keywords" in texts(open_app("comparison"))


def test_the_comparison_counts_each_side(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app("comparison", **MAY)
    table = app.dataframe[0].value
    assert dict(zip(table["name"], table["volume"], strict=True)) == {"jokowi": "3", "prabowo": "2"}
    assert "4 mentions in all" in texts(app)


def test_the_comparison_shows_a_dash_where_nothing_is_known(open_app: Open, fill: Fill):
    analysed = said("Jokowi menang", "2019-05-02", keywords=["jokowi"], sentiment="positive")
    waiting = said("Prabowo pidato", "2019-05-04", keywords=["prabowo"])
    fill([analysed, waiting], [make_keyword("jokowi"), make_keyword("prabowo")])
    table = open_app("comparison", **MAY).dataframe[0].value.set_index("name")
    tones = ["positive", "neutral", "negative", "net", "growth"]
    assert list(table.loc["jokowi", tones]) == ["100.0%", "0.0%", "0.0%", "+100.0", "–"]
    assert list(table.loc["prabowo", tones]) == ["–"] * 5
    assert list(table["share"]) == ["50.0%", "50.0%"]


def test_two_periods_stand_side_by_side(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    app = open_app(
        "comparison", from_="2019-05-03", to="2019-05-03", compare="periods", other_from="2019-05-04",
        other_to="2019-05-04",
    )  # fmt: skip
    table = app.dataframe[0].value
    assert list(table["volume"]) == ["2", "2"]
    assert "share" not in table


def test_ten_years_are_drawn_too(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    for page in ("overview", "comparison"):
        app = open_app(page, from_="2016-01-01", to="2026-01-01")
        assert "went wrong" not in texts(app)
        assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) >= 3


def test_a_correction_changes_the_mention_and_its_stances(open_app: Open, fill: Fill, stores: Stores):
    fill(**two_keywords_in_may())
    mention = said("Jokowi gagal lagi", "2019-05-03", keywords=["jokowi"], sentiment="negative")
    # AppTest words options outside the session, where the language is Indonesian
    app = open_app("mentions", locale="id-ID", **MAY, mention=mention.id)
    app.segmented_control(key=f"correct_{mention.id}_").set_value("positive").run()
    after = stores.mentions.get(mention.id)
    assert after is not None
    assert after.analysis is not None
    assert (after.analysis.sentiment, after.analysis.is_correction) == ("positive", True)
    assert after.stances["jokowi"] == "positive"


def test_a_hostile_mention_is_only_text(open_app: Open, fill: Fill):
    text = "<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [x](javascript:alert(3)) jokowi \u202etxt"
    evil = said(text, "2019-05-03", keywords=["jokowi"], url="javascript:alert(4)", author="=HYPERLINK(1)")
    fill([evil], [make_keyword("jokowi")])
    app = open_app("mentions", **MAY, mention=evil.id)
    bodies = [str(e.proto.body) for e in app.get("html")]
    shown = next(body for body in bodies if "alert(1)" in body)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown
    assert ">jokowi</mark>" in shown
    assert app.dataframe[0].value["url"].tolist() == [None]


def test_a_mention_that_is_gone_is_told_quietly(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    assert "not there any more" in texts(open_app("mentions", mention="abcdef0123456789abcdef01"))


def test_pages_of_the_table_follow_one_another_without_gaps(open_app: Open, fill: Fill):
    fill([said(f"Kabar nomor {n}", "2019-05-02") for n in range(120)])
    app = open_app("mentions", **MAY)
    seen = list(app.dataframe[0].value["text"])
    app.button(key="next_page").click().run()
    seen += list(app.dataframe[0].value["text"])
    app.button(key="next_page").click().run()
    seen += list(app.dataframe[0].value["text"])
    assert len(seen) == len(set(seen)) == 120
    assert app.button(key="next_page").disabled
    app.button(key="previous_page").click().run()
    assert "51 to 100 of 120" in texts(app)


def test_with_one_keyword_mentions_show_the_sentiment_towards_it_and_say_so(open_app: Open, fill: Fill, stores: Stores):
    both = said("Jokowi menang, Prabowo kalah", "2019-05-02", keywords=("jokowi", "prabowo"), sentiment="negative")
    keywords = [make_keyword("jokowi"), make_keyword("prabowo")]
    fill([both], keywords)
    stores.mentions.correct(both.id, "positive", at=NOW, keyword="jokowi")
    fill()
    told = "Sentiment is that towards “jokowi”"
    for page in ("mentions", ""):
        app = open_app(page, **MAY, keyword="jokowi")
        assert list(app.dataframe[-1].value["tone"]) == [["▲ Positive"]]
        assert told in texts(app)
        assert told not in texts(open_app(page, **MAY))
    assert list(open_app("mentions", **MAY).dataframe[0].value["tone"]) == [["▼ Negative"]]
    assert "Sentiment is that towards each keyword" in texts(open_app("comparison", **MAY, keyword="jokowi,prabowo"))


def test_a_source_named_like_its_platform_is_called_as_people_know_it(open_app: Open, fill: Fill):
    fill(**two_keywords_in_may())
    assert list(open_app(**MAY).dataframe[0].value["source"]) == ["X (Twitter)"]
    app = open_app("comparison", **MAY, keyword="jokowi,prabowo")
    assert list(app.dataframe[1].value["source"]) == ["X (Twitter)"]


@pytest.mark.parametrize(("error", "expected"), [("", "was imported"), ("Cancelled by a person.", "ended early")])
def test_an_import_that_ended_early_is_not_called_done(open_app: Open, stores: Stores, error: str, expected: str):
    stores.imports.save(ImportRun("i1", "tweets.csv", NOW, NOW, read=10, inserted=10, error=error))
    app = open_app("imports")
    app.session_state["_import_done"] = "i1"
    shown = texts(app.run())
    assert [words for words in ("was imported", "ended early") if words in shown] == [expected]


def test_an_import_that_just_ended_is_told_once_and_those_before_it_below(open_app: Open, stores: Stores):
    stores.imports.save(ImportRun("i1", "older.csv", NOW - timedelta(days=1), NOW, read=5, inserted=5))
    stores.imports.save(ImportRun("i2", "newer.csv", NOW, NOW, read=10, inserted=10))
    app = open_app("imports")
    app.session_state["_import_done"] = "i2"
    shown = texts(app.run())
    assert "Something went wrong" not in shown
    assert shown.count("Rows read 10") == shown.count("Rows read 5") == 1
    assert [box.label.split(" · ")[0] for box in app.expander] == [r"older\.csv"]


def test_the_sources_page_tells_troubles_first_and_what_a_source_lacks(open_app: Open, stores: Stores):
    stores.sources.save(SourceInfo("detik", "detikcom", "news"))
    key_page = "https://kunci.example/"
    stores.sources.save(SourceInfo("x", "X (Twitter)", "twitter", needs=("TWITTER_BEARER_TOKEN",), key_page=key_page))
    stores.sources.save(SourceInfo("tempo", "Tempo", "news"))
    stores.source_runs.save(SourceRun("r1", "tempo", NOW, NOW, error_kind="blocked", error="<b>a *block* page</b>"))
    stores.sources.save(SourceInfo("kompas", "Kompas", "news"))
    stores.source_runs.save(SourceRun("r2", "kompas", NOW))
    app = open_app("sources")
    assert list(app.dataframe[0].value["label"]) == ["Tempo", "X (Twitter)", "Kompas", "detikcom"]
    told = {"Working": "0", "Being asked": "1", "Not asked yet": "1", "In trouble": "1", "Need a key": "1"}
    assert {m.label: m.value for m in app.metric} == told
    assert "<b>a *block* page</b>" in [text.value for text in app.text]
    app.selectbox(key="source_chosen").set_value("x").run()
    assert "`TWITTER_BEARER_TOKEN`" in texts(app)
    assert [link.proto.url for link in app.get("link_button")] == [key_page]
    app.text_input(key="source_text").set_value("DETIK").run()
    assert list(app.dataframe[0].value["label"]) == ["detikcom"]


def test_a_private_feed_is_shown_without_what_lets_one_in(open_app: Open, stores: Stores):
    secrets = ("aB3dE5fG7hI9jK1lM3nO5pQ7", "rahasia")
    feed = collecting.add_feed(stores, "https://contoh.example/{}/rss?lang=id&token={}".format(*secrets), "Anggota")
    stores.sources.save(SourceInfo("tempo", "Tempo", "news", "https://tempo.example/?lang=id"))
    app = open_app("sources")
    app.selectbox(key="source_chosen").set_value(feed.id).run()
    assert "https://contoh.example/***/rss?lang=id&token=***" in [text.value for text in app.text]
    assert app.get("link_button") == []
    for page in ("sources", "collection"):
        app = open_app(page)
        assert not [secret for secret in secrets if secret in repr(app.main)]
    app = open_app("sources")
    app.text_input(key="source_text").set_value("rahasia").run()
    assert not app.dataframe
    app.text_input(key="source_text").set_value("").run()
    app.selectbox(key="source_chosen").set_value("tempo").run()
    assert [link.proto.url for link in app.get("link_button")] == ["https://tempo.example/?lang=id"]


def test_what_went_wrong_with_a_source_is_told_in_the_language_of_the_page(open_app: Open, stores: Stores):
    stores.sources.save(SourceInfo("tempo", "Tempo", "news"))
    error = "https://tempo.example/rss: robots.txt forbids this address."
    stores.source_runs.save(SourceRun("r1", "tempo", NOW, NOW, error_kind="forbidden", error=error))
    app = open_app("sources", locale="id-ID")
    assert "https://tempo.example/rss: robots.txt melarang alamat ini." in [text.value for text in app.text]


def test_a_cap_that_is_reached_is_not_taken_for_credits_that_are_used_up(open_app: Open, stores: Stores):
    stores.sources.save(SourceInfo("twitter", "X (Twitter)", "twitter"))
    error = "X: of the 25.00 US dollars that it may cost in a month (TWITTER_MONTHLY_CAP), 24.90 are spent."
    stores.source_runs.save(SourceRun("r1", "twitter", NOW, NOW, error_kind="paid_out", error=error))
    app = open_app("sources")
    assert "its credits, or the cap set for it, are used up" in texts(app)
    assert "prepaid" not in texts(app)


def test_days_on_which_loud_sources_were_blind_are_told_with_a_button_to_collect_again(
    open_app: Open, fill: Fill, stores: Stores
):
    now = datetime.now(UTC)
    fill([make_mention("Kabar hari ini", published_at=now, platform="news", source="tempo.co")])
    stores.sources.save(SourceInfo("tempo", "Tempo", "news"))
    begins = judged_until(now) - WINDOW
    noon = (day_start(day_of(now, JAKARTA), JAKARTA) - timedelta(hours=12) - begins) // HOUR  # of yesterday
    rhythm = Rhythm("tempo", now, begins, (), (noon, noon + 1), (9.0, 9.0), 40.0, first_heard=begins)
    stores.rhythms.save(replace(rhythm, missed=(1.0, 1.0)))
    assert "Hatched" not in texts(open_app())
    stores.rhythms.save(rhythm)
    app = open_app()
    assert "Hatched: on 1 day sources were silent that usually speak. About 45% of the usual mentions" in texts(app)
    assert "Tempo" in texts(app)
    app.button(key="collect_blind").click().run()
    assert "background workers cannot be reached" in texts(app)
