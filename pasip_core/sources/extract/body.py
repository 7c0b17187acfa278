"""The body of an article: the outlet's own selector, else what several readings of the page agree on."""

from __future__ import annotations

from typing import Any

from .generic import read_generic
from .junk import drop_junk
from .model import ArticleRules
from .render import join_datelines, paragraphs
from .select import select

_LONG_ENOUGH = 250


def find_body(root: Any, data: dict[str, Any], rules: ArticleRules, title: str) -> list[str]:
    """The paragraphs of the article, without the furniture between them. ``root`` may be changed."""
    own = drop_junk(join_datelines(_by_rules(root, rules)), extra=rules.junk, title=title)
    if sum(map(len, own)) >= _LONG_ENOUGH:
        return own
    generic = drop_junk(join_datelines(read_generic(root, data)), extra=rules.junk, title=title)
    # A short answer of the outlet's selector is a short article, unless the page holds far more.
    return own if own and sum(map(len, generic)) < 2 * _LONG_ENOUGH else generic


def _by_rules(root: Any, rules: ArticleRules) -> list[str]:
    for selector in rules.body:
        nodes = _outermost(select(root, selector))
        lines = [line for node in nodes for line in paragraphs(node, rules.remove)]
        if lines:
            return lines
    return []


def _outermost(nodes: list[Any]) -> list[Any]:
    inside = {child for node in nodes for child in node.iterdescendants()}
    return [node for node in nodes if node not in inside]
