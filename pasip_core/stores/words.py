"""Words of texts and queries, the same for every backend: those of SQLite's full-text index.

A backend without that index asks it here, in memory: which words a text has, and whether a text holds a phrase.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import closing

MAX_WORDS = 32
LONGEST = 200
"""Characters of a word that an index keeps: some servers refuse longer keys."""
TOKENIZER = "unicode61 remove_diacritics 2"
NOWHERE = "\ue000"
"""A word that no text has."""

Text = tuple[str, str]
"""Title and content."""


def pieces(text: str) -> list[str] | None:
    """All words and "quoted phrases" of a query; ``None`` for an empty one.

    Text without a single letter or digit asks for what no mention has.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\0", " ").strip()
    if not plain:
        return None
    found = [quoted or word for quoted, word in re.findall(r'"([^"]*)"|([^\s"]+)', plain)]
    return [piece for piece in found if any(c.isalnum() for c in piece)][:MAX_WORDS] or [NOWHERE]


def match_expression(asked: Iterable[str]) -> str:
    """The pieces in the language of the text index, each quoted, so that nothing in it is read as an operator."""
    return " AND ".join(f'"{piece}"' for piece in asked)


def words_of(texts: Sequence[Text]) -> list[list[str]]:
    """The distinct words of each text, as an index keeps them."""
    found: list[set[str]] = [set() for _ in texts]
    with closing(_index(texts)) as connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")
        for number, word in connection.execute("SELECT doc, term FROM words"):
            found[number].add(word[:LONGEST])
    return [sorted(words) for words in found]


def holding(texts: Sequence[Text], asked: Iterable[str]) -> set[int]:
    """The places of those texts that hold every piece, words of a piece side by side."""
    with closing(_index(texts)) as connection:
        rows = connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (match_expression(asked),))
        return {row[0] for row in rows}


def _index(texts: Sequence[Text]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE texts USING fts5(title, content, tokenize = "{TOKENIZER}")')
    connection.executemany(
        "INSERT INTO texts (rowid, title, content) VALUES (?, ?, ?)", ((n, *text) for n, text in enumerate(texts))
    )
    return connection
