"""Text from outside made safe to store (``clean_text``) and even to read for models (``normalise``)."""

from __future__ import annotations

import html
import re
import unicodedata

from .slang import spell_out

_BLOCKS = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|"
    "li|main|nav|ol|p|pre|section|table|tbody|thead|tfoot|title|tr|ul|video"
)
_INLINE = (
    "a|abbr|acronym|amp-[a-z-]+|area|audio|b|base|bdi|bdo|big|body|button|canvas|caption|cite|code|col|colgroup|data|"
    "datalist|del|details|dfn|dialog|em|embed|font|frame|frameset|g|head|html|i|iframe|image|img|input|ins|kbd|label|"
    "legend|link|map|mark|marquee|math|menu|meta|meter|noscript|object|optgroup|option|output|param|path|picture|"
    "progress|q|rp|rt|ruby|s|samp|script|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|td|"
    "template|textarea|th|time|track|tt|u|use|var|wbr"
)
# Possessive repeats keep hostile markup linear. A tag that a summary cut off at its end counts as one.
_MARKUP = re.compile(
    r"<!--|<![a-z][^<>]*+>|<\?[^<>]*+>|"
    rf"<(?P<close>/?)(?:(?P<block>{_BLOCKS})|(?P<inline>{_INLINE}))"
    r"(?:/?>|[\s/](?:\"[^\"]*+\"|'[^']*+'|[^'\"<>])*+>|[\s/][^<>]*+(?:>|\Z))",
    re.IGNORECASE,
)
_UNSEEN = frozenset({"script", "style", "template"})
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06ed\u0e31-\u0e3a\u0e47-\u0e4e"
    "\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06ed\u0e31-\u0e3a\u0e47-\u0e4e"
    "\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]+"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_EMOJI = "\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
# Joiners stay only where they hold an emoji together; everything else in here is invisible or reorders text.
_HIDDEN = re.compile(
    f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])|"
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e0fff]"
)
_BLANK_LINES = re.compile("\n{3,}")


def clean_text(text: str) -> str:
    """Readable text to store: markup to text, entities decoded once, invisible and reordering characters gone.

    Words, case, emoji and the newlines between paragraphs stay. The result is NFC, encodes to UTF-8, has no
    control character but the newline, and takes time linear in the input.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    if "<" in text:
        text = _without_markup(text)
    if "&" in text:
        text = _ENTITY.sub(_decoded, text)
    text = _LINE_ENDS.sub("\n", text)
    text = _HIDDEN.sub("", text)
    if not text.isascii():
        # Sorting a long run of accents takes quadratic time inside ``normalize``.
        text = unicodedata.normalize("NFC", _MARKS.sub(r"\1", text))
    lines = _SPACES.sub(" ", text).split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip(" ") for line in lines)).strip("\n ")


def _decoded(entity: re.Match[str]) -> str:
    plain = html.unescape(entity[0])
    return "" if _SURROGATE.search(plain) else plain


def _without_markup(text: str) -> str:
    parts: list[str] = []
    position, closers_end = 0, len(text)
    while found := _MARKUP.search(text, position):
        parts.append(text[position : found.start()])
        position = found.end()
        if found[0] == "<!--":
            end = text.find("-->", position) if position < closers_end else -1
            if end < 0:
                closers_end = position
            else:
                position = end + 3
        elif found["block"]:
            parts.append("\n")
        elif found["inline"] and not found["close"]:
            name = found["inline"].lower()
            if name in _UNSEEN:
                position = _after_element(text, name, position)
            elif name in {"td", "th"}:
                parts.append(" ")
    parts.append(text[position:])
    return "".join(parts)


def _after_element(text: str, name: str, position: int) -> int:
    """Where a script or style ends. One that is never closed hides the rest, as in a browser."""
    closing = re.compile(rf"</{name}\b[^<>]*>?", re.IGNORECASE).search(text, position)
    return closing.end() if closing else len(text)


_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+|\bpic\.twitter\.com/\S+|\b[a-z0-9-]{1,40}\.(?:com|co\.id|id|net|org)/\S+"
)
_HANDLE = re.compile(r"(?<![\w@.])@\w{1,30}")
_MAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TOKEN = re.compile(
    "xurl|xuser|"
    "#\\w+|"
    "[^\\W\\d_][\\w]*(?:['’-][^\\W\\d_]\\w*)*|"
    "\\d+(?:[.,:/-]\\d+)*[^\\W\\d_]*|"
    "[:;=xX8][-']?[()DPpdoO3/\\\\|*]+(?!\\w)|<3|"
    "[!?.]+|[^\\w\\s]"
)


def normalise(text: str) -> str:
    """Lower-case tokens parted by single spaces, for models; the stored text stays the original.

    Links and mail addresses become ``xurl``, handles ``xuser``, elongated letters are shortened ("enaaak"),
    "anak2" is spelt out, and slang takes its standard spelling. Punctuation and emoji are tokens.
    """
    return " ".join(tokens(text))


def tokens(text: str) -> list[str]:
    """The tokens of ``normalise``."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text)).replace("’", "'")
    text = text.lower()
    if "://" in text or "www." in text or "/" in text:
        text = _URL.sub(" xurl ", text)
    if "@" in text:
        text = _HANDLE.sub(" xuser ", _MAIL.sub(" xurl ", text))
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found.extend(spell_out(token))
    return found
