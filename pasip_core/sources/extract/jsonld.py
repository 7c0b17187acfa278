"""What schema.org data in a page says about its article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review|Recipe|LiveBlog)", re.I)
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
_MAX_CHARS = 2_000_000
_MAX_NODES = 2_000
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def read_article(root: Any) -> dict[str, Any]:
    """The article's schema.org object, or the page's, or ``{}``. Data that is not JSON is passed over."""
    best: dict[str, Any] = {}
    best_rank = 0
    for node in _nodes(root):
        rank = _rank(node)
        if rank > best_rank:
            best, best_rank = node, rank
    return best


def first_text(value: Any) -> str:
    """The first text within a string, a list, or an object's ``name``, ``@value`` or ``headline``."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = next((value[key] for key in ("name", "@value", "headline") if value.get(key)), "")
        else:
            break
    return value.strip() if isinstance(value, str) else ""


def persons(value: Any) -> tuple[list[str], list[str]]:
    """Names of people and names of organisations in an ``author`` value."""
    people: list[str] = []
    others: list[str] = []
    for item in (value if isinstance(value, list) else [value])[:20]:
        if isinstance(item, str):
            people.append(item)
        elif isinstance(item, dict):
            names = item.get("name")
            kind = str(item.get("@type", "Person"))
            target = others if "Organi" in kind or "Corporation" in kind else people
            target.extend(n for n in (names if isinstance(names, list) else [names]) if isinstance(n, str))
    return people, others


def _rank(node: dict[str, Any]) -> int:
    kind = str(node.get("@type", ""))
    if _ARTICLE.search(kind):
        return 2 + sum(bool(node.get(key)) for key in ("headline", "datePublished", "author", "articleBody"))
    return 1 if kind == "WebPage" and (node.get("datePublished") or node.get("headline")) else 0


def _nodes(root: Any) -> Iterator[dict[str, Any]]:
    """Every object of every block: alone, in lists, in ``@graph``, or as the page's main entity."""
    scripts = (s for s in root.iter("script") if "ld+json" in (s.get("type") or "").lower())
    queue: list[Any] = [value for s in scripts if (value := _loads(s.text or "")) is not None]
    seen = 0
    while queue and seen < _MAX_NODES:
        value = queue.pop(0)
        seen += 1
        if isinstance(value, list):
            queue.extend(value)
        elif isinstance(value, dict):
            yield value
            queue.extend(value[key] for key in _INSIDE if key in value)


def _loads(text: str) -> Any:
    text = text[:_MAX_CHARS].strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    text = text.removeprefix("//<![CDATA[").removeprefix("<![CDATA[").removesuffix("//]]>").removesuffix("]]>")
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None
