"""The product as a person meets it: a real browser, a real app, real workers and real tweets."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.corpus import distinct, names, read_tweets, tweets_file
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

ALL = "from=2018-01-01&to=2019-12-31"
PAGES = ("/", "/mentions", "/comparison", "/keywords", "/collection", "/import", "/privacy")
EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> jokowi \u202egpj.exe"


@pytest.fixture(scope="package")
def tweets(data_dir: Path) -> Path:
    return tweets_file(data_dir)


@pytest.fixture(scope="package")
def filled(browser, address: str, tweets: Path) -> dict[str, int]:
    """The file imported and the two keywords added through the pages; what the pages said about it."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="en-US")
    page.set_default_timeout(60_000)
    add_keyword(page, address, "jokowi")
    add_keyword(page, address, "prabowo")
    result = import_file(page, address, tweets)
    wait_for_numbers(page, address)
    page.close()
    return result


def add_keyword(page, address: str, name: str) -> None:
    page.goto(f"{address}/keywords")
    page.wait_for_selector("h1")
    opener = page.locator(".st-key-add_keyword button")
    field = page.locator(".st-key-form_new_keyword input")
    opener.or_(field).first.wait_for()
    if not field.is_visible():
        opener.click()
    field.fill(name)
    field.press("Tab")
    page.locator(".st-key-save_keyword button").click()
    page.get_by_text("is watched now").wait_for()


def import_file(page, address: str, path: Path) -> dict[str, int]:
    page.goto(f"{address}/import")
    page.locator("input[type=file]").set_input_files(str(path))
    page.locator(".st-key-start_import button").click()
    page.get_by_text("was imported").wait_for(timeout=180_000)
    return metrics(page, page.locator("[class*='st-key-result_']").first)  # below it, earlier imports have theirs


METRICS = 5
"""So many has the overview, and so many an import. They are drawn in any order."""
READ_METRICS = """all => all.map(e => [
    e.querySelector("[data-testid=stMetricLabel]")?.innerText.trim(),
    e.querySelector("[data-testid=stMetricValue]")?.innerText])"""


def metrics(page, part=None) -> dict[str, int]:
    """Label to number of the metrics of the page, or a part, read at one moment, once the page stands still."""
    part = part or page
    part.locator("[data-testid=stMetricValue]").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    shown: list[tuple[str, str]] = []

    def complete() -> bool:  # labels are drawn a little later than values
        shown[:] = part.locator("[data-testid=stMetric]").evaluate_all(READ_METRICS)
        return len(shown) == METRICS and all(label and value for label, value in shown)

    wait_until(complete, 30, "all metrics are there, with label and value")
    return {label: int(re.sub(r"\D", "", value) or 0) for label, value in shown if "%" not in value}


def total(page, address: str, query: str) -> int:
    """The number of mentions that the overview shows."""
    page.goto(f"{address}/?{query}")
    page.wait_for_selector("h1")
    metric = page.locator("[data-testid=stMetricValue]").first
    nothing = page.get_by_text(re.compile("^No (such )?mentions:"))
    metric.or_(nothing).first.wait_for()
    return 0 if nothing.is_visible() else metrics(page)["Mentions"]


def wait_for_numbers(page, address: str) -> None:
    """Until the workers have matched, analysed and counted everything."""
    done = "from=2018-01-01&to=2019-12-31&sentiment=pending"
    wait_until(
        lambda: total(page, address, ALL + "&keyword=prabowo") > 0 and total(page, address, done) == 0,
        180, "everything is analysed and counted",
    )  # fmt: skip


def test_the_import_accounts_for_every_row(filled, tweets: Path):
    assert filled["Rows read"] == len(read_tweets(tweets))
    assert filled["Rows read"] == sum(filled[k] for k in ("New mentions", "Updated", "Known already", "Rejected"))


def test_the_overview_agrees_with_a_count_by_hand(open_page, address: str, filled, tweets: Path):
    rows = distinct(read_tweets(tweets))
    page = open_page(f"/?{ALL}")
    assert total(page, address, ALL) == len(rows)
    for keyword in ("jokowi", "prabowo"):
        by_hand = sum(names(row["tweets"], keyword) for row in rows)
        assert total(page, address, f"{ALL}&keyword={keyword}") == by_hand


def test_a_tweet_that_names_both_is_counted_once(open_page, address: str, filled, tweets: Path):
    rows = distinct(read_tweets(tweets))
    either = sum(names(row["tweets"], "jokowi") or names(row["tweets"], "prabowo") for row in rows)
    assert total(open_page(f"/?{ALL}"), address, f"{ALL}&keyword=jokowi,prabowo") == either


def test_the_pages_are_filled(open_page, filled):
    page = open_page(f"/?{ALL}")
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(2).wait_for()
    for heading in ("Sentiment over time", "Share of voice", "Platforms", "Loudest accounts", "Newest mentions"):
        assert page.get_by_role("heading", name=heading).is_visible()
    page = open_page(f"/comparison?{ALL}")
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(3).wait_for()
    page = open_page(f"/mentions?{ALL}&keyword=jokowi")
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for()


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_a_file_holds_exactly_what_is_filtered(open_page, address: str, filled, form: str):
    page = open_page("/mentions")
    query = f"{ALL}&keyword=jokowi&sentiment=negative"
    shown = total(page, address, query)
    body = page.request.get(f"{address}/download/mentions.{form}?{query}").body()
    assert shown > 0
    assert rows_of(form, body) == shown


def rows_of(form: str, body: bytes) -> int:
    if form == "csv":
        return sum(1 for _ in csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    if form == "jsonl":
        return len([json.loads(line) for line in body.splitlines()])
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(body), read_only=True).worksheets[0].max_row - 1


def test_a_file_for_an_address_that_means_nothing_is_refused(open_page, address: str, filled):
    answer = open_page("/mentions").request.get(f"{address}/download/mentions.csv?keyword=nobody")
    assert answer.status == 400
    assert "keyword" in answer.text()


def test_correcting_one_mention_changes_the_numbers(open_page, address: str, filled):
    page = open_page("/mentions")
    query = f"{ALL}&keyword=prabowo&sentiment="
    negative, positive = total(page, address, query + "negative"), total(page, address, query + "positive")
    body = page.request.get(f"{address}/download/mentions.jsonl?{query}negative").text()
    id = json.loads(body.splitlines()[0])["id"]
    page.goto(f"{address}/mentions?{ALL}&mention={id}")
    dialog = page.get_by_role("dialog")
    dialog.locator(f".st-key-correct_{id}_").get_by_text("Positive").click()
    dialog.get_by_text("corrected by a person").first.wait_for()
    wait_until(lambda: total(page, address, query + "negative") == negative - 1, 30, "one negative mention less")
    assert total(page, address, query + "positive") == positive + 1


def test_a_hostile_mention_is_harmless(open_page, address: str, filled, tmp_path: Path):
    file = tmp_path / "evil.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "date", "username", "url"])
        writer.writerow([EVIL, "2017-05-05 10:00:00+00:00", '=HYPERLINK("http://evil")', "javascript:alert(1)"])
        writer.writerow(
            ["A" * 100_000, "2017-05-05 11:00:00+00:00", "long", "data:text/html,<script>alert(1)</script>"]
        )
    page = open_page("/import")
    import_file(page, address, file)
    query = "from=2017-05-01&to=2017-05-31"
    wait_until(lambda: total(page, address, query) == 2, 60, "both hostile mentions are counted")
    lines = page.request.get(f"{address}/download/mentions.jsonl?{query}").text().splitlines()
    for mention in map(json.loads, lines):
        page.goto(f"{address}/mentions?{query}&mention={mention['id']}")
        page.get_by_role("dialog").locator(".pasip-text").wait_for()
        assert page.title() != "owned"
        assert (
            page.locator("a[href^='javascript:'], a[href^='data:'], .pasip-text img, .pasip-text script").count() == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{address}/mentions?{query}")
    page.locator("[data-testid=stDataFrame]").first.hover()
    toolbar = page.locator("[data-testid=stElementToolbar]").first
    toolbar.get_by_label("Fullscreen").wait_for()
    assert not toolbar.get_by_label("Download as CSV").is_visible()
    sheet = page.request.get(f"{address}/download/mentions.csv?{query}").text()
    assert not re.search(r'(^|,)"?=HYPERLINK', sheet)


def test_the_language_switch_changes_the_page_and_stays_in_the_address(open_page, filled):
    page = open_page(f"/?{ALL}&keyword=jokowi", locale="en-US")
    page.get_by_text("Bahasa Indonesia").click()
    page.get_by_role("heading", name="Ringkasan").wait_for()
    page.wait_for_url("**lang=id**")
    assert parse_qs(urlsplit(page.url).query)["keyword"] == ["jokowi"]
    page.get_by_role("link", name="Perbandingan").click()
    page.get_by_role("heading", name="Perbandingan").wait_for()
    page.wait_for_url("**keyword=jokowi**")


def test_a_browser_that_speaks_indonesian_gets_indonesian(open_page, filled):
    assert open_page("/", locale="id-ID").locator("h1").inner_text() == "Ringkasan"


def test_a_link_shows_a_colleague_the_same_view(open_page, address: str, filled):
    page = open_page(f"/?{ALL}")
    everything = metrics(page)
    page.locator(".st-key-filter_keywords input").fill("prab")
    page.keyboard.press("Enter")
    page.wait_for_url("**keyword=prabowo**")
    wait_until(lambda: metrics(page) != everything, 30, "the filter changes the numbers")
    assert metrics(open_page(page.url.removeprefix(address))) == metrics(page)


def test_strange_addresses_are_noted_quietly(open_page, filled):
    page = open_page("/mentions?from=x&keyword=nobody,jokowi&sentiment=%3Cscript%3E")
    page.get_by_text("Part of the address was left out").wait_for()
    page.wait_for_url("**keyword=jokowi**")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(open_page, filled, path: str, scheme: str):
    page = open_page(f"{path}?{ALL}", width=390, height=844, scheme=scheme, locale="id-ID")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_a_traceback(open_page, filled, path: str):
    page = open_page(f"{path}?{ALL}")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-testid=stException]").count() == 0
    assert "Traceback" not in page.inner_text("body")


def test_pages_carry_headers_and_metrics_are_not_served(open_page, address: str):
    page = open_page("/")
    headers = page.request.get(address).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert page.request.get(f"{address}/_stcore/metrics").status == 404
    assert page.request.get(f"{address}/api/health").json() == {"status": "ok", "store": "ok"}


def test_a_person_is_erased_on_the_page_and_gone_from_disk(open_page, address: str, data_dir: Path, tmp_path: Path):
    mark, text = "zwarkofim_77", "qubrelanto"
    file = tmp_path / "t.csv"
    file.write_text(f"date,username,text\n2019-06-20 10:00,{mark},{text} satu\n2019-06-21 10:00,tono,biasa saja\n")
    page = open_page("/import")
    import_file(page, address, file)
    held = [path for path in data_dir.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
    assert held
    page.goto(f"{address}/privacy")
    page.locator(".st-key-privacy_username input").fill(f"@{mark.upper()}")
    page.locator(".st-key-privacy_look button").click()
    page.locator(".st-key-found_own").wait_for()
    assert page.locator(".st-key-privacy_erase button").is_disabled()
    page.locator(".st-key-privacy_reason input").fill("permohonan no. 12")
    typed = page.locator(".st-key-privacy_typed input")
    typed.fill(mark.upper())
    typed.press("Tab")
    page.locator(".st-key-privacy_erase button:not([disabled])").click()
    page.get_by_text("nothing was left").wait_for(timeout=180_000)

    def left() -> list[str]:
        files = [path for path in data_dir.rglob("*") if path.is_file()]
        return [p.name for p in files for m in (mark, text) if m.encode() in p.read_bytes().lower()]

    wait_until(lambda: left() == [], 20, "no file holds a byte of it")
