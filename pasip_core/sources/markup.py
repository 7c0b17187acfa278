"""Posts that come as HTML, as the text that people wrote."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from .fields import LONGEST_TEXT

_BLOCKS = ("p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
_BREAK = "\x00"


def read_html(body: bytes | str) -> BeautifulSoup:
    """The tree of a page; of anything else a tree without what one looks for."""
    return BeautifulSoup(body, "lxml")


def lines_of(markup: str | Tag) -> str:
    """The words of a piece of HTML, a line for each ``<br>`` and a blank line between paragraphs.

    A tag that is given is changed. Line ends of the source count as spaces, as in a browser.
    """
    tree = read_html(markup[:LONGEST_TEXT]) if isinstance(markup, str) else markup
    for hidden in tree.find_all(["script", "style"]):
        hidden.extract()
    for line_break in tree.find_all("br"):
        line_break.replace_with(_BREAK)
    for block in tree.find_all(_BLOCKS):
        block.append(_BREAK * 2)
    lines = [" ".join(line.split()) for line in tree.get_text()[:LONGEST_TEXT].split(_BREAK)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one(tree: Tag, selector: str) -> Tag | None:
    """The first element that fits, ``None`` where there is none."""
    return tree.select_one(selector)


def words(tree: Tag, selector: str) -> str:
    """The words of the first element that fits, on one line; "" where there is none."""
    found = one(tree, selector)
    return " ".join(found.get_text(" ").split())[:LONGEST_TEXT] if found else ""


def attribute(tag: Tag | None, name: str) -> str:
    """An attribute's text; "" where there is none."""
    value = tag.get(name) if tag else None
    return value.strip() if isinstance(value, str) else ""
