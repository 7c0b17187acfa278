"""What goes into and comes out of article extraction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Article:
    """One article as a reader sees it.

    ``url`` is absolute, the page's own canonical address where it names one of the same site.
    ``published_at`` is aware, ``None`` where the page does not tell. ``content`` holds the body alone, one
    paragraph a line; ``title``, ``author`` and ``content`` are "" where nothing was found.
    """

    url: str
    title: str = ""
    author: str = ""
    published_at: datetime | None = None
    content: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; ``published_at`` in ISO 8601 with its offset, or ``None``."""
        moment = self.published_at.isoformat() if self.published_at else None
        return {
            "url": self.url,
            "title": self.title,
            "author": self.author,
            "published_at": moment,
            "content": self.content,
        }


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """What is known about the article pages of one outlet. Every field may stay empty.

    Selectors are CSS, tried in order, the first that finds text wins. A title, author or date selector may end
    in ``@name`` to read that attribute instead of the text (``time@datetime``).
    """

    title: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    """Elements inside the body that are not part of the article."""
    junk: tuple[str, ...] = ()
    """Regular expressions, case ignored: a paragraph in which one is found (`re.search`) is dropped."""
    pages: tuple[str, ...] = ()
    """Links to the further pages of the same article."""
    one_page: str = ""
    """The query that shows the whole article on one page, such as ``page=all``."""
    names: tuple[str, ...] = ()
    """How the outlet calls itself in titles and bylines: ``detikNews``, ``Kompas.com``."""
