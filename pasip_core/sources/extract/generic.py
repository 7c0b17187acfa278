"""The body of a page of which nothing is known: several readings, and what they agree on.

trafilatura reads first. Where its answer is what the page's densest part holds, it stands; else newspaper4k (slow,
precise) gives a second opinion on that part, and the reading that the others support most is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .agreement import f1, most_supported, shingles
from .container import Container, find_container
from .jsonld import first_text
from .readers import by_newspaper, by_trafilatura

_AGREE = 0.9
_TRUST = {"trafilatura": 1.4, "newspaper": 1.0, "container": 0.8, "data": 1.0}
_LARGE = 15_000
"""Elements of a page beyond which only its densest part is read: the libraries' cost grows faster than the page."""
_HUGE = 60_000
"""Elements beyond which no library is asked."""
_EDGE = 140
_MIN_DATA = 400


def read_generic(root: Any, data: dict[str, Any]) -> list[str]:
    """The paragraphs that look like the article."""
    container = find_container(root)
    size = sum(1 for _ in root.iter())
    large = size > _LARGE
    if size > _HUGE:
        return container.lines if container is not None else _of_data(data)
    main = by_trafilatura(container.node if large and container is not None else root)
    if container is None:
        return main or _of_data(data)
    if main and f1(shingles(main), shingles(container.lines)) >= _AGREE:
        return _without_edges(main, container)
    readings = {"trafilatura": main, "container": container.lines}
    if len(body := _of_data(data)) > 0:
        readings["data"] = body
    if not large:
        # Where what the class names call furniture may be the article, the second opinion must not depend on them.
        doubtful = sum(map(len, main)) > 2 * sum(map(len, container.lines))
        part = container.node if doubtful else container.trimmed()
        readings["newspaper"] = by_newspaper(part, root.get("lang") or "en")
    chosen = most_supported({name: lines for name, lines in readings.items() if lines}, _TRUST)
    return _without_edges(readings.get(chosen, []), container)


def _of_data(data: dict[str, Any]) -> list[str]:
    """The ``articleBody`` of structured data, where it is more than a teaser."""
    text = re.sub(r"<br\s*/?>|</p>", "\n", first_text(data.get("articleBody")), flags=re.I)
    text = re.sub(r"<[^>]{1,500}>", "", text)
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return lines if sum(map(len, lines)) >= _MIN_DATA and not text.rstrip().endswith(("...", "…")) else []


def _without_edges(lines: Sequence[str], container: Container) -> list[str]:
    """Without the short lines before and after what stands in the densest part: headings, captions, bylines."""
    inside = {_key(line) for line in container.lines}
    known = [_key(line) in inside for line in lines]
    if sum(len(line) for line, there in zip(lines, known, strict=True) if there) < 0.7 * sum(map(len, lines)):
        return list(lines)
    first, last = known.index(True), len(known) - 1 - known[::-1].index(True)
    said = shingles(container.lines)
    return [
        line
        for i, line in enumerate(lines)
        if first <= i <= last or (len(line) > _EDGE and not _repeats(shingles([line]), said))
    ]


def _repeats(line: frozenset[tuple[str, ...]], said: frozenset[tuple[str, ...]]) -> bool:
    """Whether most of a line stands in the body already, as where a page's description repeats its opening."""
    return len(line & said) >= 0.5 * len(line)


def _key(line: str) -> str:
    return re.sub(r"\W+", "", line.casefold())
