"""Keyword rules in the query languages of platforms.

A platform's search is never trusted to decide: it brings what may fit, and the local matcher decides. So what a
language cannot say is left out in the direction of more results (a NEAR becomes an AND, an exclusion of a
combination is dropped), and a rule too long for one query is spread over several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.rules import parse_rule, positive_terms
from pasip_core.domain.rules.tree import Both, Either, Near, Node, Phrase, Without
from pasip_core.errors import RuleError


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a platform writes a query. ``longest`` counts characters, ``most_terms`` words and phrases; 0: no limit.

    ``groups`` says whether parentheses are understood; without them only plain words and phrases are joined by
    ``either``. ``nests`` says whether words that must stand together may be one part of a choice. ``without`` holds
    the excluded word in ``{}``; "" where nothing can be excluded. ``sigils`` are the signs of tags and accounts that
    the platform tells apart. ``suffix`` ends every query.
    """

    either: str = " OR "
    both: str = " "
    without: str = "-{}"
    groups: bool = True
    nests: bool = True
    sigils: str = "#@"
    suffix: str = ""
    longest: int = 0
    most_terms: int = 0

    def fits(self, text: str, terms: int) -> bool:
        """Whether a query, its suffix included, keeps within the limits."""
        return not (self.longest and len(text) > self.longest) and not (self.most_terms and terms > self.most_terms)


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its text, the keywords it asks for (ids), and the best of their priorities (1 best)."""

    text: str
    keywords: tuple[str, ...]
    priority: int

    @property
    def key(self) -> str:
        """A short stable name, for cursors."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a rule that can stand alone: an AND (``joint``), an OR (``choice``), or one word or phrase."""

    text: str
    terms: int = 1
    joint: bool = False
    choice: bool = False
    keywords: tuple[str, ...] = field(default=())
    priority: int = 5


def queries_for(keywords: Sequence[Keyword], dialect: Dialect) -> list[Query]:
    """As few queries as ask for every keyword, the important first; nothing for a rule that cannot be asked.

    A keyword whose rule cannot be read is asked for by its name and aliases.
    """
    pieces = [
        replace(piece, keywords=(keyword.id,), priority=keyword.priority)
        for keyword in sorted(keywords, key=lambda k: (k.priority, k.id))
        for piece in _pieces_of(keyword, dialect)
    ]
    return [_query(group, dialect) for group in _grouped(pieces, dialect)]


def _pieces_of(keyword: Keyword, dialect: Dialect) -> list[_Piece]:
    try:
        rule = parse_rule(keyword.effective_rule())
    except RuleError:
        names = (keyword.keyword, *keyword.aliases)
        return _fitting([_Piece(_quoted(name)) for name in names if name.strip()], dialect)
    kept: list[_Piece] = []
    for node in _alternatives(rule.root):
        piece = _piece(node, dialect)
        if piece and _fits(piece, dialect):
            kept.append(piece)
        else:  # too long: ask for what it must hold, without what it excludes
            asked = positive_terms(replace(rule, root=node))
            kept += _fitting([_Piece(query, len(query.split()), " " in query) for query in asked], dialect)
    return kept


def _fitting(pieces: Sequence[_Piece], dialect: Dialect) -> list[_Piece]:
    return [piece for piece in pieces if _fits(piece, dialect)]


def _fits(piece: _Piece, dialect: Dialect) -> bool:
    return dialect.fits(_finished(piece.text, dialect, choice=piece.choice), piece.terms)


def _alternatives(node: Node) -> list[Node]:
    """What the top of a rule offers to choose from; each can be asked for alone."""
    return [each for part in node.parts for each in _alternatives(part)] if isinstance(node, Either) else [node]


def _piece(node: Node, dialect: Dialect) -> _Piece | None:
    """``node`` in the dialect; ``None`` where it asks for nothing that can be said."""
    if isinstance(node, Phrase):
        return _Piece(_phrase(node, dialect))
    if isinstance(node, Near):
        return _all_of([_piece(node.left, dialect), _piece(node.right, dialect)], [], dialect)
    if isinstance(node, Either):
        return _any_of([_piece(part, dialect) for part in node.parts], dialect)
    if isinstance(node, Both):
        wanted = [_piece(part, dialect) for part in node.parts if not isinstance(part, Without)]
        refused = [each for part in node.parts if isinstance(part, Without) for each in _refused(part.part, dialect)]
        return _all_of(wanted, refused, dialect)
    return None


def _refused(node: Node, dialect: Dialect) -> list[str]:
    """What to exclude so that no more than ``node`` is lost: a choice is excluded one by one, an AND not at all."""
    if not dialect.without or isinstance(node, Both | Near | Without):
        return []
    if isinstance(node, Either):
        return [each for part in node.parts for each in _refused(part, dialect)]
    if any(term.prefix for term in node.terms):
        return []
    return [dialect.without.format(_phrase(node, dialect))]


def _all_of(wanted: Sequence[_Piece | None], refused: Sequence[str], dialect: Dialect) -> _Piece | None:
    known = [piece for piece in wanted if piece]
    if not dialect.groups and len(known) > 1:  # a choice beside others cannot be said: these ask for enough
        known = [piece for piece in known if not piece.choice]
    if not known:
        return None
    texts = [f"({piece.text})" if piece.choice and dialect.groups else piece.text for piece in known]
    terms = sum(piece.terms for piece in known) + len(refused)
    return _Piece(dialect.both.join([*texts, *refused]), terms, joint=len(texts) + len(refused) > 1)


def _any_of(parts: Sequence[_Piece | None], dialect: Dialect) -> _Piece | None:
    """``None`` where one alternative cannot be said: leaving it out would lose what only it finds."""
    known = [piece for piece in parts if piece]
    if len(known) < len(parts) or not _may_choose(known, dialect):
        return None
    return _Piece(_joined(known, dialect), sum(piece.terms for piece in known), choice=True)


def _phrase(phrase: Phrase, dialect: Dialect) -> str:
    words = " ".join(term.word for term in phrase.terms)
    sigil = phrase.terms[0].sigil if len(phrase.terms) == 1 else ""
    return sigil + words if sigil and sigil in dialect.sigils else _quoted(words)


def _quoted(words: str) -> str:
    plain = " ".join(words.replace('"', " ").split())
    return f'"{plain}"' if " " in plain else plain


def _grouped(pieces: Sequence[_Piece], dialect: Dialect) -> list[list[_Piece]]:
    """Neighbours together as long as their OR fits into one query."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if any(piece.text == other.text for group in groups for other in group):
            groups = [[_shared(other, piece) for other in group] for group in groups]
        elif groups and _may_join([*groups[-1], piece], dialect):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _shared(one: _Piece, other: _Piece) -> _Piece:
    if one.text != other.text:
        return one
    keywords = tuple(dict.fromkeys((*one.keywords, *other.keywords)))
    return replace(one, keywords=keywords, priority=min(one.priority, other.priority))


def _may_join(pieces: Sequence[_Piece], dialect: Dialect) -> bool:
    text = _finished(_joined(pieces, dialect), dialect, choice=True)
    return _may_choose(pieces, dialect) and dialect.fits(text, sum(piece.terms for piece in pieces))


def _may_choose(pieces: Sequence[_Piece], dialect: Dialect) -> bool:
    return bool(dialect.either) and ((dialect.groups and dialect.nests) or not any(piece.joint for piece in pieces))


def _joined(pieces: Sequence[_Piece], dialect: Dialect) -> str:
    if len(pieces) == 1:
        return pieces[0].text
    return dialect.either.join(f"({piece.text})" if piece.joint else piece.text for piece in pieces)


def _finished(text: str, dialect: Dialect, *, choice: bool) -> str:
    """With the suffix, before which a choice needs parentheses."""
    return (f"({text})" if choice and dialect.suffix and dialect.groups else text) + dialect.suffix


def _query(pieces: Sequence[_Piece], dialect: Dialect) -> Query:
    keywords = tuple(dict.fromkeys(keyword for piece in pieces for keyword in piece.keywords))
    text = _finished(_joined(pieces, dialect), dialect, choice=len(pieces) > 1 or pieces[0].choice)
    return Query(text, keywords, min(piece.priority for piece in pieces))
