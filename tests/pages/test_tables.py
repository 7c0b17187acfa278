"""Text and links from outside, before they reach a table or a page."""

from __future__ import annotations

import pytest

from pages.components.downloads import as_csv
from pages.components.state import shown
from pages.components.tables import MOST_TEXT, excerpt, plain, web_address


@pytest.mark.parametrize("url", ["https://example.com/a?b=c", "http://example.com", " https://example.com/x "])
def test_web_addresses_become_links(url: str):
    assert web_address(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "file:///etc/passwd", "//example.com",
        "https://", "ftp://example.com", "https://exa mple.com", "https://[bad", "java\nscript:alert(1)", "",
        "https://example.com/\u202egpj.exe", "https://example.com/" + "a" * 5000,
    ],
)  # fmt: skip
def test_anything_else_does_not(url: str):
    assert web_address(url) is None


def test_characters_that_turn_text_around_are_gone():
    assert plain("aman \u202etxet nalajreb\u202c \u2066x\u2069\x00\x1b[31m") == "aman txet nalajreb x[31m"


def test_emoji_and_foreign_scripts_stay():
    text = "Halo 👩‍👩‍👧 مرحبا\nbaris dua"
    assert plain(text) == text


def test_a_hundred_kilobytes_of_one_letter_become_one_short_line():
    assert len(excerpt("a" * 100_000)) == MOST_TEXT


def test_markdown_in_a_name_stays_text():
    assert shown("**[x](http://evil)** <b> :red[y] $z$") == r"\*\*\[x\]\(http\://evil\)\*\* \<b\> \:red\[y\] \$z\$"


def test_a_table_as_csv_runs_nothing_in_a_spreadsheet():
    import pandas as pd

    names = ['=HYPERLINK("http://evil")', "-2+3", "@x", "fine", "＝1+1"]
    table = pd.DataFrame({"name": names, "change": [-1.5, 2, None, 0, 1]})
    lines = as_csv(table).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("\"'=HYPERLINK")
    assert lines[2] == "'-2+3,2.0"
    assert lines[3] == "'@x,"
    assert lines[4] == "fine,0.0"
    assert lines[5] == "'＝1+1,1.0"
