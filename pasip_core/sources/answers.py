"""Reading what a server sent: bodies within limits, retry times, challenge pages, and status codes as errors."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourcePaidOut,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which asking once more can help."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_BY_STATUS: Mapping[int, type[SourceError]] = {
    401: SourceAuth,
    402: SourcePaidOut,
    403: SourceForbidden,
    404: SourceGone,
    408: SourceUnavailable,
    410: SourceGone,
    425: SourceUnavailable,
    429: SourceQuota,
    451: SourceForbidden,
}

_MARKERS = re.compile(
    rb"<title>\s*just a moment|cf-browser-verification|cf[-_]chl[-_]|challenge-platform/h/|_incapsula_resource|"
    rb"captcha-delivery\.com|geo\.captcha-delivery|px-captcha|perimeterx|ddos-guard|checking your browser before|"
    rb"attention required! \| cloudflare|<title>\s*access denied|reference&#32;&#35;|g-recaptcha|hcaptcha\.com/1/api",
    re.IGNORECASE,
)
_SCRIPT_WALL = re.compile(rb"please enable (javascript|js|cookies)|enable javascript and cookies", re.IGNORECASE)
_LOGIN = re.compile(r"^(consent|accounts|login|sso|auth)\.|/(login|signin|consent|sso)(/|$|\?)", re.IGNORECASE)

MOST_MEMBERS = 1_000
"""Parts that one gzip file is unpacked of: each costs a copy of all that follows it, and may hold nothing itself."""

SMALL_PAGE = 60_000
"""Challenge pages are short; a long article may well speak of captchas."""


def read_body(chunks: Iterator[bytes], encoding: str, max_bytes: int) -> bytes:
    """Put the body together and unpack it, never holding more than ``max_bytes``.

    Raises ``SourceParse`` where it is larger or packed in a way that was not asked for, ``SourceUnavailable``
    where it was cut off.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _joined(chunks, max_bytes)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SourceParse(f"The answer is packed as {encoding[:40]!r}, which was not asked for.")
    return _joined(_unpacked(chunks, max_bytes), max_bytes)


def unzip(packed: bytes, max_bytes: int) -> bytes:
    """Unpack a gzip file held in memory, under the same limits as :func:`read_body`."""
    return _joined(_unpacked(iter([packed]), max_bytes), max_bytes)


def _joined(chunks: Iterator[bytes], max_bytes: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise SourceParse(f"The answer is larger than {max_bytes:,} bytes.")
        parts.append(chunk)
    return b"".join(parts)


def _unpacked(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """gzip (one member after another), zlib, or the raw deflate that some servers send by that name."""
    unpacker, started, members = zlib.decompressobj(wbits=47), False, 1
    try:
        for chunk in chunks:
            if not started and chunk and chunk[0] not in (0x1F, 0x78):
                unpacker = zlib.decompressobj(wbits=-15)
            started = started or bool(chunk)
            while chunk:
                if unpacker.eof:
                    unpacker, members = zlib.decompressobj(wbits=47), members + 1
                    if members > MOST_MEMBERS:
                        raise SourceParse(f"The answer is packed in more than {MOST_MEMBERS:,} parts.")
                yield unpacker.decompress(chunk, max_bytes + 1)
                chunk = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise SourceParse("The packed answer cannot be unpacked.") from error
    if started and not unpacker.eof:
        raise SourceUnavailable("The packed answer was cut off.")


def retry_moment(headers: Mapping[str, str], now: datetime, cap: timedelta) -> datetime | None:
    """When the server wants to be asked again: ``Retry-After`` in seconds or as a date, at most ``cap`` from now."""
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}", value):
        return min(now + timedelta(seconds=int(value)), now + cap)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment, now + cap) if moment > now else None


def reset_moment(value: str | None, now: datetime, cap: timedelta) -> datetime | None:
    """When a quota begins anew, as APIs tell it: seconds from now, seconds since 1970, or an ISO time.

    At most ``cap`` from now; ``None`` for what is past or cannot be read. Facts: X and Bluesky send the epoch,
    Mastodon an ISO time, Reddit seconds.
    """
    text = (value or "").strip()
    try:
        if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
            number = float(text)
            moment = datetime.fromtimestamp(number, UTC) if number > 1e9 else now + timedelta(seconds=number)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment, now + cap) if moment > now else None


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a page that asks for proof of being human came in place of the answer."""
    if headers.get("cf-mitigated", "").lower() == "challenge" or "x-datadome" in {k.lower() for k in headers}:
        return True
    if len(body) > SMALL_PAGE or not _looks_like_html(headers, body):
        return False
    if _MARKERS.search(body):
        return True
    # "Enable JavaScript" also stands in the noscript of honest pages: it counts only where there is little else.
    return bool(_SCRIPT_WALL.search(body)) and len(_text_of(body)) < 1_500


def _looks_like_html(headers: Mapping[str, str], body: bytes) -> bool:
    return "html" in headers.get("Content-Type", "html").lower() or b"<html" in body[:2_000].lower()


def _text_of(body: bytes) -> bytes:
    # One that is never closed hides the rest, as in a browser; and looking for its end again and again takes long.
    bare = re.sub(rb"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)", b" ", body)
    return b" ".join(re.sub(rb"<[^<>]*>", b" ", bare).split())


def is_login(url_host: str, path: str) -> bool:
    """Whether a redirect leads to a consent or login page."""
    return bool(_LOGIN.search(url_host) or _LOGIN.search(path))


def error_for(status: int, headers: Mapping[str, str], body: bytes, shown: str) -> SourceError:
    """The error that a status other than success stands for."""
    if status in (401, 403, 429, 503) and is_challenge(headers, body):
        return SourceBlocked(f"{shown}: a challenge page came in place of the answer.", url=shown, status=status)
    if status >= 500:
        kind: type[SourceError] = SourceUnavailable
    else:
        kind = _BY_STATUS.get(status, SourceBadQuery)
    return kind(f"{shown}: the server answered {status}.", url=shown, status=status)
