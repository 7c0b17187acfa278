"""One article page in, one :class:`Article` out."""

from __future__ import annotations

from datetime import datetime

from .body import find_body
from .document import parse_tree, read_text, without_controls
from .jsonld import read_article
from .metadata import find_author, find_published, find_title, find_url, read_metas
from .model import Article, ArticleRules

_NOTHING_KNOWN = ArticleRules()


def extract(
    html: str | bytes,
    url: str,
    rules: ArticleRules | None = None,
    *,
    encoding: str = "",
    now: datetime | None = None,
) -> Article:
    """The article that ``html`` shows. Makes no network request, ever.

    ``rules`` say what is known of the outlet; without them, or where they find nothing, the body is what general
    readings of the page agree on. ``encoding`` is the charset of the HTTP header, ``now`` bounds dates.

    :raises InputError: the page is empty, or a selector of the rules cannot be read.
    :raises SourceParse: not HTML.
    """
    rules = rules or _NOTHING_KNOWN
    root = parse_tree(read_text(html, encoding))
    metas = read_metas(root)
    data = read_article(root)
    address = find_url(root, metas, url)
    title = find_title(root, metas, data, rules)
    author = find_author(root, metas, data, rules)
    published = find_published(root, metas, data, rules, url, now)
    content = "\n".join(find_body(root, data, rules, title))
    # Once more: character references (&#1;) bring them back.
    return Article(address, without_controls(title), without_controls(author), published, without_controls(content))
