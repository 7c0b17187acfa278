"""CSS selectors on a parsed page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from ...errors import InputError


@lru_cache(maxsize=1000)
def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathSyntaxError) as problem:
        raise InputError(
            f"selector {selector!r} is not a CSS selector that can be used here: {problem}.",
            field="selector",
            value=selector,
        ) from problem


def select(node: Any, selector: str) -> list[Any]:
    """The elements under ``node`` that ``selector`` finds, in document order.

    :raises InputError: the selector cannot be read.
    """
    found: list[Any] = _compiled(selector)(node)
    return found


def first_value(node: Any, selectors: tuple[str, ...]) -> str:
    """The text, or with ``selector@name`` the attribute, of the first element that has any."""
    for selector in selectors:
        path, attribute = _parted(selector)
        for element in select(node, path):
            value = element.get(attribute) if attribute else _text(element)
            if value and value.strip():
                return " ".join(value.split())
    return ""


def all_values(node: Any, selector: str) -> list[str]:
    """As :func:`first_value`, of every element that one selector finds."""
    path, attribute = _parted(selector)
    values = [(e.get(attribute) if attribute else _text(e)) or "" for e in select(node, path)]
    return [" ".join(value.split()) for value in values if value.strip()]


def _parted(selector: str) -> tuple[str, str]:
    path, cut, attribute = selector.rpartition("@")
    # "@" also stands inside attribute values: a[href*="@"].
    return (path, attribute) if cut and attribute.replace("-", "").replace(":", "").isalnum() else (selector, "")


def _text(element: Any) -> str:
    if element.tag == "meta":
        return element.get("content") or ""
    return " ".join(part for part in element.itertext() if isinstance(part, str))
