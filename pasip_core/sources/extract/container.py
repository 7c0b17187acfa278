"""Which element of a page holds the article, judged by where its long, link-poor paragraphs stand."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .render import paragraphs

_TEXT_TAGS = frozenset(
    {"p", "pre", "blockquote", "li", "td", "div", "section", "article", "dd", "span", "main", "center", "body"}
)
_OUTSIDE_TAGS = frozenset({
    "script", "style", "noscript", "nav", "footer", "aside", "form", "head", "select", "button", "svg", "iframe",
    "template", "figure", "dialog", "header",
})  # fmt: skip
_OUTSIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus|respond|related|recommend\w*|sidebar|side-bar|promo\w*|newsletter|subscri\w*|social|"
    r"shar(?:e|ing)\w*|cookies?|consent|gdpr|popup|modal|breadcrumbs?|footer|caption\w*|baca-?juga|lihatjg|linksisip|"
    r"terkait|advert\w*|ads?|banner|sponsor\w*|author-?(?:bio|box|info)|bio|tags?|taglist|widget|outbrain|taboola|"
    r"pagination|paging|menu|nav|navbar|navigation|masthead|inject-\S+|toc)(?:$|[\s_-])",
    re.I,
)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_CARDS = 3
_CARD_CHARS = 600
_ENOUGH = 0.85
_MIN_PARAGRAPH = 60


@dataclass(frozen=True, slots=True)
class Container:
    """An element and its paragraphs; ``share`` is its part of the page's article-like text."""

    node: Any
    lines: list[str]
    share: float
    furniture: frozenset[Any]

    def trimmed(self) -> Any:
        """A copy of the element without the furniture inside it."""
        twin = deepcopy(self.node)
        pairs = zip(self.node.iter(), twin.iter(), strict=True)
        for element in [copied for original, copied in pairs if original in self.furniture and copied is not twin]:
            if element.getparent() is not None:
                _drop(element)
        return twin


def _drop(element: Any) -> None:
    """Out of the tree; the text behind it stays, unless it holds characters that lxml reads but does not write."""
    try:
        element.drop_tree()
    except ValueError:
        element.getparent().remove(element)


def find_container(root: Any) -> Container | None:
    """The smallest element that holds most of the page's running text, ``None`` where there is none."""
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        return None
    outside = _outside(body)
    weight = _weights(body, outside)
    total = weight.get(body, 0)
    if not total:
        return None
    node = body
    while True:
        heaviest = max(node, key=lambda child: weight.get(child, 0), default=None)
        if heaviest is None or weight.get(heaviest, 0) < _ENOUGH * weight[node] or heaviest.tag in ("p", "pre", "span"):
            break
        node = heaviest
    inner = frozenset(outside - {node, *node.iterancestors()})
    return Container(node, paragraphs(node, dropped=inner), weight[node] / total, inner)


def _outside(body: Any) -> set[Any]:
    """Elements whose tag or class says that they are furniture, unless they hold the page's main text."""
    found: set[Any] = set()
    for element in body.iterdescendants():
        if not isinstance(element.tag, str):
            continue
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag in _OUTSIDE_TAGS or (len(name) > 1 and _OUTSIDE.search(name[:300])):
            found.add(element)
        elif len(element) >= _CARDS:
            found.update(_cards(element))
    return found | set(_cards(body))


def _cards(parent: Any) -> list[Any]:
    """Children of one make, each a link around a heading or picture with a few words: teasers of other articles."""
    if (parent.text or "").strip() or any((child.tail or "").strip() for child in parent):
        return []  # links and boxes within running text
    groups: dict[tuple[str, str], list[Any]] = {}
    for child in parent:
        if child.tag in ("div", "li", "article", "section", "a"):
            groups.setdefault((child.tag, child.get("class") or ""), []).append(child)
    return [
        child
        for group in groups.values()
        if len(group) >= _CARDS and sum(map(_is_card, group)) >= 0.8 * len(group)
        for child in group
    ]


def _is_card(element: Any) -> bool:
    links = [element] if element.tag == "a" else list(islice(element.iter("a"), 5))
    whole = _length(element)
    if not links or whole > _CARD_CHARS:
        return False
    if sum(map(_length, links)) >= 0.8 * whole:
        return True
    return any(_frames_heading(link) or link.find(".//img") is not None for link in links)


def _frames_heading(link: Any) -> bool:
    """Whether the link is all of a heading, or holds one."""
    if any(child.tag in _HEADINGS for child in link.iter()):
        return True
    parent = link.getparent()
    return parent.tag in _HEADINGS and 8 <= _length(parent) <= 1.2 * _length(link)


def _length(element: Any) -> int:
    return len("".join(islice(element.itertext(), 60)).strip())


def _weights(body: Any, outside: set[Any]) -> dict[Any, float]:
    """Characters of running text within each element, summed upwards."""
    weight: dict[Any, float] = {}
    skip: set[Any] = set()
    for element in body.iter():
        parent = element.getparent()
        if parent in skip or element in outside:
            skip.add(element)
            continue
        if element.tag in _TEXT_TAGS and (own := _running_text(element)) >= _MIN_PARAGRAPH:
            weight[element] = weight.get(element, 0) + own
            for ancestor in element.iterancestors() if element is not body else ():
                weight[ancestor] = weight.get(ancestor, 0) + own
                if ancestor is body:
                    break
    return weight


def _running_text(element: Any) -> float:
    """Characters directly in ``element`` and in its inline children, less three times those of links."""
    length = len((element.text or "").strip())
    links = 0
    for child in element:
        length += len((child.tail or "").strip())
        if child.tag == "a":
            links += len(child.text or "")
        elif child.tag in ("b", "strong", "em", "i", "font", "u", "mark", "q", "cite", "abbr", "sup", "sub", "code"):
            length += len(child.text or "")
    return length if links * 2 < length else 0
