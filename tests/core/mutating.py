"""Answers that went wrong in ways nobody foresaw, and what has to hold all the same."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import RawMention

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

ODD_VALUES = st.sampled_from([
    None, True, False, 0, -1, 10**30, 1e308, -0.5, "", " ", "0", "12", "-3", "1.2K", "NaN", "null", [], {}, [[]],
    [None], {"a": {"b": []}}, "<p>halo</p>", "<html><body>galat</body></html>", "2026-99-99T99:99:99Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59", "http://[::1", "javascript:alert(1)", "../../etc/passwd", "\x00", "\ud800", "é🔥" * 50,
]).map(copy.deepcopy)  # fmt: skip  # later changes may land inside one

SCRAPS = st.sampled_from([
    b"", b"<", b">", b"&", b"]]>", b"<![CDATA[", b"\x00", b"\xff\xfe", b"\xc3", b"</item>", b"<item>", b"<entry>",
    b"<!--", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&#0;", b"&#xD800;", b"&#99999999999;", b"http://[::1",
    b"javascript:alert(1)", b"//", b"http://a:99999999/", b"/etc/passwd", b"9999-99-99",
    b"Mon, 99 Foo 99999 99:99:99", b"\xe2\x80\xae", b"<p>" * 50, b"0001-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59-23:59", b"xmlns='x'", b"base='http://[x'", b"\xf0\x9f\x98\x80",
])  # fmt: skip

NO_JSON = (b"", b"null", b"[]", b"3", b'"x"', b"<html>galat</html>", b"{", b"\xff\xfe{\x00}")
FOREIGN = ("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "gb18030", "utf-7")


@st.composite
def mutated_json(draw: st.DrawFn, data: Any) -> bytes:
    """The JSON of ``data`` with a few places changed: keys dropped or added, values swapped (also by nulls), numbers
    as strings, lists doubled; now and then HTML in its place, a cut-off body, or an encoding that was not told."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(NO_JSON))
    changed = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        holder, key = _place(draw, changed)
        if holder is None:
            return json.dumps(draw(ODD_VALUES)).encode()
        _change(draw, holder, key)
    body = draw(encoded(json.dumps(changed, ensure_ascii=False)))
    cut = draw(st.integers(0, 12)) == 0
    return body[: draw(st.integers(0, len(body)))] if cut else body


@st.composite
def encoded(draw: st.DrawFn, text: str) -> bytes:
    """The text as UTF-8, now and then as something else."""
    return text.encode(draw(st.sampled_from(FOREIGN)) if draw(st.integers(0, 9)) == 0 else "utf-8", "replace")


def _place(draw: st.DrawFn, root: Any) -> tuple[Any, Any]:
    """A container somewhere inside, and one of its keys."""
    places = [(holder, key) for holder in _containers(root) for key in _keys(holder)]
    return draw(st.sampled_from(places)) if places else (None, None)


def _containers(node: Any) -> list[Any]:
    if not isinstance(node, dict | list):
        return []
    inner = list(node.values()) if isinstance(node, dict) else node
    return [node, *(found for each in inner for found in _containers(each))]


def _keys(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def _change(draw: st.DrawFn, holder: Any, key: Any) -> None:
    how = draw(st.sampled_from(["swap", "swap", "drop", "double", "text", "unknown"]))
    if how == "swap":
        holder[key] = copy.deepcopy(draw(ODD_VALUES))  # a later change may fall into it
    elif how == "drop":
        del holder[key]
    elif how == "text" and isinstance(holder[key], int | float):
        holder[key] = str(holder[key])
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[f"unknown_{key}"] = copy.deepcopy(draw(ODD_VALUES))


def assert_sound(mentions: list[RawMention]) -> None:
    """Each has content, an aware time, and an address that is one of the web."""
    for mention in mentions:
        assert (mention.title or mention.content).strip()
        assert mention.published_at.tzinfo is not None
        assert mention.url.startswith(("http://", "https://"))


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """Pieces cut out, doubled, swapped for scraps, bytes flipped; now and then in an encoding that was not told."""
    body = draw(encoded(body.decode("utf-8", "replace")))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 80)))
        piece = draw(st.one_of(SCRAPS, st.binary(max_size=8), st.just(body[start:end] * 2)))
        body = body[:start] + piece + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 4)) == 0 else body
