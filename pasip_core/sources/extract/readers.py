"""The libraries that read articles, each behind one function that answers lines and never raises."""

from __future__ import annotations

import warnings
from typing import Any

from loguru import logger
from lxml import etree

# What these libraries let through on broken pages, seen or read in their code.
_FAILURES = (
    ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError, RecursionError, etree.LxmlError,
)  # fmt: skip


def by_trafilatura(root: Any) -> list[str]:
    """trafilatura's reading. The tree is not changed."""
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(root, include_comments=False, with_metadata=False)
    except _FAILURES as problem:
        logger.debug("trafilatura could not read a page: {!r}", problem)
        return []
    return _lines(getattr(found, "text", "") or "")


def by_newspaper(node: Any, language: str = "en") -> list[str]:
    """newspaper4k's reading of a part of a page; makes no request."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import it misses nltk, which only its summaries need
        from newspaper import Article as Paper
        from newspaper import ArticleException

    try:
        # A neutral address: dates and titles are not taken from here.
        paper = Paper("https://page.invalid/", language=_known_language(language), fetch_images=False)
        paper.download(input_html=etree.tostring(node, encoding="unicode", method="html", with_tail=False))
        paper.parse()
    except (*_FAILURES, ArticleException) as problem:
        logger.debug("newspaper4k could not read a page: {!r}", problem)
        return []
    return _lines(paper.text or "")


def _known_language(language: str) -> str:
    from newspaper.languages import valid_languages

    code = language.strip().lower()[:2]
    return code if code in {known[0] for known in valid_languages()} else "en"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
