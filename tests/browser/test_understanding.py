"""Sentiment, topics, people, influencers, stories and quality in a real browser: each shows what is there, leads to
the mentions behind it, fits a phone, speaks both languages, and says what to do where there is nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.domain.rules import Matcher
from pasip_core.pipeline.coordination import find_groups
from pasip_core.pipeline.prepare import prepare
from pasip_core.pipeline.rollup import rollup
from pasip_core.pipeline.stories import group_stories
from pasip_core.queries.quality import chosen_corrections
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests import topic_texts
from tests.browser.calm import choose, click_through
from tests.builders import make_keyword
from tests.topic_texts import theme_mentions
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

MARCH = Period(date(2016, 3, 1), date(2016, 3, 31), JAKARTA)
"""Of no other test."""
QUERY = "from=2016-03-01&to=2016-03-31"
EMPTY = "from=2015-01-01&to=2015-01-31"
THEMES = ("banjir", "beras", "bola")
READ_CELLS = "all => all.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
WORDS, HEAD, ROW, GRID = topic_texts.THEMES, 36, 35, ".dvn-scroller"
DAYS_TOGETHER = 8
STORY = "Jembatan gantung di hulu sungai itu akhirnya dibuka kembali setelah dua tahun diperbaiki oleh warga desa"
LOUD = "uji_lantang"
TWINS = ("kembar_satu", "kembar_dua")
MEETINGS = (
    "Joko Widodo bertemu Prabowo Subianto di Surakarta dan makan siang bersama",
    "Kemarin Joko Widodo menanam pohon bersama anak sekolah, senang sekali melihatnya",
    "Menurut Joko Widodo kereta cepat itu terlalu mahal dan mengecewakan",
    "Prabowo Subianto berkuda pagi ini, katanya badan jadi sehat dan bahagia",
    "Sri Mulyani marah besar karena laporan pajaknya buruk dan penuh kesalahan",
    "Pidato Joko Widodo soal petani buruk, semua kecewa dan marah besar",
)


def _raw(text: str, author: str, day: int, *, seconds: int = 0, **more: object) -> RawMention:
    at = datetime(2016, 3, day, 5, tzinfo=UTC) + timedelta(seconds=seconds)
    return RawMention("twitter", "twitter", text, at, author=author, **more)


def _said() -> list[RawMention]:
    """One loud account that names people, a story told by four, and two accounts that share links within seconds."""
    said = [
        _raw(text, LOUD, 3 + n, author_followers=40_000, engagement=Engagement(likes=90 + n, shares=9, comments=1))
        for n, text in enumerate(MEETINGS)
    ]
    said += [_raw(STORY, "uji_asal", 8)]
    said += [_raw(f"RT @uji_asal: {STORY}", f"uji_salin{n}", 8 + n // 3, seconds=60 * n) for n in (1, 2, 3)]
    for day in range(10, 10 + DAYS_TOGETHER):
        for place, name in enumerate(TWINS):
            text = f"{('menyimak', 'membaca')[place]} hari ke {day} https://kabar{day}.example/{day}"
            said.append(_raw(text, name, day, seconds=3 * place))
    return said


@pytest.fixture(scope="module", autouse=True)
def told(address: str, data_dir: Path) -> Iterator[None]:
    """A month of made-up mentions, understood by the workers and counted."""
    settings = Settings(_env_file=None, data_dir=data_dir)
    stores = connect(settings)
    stores.keywords.save(make_keyword("beras"))
    plant(stores, settings)
    yield
    stores.keywords.delete("beras")
    stores.close()


def plant(stores: Stores, settings: Settings) -> None:
    matcher = Matcher(stores.keywords.list())
    themes = theme_mentions(90, THEMES, last=datetime(2016, 3, 28, tzinfo=UTC), days=24)
    raw = _said() + [_raw(m.content, m.author, m.published_at.day, seconds=n) for n, m in enumerate(themes)]
    stores.mentions.upsert([prepare(one, matcher, datetime.now(UTC)) for one in raw])
    wait_until(lambda: _is_matched(stores, settings), 120, "the keyword is known to whoever matches")
    for job in ("enrich", "entities"):
        _work(settings, job)
    _work(settings, "topics", MARCH.first.isoformat(), MARCH.last.isoformat())
    group_stories(stores, owner="test-understanding")
    find_groups(stores, JAKARTA, period=MARCH)
    _count(stores)


def _is_matched(stores: Stores, settings: Settings) -> bool:
    """Whether the keyword stands in its mentions: a matching that other tests began does not know it, and is joined."""
    _work(settings, "rematch")
    return stored(stores, keywords=("beras",)) > 10


def _work(settings: Settings, job: str, *given: str) -> None:
    id = dispatch(job, *given, settings=settings).job_id
    wait_until(lambda: job_status(id, settings=settings).state == "done", 120, f"{job} is done")


def _count(stores: Stores) -> None:
    """Here, or by the worker that is at it."""
    rollup(stores, owner="test-understanding")
    wait_until(lambda: not stores.mentions.touched_days(1), 60, "March is counted")


@pytest.fixture
def at(open_page, address: str) -> Callable[..., object]:
    """A page of March, or of the period that ``query`` names, drawn to its end."""

    def opened(path: str, query: str = QUERY, **browser: object) -> object:
        page = open_page(f"/{path}?{query}", **browser)
        drawn(page)
        return page

    return opened


def drawn(page) -> None:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def no_trouble(page) -> None:
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert "Traceback" not in page.inner_text("body")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth") and page.locator(
        "[data-testid=stMain]"
    ).evaluate("e => e.scrollWidth <= e.clientWidth")


def keyed(page, key: str):
    """What the page put under a key, or under one that begins so."""
    return page.locator(f"[class*=st-key-{key}]").first


def rows(part) -> list[list[str]]:
    """What the cells of the first table say: the grid draws them, and tells them to screen readers."""
    told = part.locator("table[role=grid]").first.locator("tbody tr")
    told.first.wait_for(state="attached")
    return told.evaluate_all(READ_CELLS)


def click_row(part, row: int, height: int = ROW) -> None:
    """On the box at the left edge of a row."""
    part.locator(GRID).first.click(position={"x": 16, "y": HEAD + height * row + height // 2})


def open_up(page, title: str, inside):
    """What lies in the part of that title, which may be open already."""
    if not inside.is_visible():
        page.locator("summary", has_text=title).click()
        inside.wait_for()
    return inside


def parameters(page) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}


def metric(page, label: str) -> str:
    """The number under a label; nothing while it is drawn."""
    told = page.locator("[data-testid=stMetric]", has_text=label).locator("[data-testid=stMetricValue]")
    return told.first.inner_text() if told.count() else ""


def mentions_shown(page) -> int:
    """The number on the page of mentions, once it is there."""
    page.locator("h1", has_text="Mentions").wait_for()
    drawn(page)
    told = page.get_by_text(re.compile(r"^[\d,]+ mentions ·")).first
    told.wait_for()
    return int(re.sub(r"\D", "", told.inner_text().split(" mentions")[0]))


def stored(stores: Stores, **narrowed: object) -> int:
    return stores.mentions.count(Filters(narrowed.pop("period", MARCH), **narrowed)).value


class Chief(NamedTuple):
    """What a page is called, and what it must show: how many charts with how many marks, and selectors."""

    english: str
    indonesian: str
    marks: tuple[int, ...]
    shown: tuple[str, ...]


CHIEF = {
    "sentiment": Chief("Sentiment", "Sentimen", (40, 20), (
        "tones_keyword", "tones_platform", "tones_source", "emotions", "open_unsure",
    )),
    "topics": Chief("Topics", "Topik", (4, 4), ("topics_table_volume", "examples_", "find_topics")),
    "people": Chief("People & places", "Tokoh & tempat", (4,), ("names_table_PERSON", "name_kind")),
    "influencers": Chief("Influencers", "Influencer", (), ("influencers_followers", "influencer_order")),
    "stories": Chief("Stories", "Cerita", (2,), ("story_", "read_", "group_")),
    "quality": Chief("Quality", "Mutu", (), ("label_keys", "label_text")),
}  # fmt: skip
GRIDS = {"sentiment": 4, "topics": 2, "people": 1, "influencers": 1, "stories": 0, "quality": 1}


@pytest.mark.parametrize("path", CHIEF)
def test_a_page_shows_what_it_is_for_in_both_languages_and_on_a_phone(at, address: str, path: str):
    page = at(path)
    is_all_there(page, path, CHIEF[path].english)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{path}?{QUERY}&lang=id")
    page.locator("h1").wait_for()
    drawn(page)
    is_all_there(page, path, CHIEF[path].indonesian)


def is_all_there(page, path: str, title: str) -> None:
    assert page.locator("h1").inner_text() == title
    for place, least in enumerate(CHIEF[path].marks):
        chart = page.locator(".stVegaLiteChart").nth(place)
        chart.locator("g.role-mark > *").nth(least - 1).wait_for(state="attached")
    for key in CHIEF[path].shown:
        keyed(page, key).wait_for()
    wait_until(lambda: page.locator(GRID).count() == GRIDS[path], 30, f"{path} has drawn its tables")
    no_trouble(page)
    assert fits(page)


@pytest.mark.parametrize("path", [path for path in CHIEF if path != "quality"])
def test_a_period_without_data_says_where_the_data_lies_and_leads_there(at, path: str):
    page = at(path, EMPTY)
    page.get_by_text("No mentions: 1 Jan – 31 Jan 2015").wait_for()
    assert page.locator(f"{GRID}, .stVegaLiteChart").count() == 0
    no_trouble(page)
    page.locator(".st-key-go_to_data button").click()
    page.get_by_text("No mentions:").wait_for(state="detached")
    assert parameters(page)["from"] <= "2016-03-03"


def test_a_day_a_number_and_what_is_unsure_lead_to_their_mentions(at, address: str, stores: Stores):
    page = at("sentiment")
    # the highest point is no share of nothing
    points = page.locator(".st-key-shares_over_time .mark-symbol.role-mark > path")
    points.nth(39).wait_for(state="attached")
    tops = points.evaluate_all("all => all.map(point => point.getBoundingClientRect().top)")
    click_through(page, points.nth(tops.index(min(tops))), "**/mentions?**")
    asked = parameters(page)
    assert asked["from"] == asked["to"]
    day = Period(date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]), JAKARTA)
    assert mentions_shown(page) == stored(stores, period=day, sentiments=(asked["sentiment"],)) > 0

    page.goto(f"{address}/sentiment?{QUERY}")
    keywords = [row[0] for row in rows(keyed(page, "tones_keyword"))]
    table = page.locator(f".st-key-tones_keyword {GRID}")
    table.click(position={"x": 30, "y": HEAD + ROW * keywords.index("beras") + ROW // 2})
    page.wait_for_url("**/mentions?**")
    assert parameters(page)["keyword"] == "beras"
    assert mentions_shown(page) == stored(stores, keywords=("beras",)) > 10

    page.goto(f"{address}/sentiment?{QUERY}")
    page.locator(".st-key-open_unsure button").click()
    page.wait_for_url("**/mentions?**confidence=low**")
    assert mentions_shown(page) == stored(stores, unsure=True) > 0


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Jakarta", "Pacific/Kiritimati"])
def test_a_chart_tells_and_opens_the_day_that_is_stored_in_a_browser_of_any_zone(at, stores: Stores, zone: str):
    page = at("", zone=zone)
    bars = page.locator(".stVegaLiteChart").first.locator(".mark-rect.role-mark > path")
    bars.first.wait_for(state="attached")
    told: Counter[str] = Counter()
    for label in bars.evaluate_all("all => all.map(bar => bar.ariaLabel)"):
        day, count = re.findall(r"Day: (.+?);.*Mentions: (\d+)", label)[0]
        told[day] += int(count)
    assert +told == +Counter({_called(day): stored(stores, period=Period(day, day, JAKARTA)) for day in MARCH.days()})

    page = at("sentiment", zone=zone)
    point = page.locator(".st-key-shares_over_time .mark-symbol.role-mark > path").first
    point.wait_for(state="attached")
    label = point.get_attribute("aria-label")
    click_through(page, point, "**/mentions?**")
    asked = parameters(page)
    assert asked["from"] == asked["to"]
    assert f"When: {_called(date.fromisoformat(asked['from']))};" in label


def _called(day: date) -> str:
    return f"{day:%a, %-d %b %Y}"


def test_a_topic_that_is_chosen_shows_its_days_and_leads_to_its_mentions(at, stores: Stores):
    page = at("topics")
    name, volume = rows(keyed(page, "topics_table_volume"))[1][:2]
    assert set(name.split(", ")) <= {word for theme in THEMES for word in WORDS[theme]}
    click_row(keyed(page, "topics_table_volume"), 1)
    page.get_by_role("heading", name=name, exact=True).wait_for()
    page.locator("[class*=st-key-drill_] button").click()
    page.wait_for_url("**/mentions?**topic=**")
    assert mentions_shown(page) == int(volume) == stored(stores, topic=parameters(page)["topic"])


def test_a_name_shows_its_company_and_leads_to_its_mentions(at, stores: Stores):
    page = at("people")
    assert [row[0] for row in rows(keyed(page, "names_table_PERSON"))][:2] == ["Joko Widodo", "Prabowo Subianto"]
    click_row(keyed(page, "names_table_PERSON"), 0)
    page.get_by_role("heading", name="Joko Widodo", exact=True).wait_for()
    page.locator("[class*=st-key-beside_]", has_text="Prabowo Subianto").wait_for()
    page.get_by_role("link", name="All mentions").click()
    page.wait_for_url("**/mentions?**name=**")
    assert mentions_shown(page) == sum("Joko Widodo" in text for text in MEETINGS)


def test_two_names_count_as_one_until_that_is_taken_back(at, stores: Stores):
    page = at("people")
    names = [row[0] for row in rows(keyed(page, "names_table_PERSON"))]
    click_row(keyed(page, "names_table_PERSON"), names.index("Sri Mulyani"))
    into = open_up(page, "Merge or hide this name", keyed(page, "into_").locator("input"))
    choose(page, into, "Prabowo Subianto")
    page.locator(".st-key-merge_name button:not([disabled])").click()
    page.get_by_role("heading", name="Prabowo Subianto", exact=True).wait_for()
    merged = sum("Prabowo" in text or "Sri Mulyani" in text for text in MEETINGS)
    wait_until(lambda: metric(page, "Mentions") == str(merged), 30, "the mentions of both are counted")
    open_up(page, "Merged and hidden names (1)", keyed(page, "undo_").locator("button")).click()
    wait_until(lambda: metric(page, "Mentions") == str(merged - 1), 30, "the names are apart again")

    open_up(page, "Merge or hide this name", page.locator(".st-key-hide_name button")).click()
    wait_until(lambda: [row[0] for row in rows(keyed(page, "names_table_PERSON"))] == ["Joko Widodo", "Sri Mulyani"],
               30, "the name is out of the list")  # fmt: skip
    open_up(page, "Merged and hidden names (1)", keyed(page, "undo_").locator("button")).click()
    wait_until(lambda: len(rows(keyed(page, "names_table_PERSON"))) == 3, 30, "the name is back")
    assert stores.aliases.list() == []


def test_an_account_leads_to_what_it_said(at, stores: Stores):
    page = at("influencers")
    click_row(keyed(page, "influencers_followers"), 0)
    page.get_by_role("heading", name=f"{LOUD} · X (Twitter)").wait_for()
    page.locator(".stVegaLiteChart g.role-mark > *").nth(len(MEETINGS) - 1).wait_for(state="attached")
    page.locator(".st-key-account_read button").click()
    page.wait_for_url("**/mentions?**account=**")
    assert (parameters(page)["account"], parameters(page)["platform"]) == (LOUD, "twitter")
    assert mentions_shown(page) == len(MEETINGS)


def test_an_account_that_is_set_aside_leaves_the_ranking_and_comes_back(at, stores: Stores):
    page = at("influencers")
    assert LOUD in rows(keyed(page, "influencers_followers"))[0]
    click_row(keyed(page, "influencers_followers"), 0)
    page.locator(".st-key-account_actions").get_by_text("Set aside", exact=True).click()
    page.locator(".st-key-account_aside button").click()
    page.get_by_text("Set aside (1)").wait_for()
    ranking = keyed(page, "influencers_followers")
    wait_until(lambda: not any(LOUD in row for row in rows(ranking)), 30, "the account has left the ranking")
    assert [one.username for one in stores.set_aside.list()] == [LOUD]
    page.get_by_text("Set aside (1)").click()
    page.locator("[class*=st-key-back_] button").click()
    page.get_by_text("Set aside (0)").wait_for()
    page.get_by_text("Ranking", exact=True).click()
    wait_until(lambda: LOUD in rows(keyed(page, "influencers_followers"))[0], 30, "the account is ranked again")


def test_who_speaks_to_whom_is_drawn_and_listed(at):
    page = at("influencers")
    page.get_by_text("Who speaks to whom").click()
    page.locator(".stVegaLiteChart g.mark-rule.role-mark > line").nth(2).wait_for(state="attached")
    assert ["@uji_asal", "X (Twitter)", "3", "3"] in rows(page)


def test_a_story_leads_to_its_copies_and_groups_to_the_posts_that_show_them(at):
    page = at("stories")
    story = page.locator("[class*=st-key-story_]", has_text=STORY[:60])
    story.get_by_text("4 mentions").wait_for()
    story.get_by_text("First said by uji_asal").wait_for()
    group = page.locator("[class*=st-key-group_]", has_text=", ".join(sorted(TWINS)))
    group.locator("summary").click()
    assert {row[1] for row in rows(group)} == set(TWINS)
    story.locator("[class*=st-key-read_] button").click()
    page.wait_for_url("**/mentions?**story=**")
    assert mentions_shown(page) == 4


def test_numbers_can_count_stories_and_leave_out_coordinated_accounts(at, stores: Stores):
    page, all_of_them = at(""), stored(stores)
    wait_until(lambda: metric(page, "Mentions") == str(all_of_them), 30, "every mention is counted")
    keyed(page, "filter_count").get_by_text("Stories").click()
    page.wait_for_url("**count=stories**")
    wait_until(lambda: metric(page, "Stories a day") == str(all_of_them - 2), 30, "copies of a day count once")
    page.locator(".st-key-more_filters button").first.click()
    page.get_by_text("Without accounts that post in coordination").click()
    page.wait_for_url("**coordinated=without**")
    left = all_of_them - 2 - len(TWINS) * DAYS_TOGETHER
    wait_until(lambda: metric(page, "Stories a day") == str(left), 30, "the two accounts are left out")


def test_several_mentions_are_corrected_at_once_and_quality_tells_of_it(at, address: str, stores: Stores):
    before = chosen_corrections(stores).corrections
    page = at("mentions", f"{QUERY}&account={LOUD}")
    page.get_by_text("Correct several").click()
    page.locator(".st-key-bulk_bar").wait_for()
    for row in (0, 1):
        click_row(keyed(page, "mentions_several"), row, 88)
        page.get_by_text(f"{row + 1} mention{'s' if row else ''} chosen").wait_for()
    page.locator(".st-key-bulk_sentiment").get_by_text("Negative").click()
    page.locator(".st-key-bulk_apply button:not([disabled])").click()
    page.get_by_text("2 mentions corrected").wait_for()
    newest = stores.mentions.page(Filters(MARCH, accounts=(LOUD,)), limit=2).mentions
    assert {(m.analysis.sentiment, m.analysis.is_correction) for m in newest} == {("negative", True)}
    page.goto(f"{address}/quality")
    page.get_by_text(f"Besides, people corrected {before + 2} mentions").wait_for()
