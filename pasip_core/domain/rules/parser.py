"""From what a person writes to a ``Rule``, or a ``RuleError`` that says where and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from pasip_core.errors import RuleError

from .fold import TOKEN, fold
from .tree import Both, Either, Near, Node, Phrase, Rule, Term, Without, anchors

MAX_LENGTH = 20_000
MAX_TERMS = 1_000
MAX_DEPTH = 25
MAX_DISTANCE = 50
SHORTEST_WILDCARD = 3

_OPERATORS = ("AND", "OR", "NOT")
_OPENING, _CLOSING = '"“„”', '"”“'
_PIECE = re.compile(rf"\s+|[()]|[{_OPENING}]|[^\s(){_OPENING}]+")
_NEAR = re.compile(r"NEAR(?:/(.*))?", re.DOTALL)
_FIELD = re.compile(r"[A-Za-z_]+:\S")


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str  # "(", ")", "word", "phrase", "AND", "OR", "NOT", "NEAR", "end"
    text: str
    column: int


def parse_rule(text: str) -> Rule:
    """Read a rule of the language that the package's docstring draws.

    ``RuleError`` carries the column (from 1) of the mistake and says the way out.
    """
    if len(text) > MAX_LENGTH:
        _fail(
            "The rule has {length:,} characters; {most:,} is the most. Split it over several keywords.",
            MAX_LENGTH + 1, text[:80], length=len(text), most=MAX_LENGTH,
        )  # fmt: skip
    root = _Parser(text).parse()
    if anchors(root) is None:
        _fail(
            "The rule only says what to leave out, in at least one of its alternatives, and would match nearly "
            "everything. Join each NOT to something that is wanted, such as: jokowi NOT hoaks.",
            max(1, text.find("NOT") + 1), text,
        )  # fmt: skip
    return Rule(text, root)


def _fail(message: str, column: int, rule: str, **gaps: object) -> NoReturn:
    """``message`` with what varies put into its ``gaps``."""
    raise RuleError(message.format(**gaps), column=column, value=rule)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lexemes = _lexemes(text)
        self._next = 0
        self._depth = 0
        self._terms = 0

    def parse(self) -> Node:
        if self._peek().kind == "end":
            self._fail("The rule is empty. Write at least one word to look for.", self._peek())
        root = self._either()
        rest = self._peek()
        if rest.kind == ")":
            self._fail("This ) closes nothing. Remove it, or add the ( that it belongs to.", rest)
        return root

    def _either(self) -> Node:
        parts = [self._both()]
        while self._peek().kind == "OR":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Node:
        parts = [self._near()]
        while self._peek().kind not in ("OR", ")", "end"):
            if self._peek().kind == "AND":
                self._take()
            parts.append(self._near())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _near(self) -> Node:
        sides, pairs = [(self._peek(), self._negated())], []
        while self._peek().kind == "NEAR":
            distance = self._distance(self._take())
            sides.append((self._peek(), self._negated()))
            pairs.append(distance)
        if not pairs:
            return sides[0][1]
        places = [self._place(node, at) for at, node in sides]
        nears = [Near(places[n], places[n + 1], distance) for n, distance in enumerate(pairs)]
        return nears[0] if len(nears) == 1 else Both(tuple(nears))

    def _negated(self) -> Node:
        odd = False
        while self._peek().kind == "NOT":
            self._take()
            odd = not odd
        atom = self._atom()
        return Without(atom) if odd else atom

    def _atom(self) -> Node:
        lexeme = self._peek()
        if lexeme.kind == "(":
            return self._group(self._take())
        if lexeme.kind in ("word", "phrase"):
            return self._phrase(self._take())
        return self._missing(lexeme)

    def _missing(self, lexeme: _Lexeme) -> NoReturn:
        """Something to look for is missing in front of ``lexeme``."""
        before = self._lexemes[self._next - 1] if self._next else None
        if before is not None and before.kind == "(":
            self._fail("There is nothing to look for behind this (. Write a word there, or remove it.", before)
        if before is not None:
            self._fail("{word} has nothing after it. Write a word behind it, or remove it.", before, word=before.text)
        if lexeme.kind == ")":
            self._fail("This ) closes nothing. Remove it, or add the ( that it belongs to.", lexeme)
        self._fail("{word} has nothing before it. Write a word in front, or remove it.", lexeme, word=lexeme.text)

    def _group(self, opening: _Lexeme) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(
                "Parentheses are nested deeper than {most} levels. Write the rule flatter.", opening, most=MAX_DEPTH
            )
        inner = self._either()
        if self._peek().kind != ")":
            self._fail("This ( is never closed. Add the ) that it needs.", opening)
        self._take()
        self._depth -= 1
        return inner

    def _phrase(self, lexeme: _Lexeme) -> Phrase:
        terms = _terms(lexeme, self._text)
        self._terms += len(terms)
        if self._terms > MAX_TERMS:
            self._fail("The rule has more than {most:,} words. Split it over several keywords.", lexeme, most=MAX_TERMS)
        return Phrase(terms)

    def _place(self, node: Node, at: _Lexeme) -> Phrase | Either:
        """An operand of NEAR: a word, a phrase, or alternatives of these."""
        if isinstance(node, Phrase):
            return node
        if not isinstance(node, Either):
            self._fail("NEAR takes words, phrases, or (these OR those) on both sides; put AND and NOT outside.", at)
        return Either(tuple(self._place(part, at) for part in node.parts))

    def _distance(self, lexeme: _Lexeme) -> int:
        match = _NEAR.fullmatch(lexeme.text)
        digits = match.group(1) if match else None
        if digits is None or not re.fullmatch(r"[0-9]{1,3}", digits) or int(digits) > MAX_DISTANCE:
            self._fail(
                "NEAR needs how many words may stand in between, from 0 to {most}, such as NEAR/5.",
                lexeme, most=MAX_DISTANCE,
            )  # fmt: skip
        return int(digits)

    def _peek(self) -> _Lexeme:
        return self._lexemes[self._next]

    def _take(self) -> _Lexeme:
        lexeme = self._lexemes[self._next]
        self._next = min(self._next + 1, len(self._lexemes) - 1)
        return lexeme

    def _fail(self, message: str, at: _Lexeme, **gaps: object) -> NoReturn:
        _fail(message, at.column, self._text, **gaps)


def _lexemes(text: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        assert match is not None  # the alternatives cover every character
        piece, column = match.group(), position + 1
        position = match.end()
        if piece in _OPENING:
            end = next((n for n in range(position, len(text)) if text[n] in _CLOSING), None)
            if end is None:
                _fail("This quotation mark is never closed. Add the second one.", column, text)
            found.append(_Lexeme("phrase", text[position:end], column))
            position = end + 1
        elif not piece.isspace():
            found.append(_Lexeme(_kind(piece, column, text), piece, column))
    return [*found, _Lexeme("end", "the end", len(text) + 1)]


def _kind(piece: str, column: int, rule: str) -> str:
    """What an unquoted piece is. What other tools read as an operator is refused, never searched for."""
    if piece in ("(", ")", *_OPERATORS):
        return piece
    if _NEAR.fullmatch(piece):
        return "NEAR"
    _refuse_foreign(piece, column, rule)
    return "word"


def _refuse_foreign(piece: str, column: int, rule: str) -> None:
    bare = piece.strip(",;")
    if bare.upper() in _OPERATORS or _NEAR.fullmatch(bare.upper()):
        _fail(
            'Write {operator} in capitals to combine, or "{word}" in quotation marks to look for the word.',
            column, rule, operator=bare.upper(), word=bare,
        )  # fmt: skip
    if bare != piece:
        _fail("A comma combines nothing. Write OR between alternatives, or AND where all must be there.", column, rule)
    if "|" in piece:
        _fail("Write OR in place of |.", column, rule)
    if piece[0] in "-!":
        _fail("Write NOT {word} in place of {piece}.", column, rule, word=piece[1:] or "…", piece=piece)
    if piece[0] == "~":
        _fail("Write NEAR/5 between two words in place of ~5.", column, rule)
    if _FIELD.match(piece):
        _fail(
            "There is no field {name}: here. To look for the word, put it in quotation marks.",
            column, rule, name=piece.split(":")[0],
        )  # fmt: skip


def _terms(lexeme: _Lexeme, rule: str) -> tuple[Term, ...]:
    """The words of a phrase, or of an unquoted piece such as ``ma'ruf``."""
    column, folded = lexeme.column, fold(lexeme.text)
    found: list[Term] = []
    for match in TOKEN.finditer(folded):
        token = match.group()
        sigil = token[0] if token[0] in "#@" else ""
        stars = folded[match.end() : match.end() + 2]
        prefix = stars.startswith("*")
        if (match.start() and folded[match.start() - 1] == "*") or stars == "**":
            _fail("The wildcard * can only stand once, at the end of a word, such as korup*.", column, rule)
        word = token[len(sigil) :]
        if prefix and len(word) < SHORTEST_WILDCARD:
            _fail(
                "{word}* would match too much. Write at least {least} letters in front of the *.",
                column, rule, word=token, least=SHORTEST_WILDCARD,
            )  # fmt: skip
        found.append(Term(word, sigil, prefix))
    if not found:
        _fail(
            "{word} has no letters or digits to look for. Write a word, a #tag or an @account.",
            column, rule, word=lexeme.text.strip() or '""',
        )  # fmt: skip
    return tuple(found)
