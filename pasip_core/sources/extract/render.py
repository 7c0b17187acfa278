"""From a piece of a page to its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from lxml import etree

from .select import select

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol",
    "option", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_GONE = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "audio", "video",
    "map", "form", "button", "input", "select", "textarea", "label", "nav", "menu", "dialog", "figure", "figcaption",
    "picture", "head", "title", "meta", "link", "ins",
})  # fmt: skip
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff\u00ad]+")


def paragraphs(node: Any, remove: tuple[str, ...] = (), dropped: Set[Any] = frozenset()) -> list[str]:
    """The text of ``node``, block by block, without scripts, figures, ``dropped`` and what ``remove`` selects."""
    dropped = set(dropped)
    for selector in remove:
        dropped.update(select(node, selector))
    lines: list[str] = []
    parts: list[str] = []
    skipping = 0

    def close() -> None:
        line = _SPACES.sub(" ", "".join(parts)).strip()
        if line:
            lines.append(line)
        parts.clear()

    for event, element in etree.iterwalk(node, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        hidden = element is not node and (tag in _GONE or not tag or element in dropped or is_hidden(element))
        if event == "start":
            skipping += hidden
            if tag in _BLOCKS:
                close()
            if not skipping and element.text:
                parts.append(element.text)
        else:
            skipping -= hidden
            if tag in _BLOCKS:
                close()
            if not skipping and element is not node and element.tail:
                parts.append(element.tail)
    close()
    return lines


def is_hidden(element: Any) -> bool:
    """Whether the markup itself says that a reader does not see the element."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def join_datelines(lines: list[str]) -> list[str]:
    """``Jakarta -`` on a line of its own belongs to the sentence after it."""
    joined: list[str] = []
    for line in lines:
        if joined and len(joined[-1]) <= 40 and re.search(r"\w.*\s?[-–—]$", joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined
