"""The public page of a Telegram channel, as public parsers of 2026 describe its markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from .server import Page

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PAGE = 5


def post(
    number: int, text: str = "", *, channel: str = "kanaluji", inside: str = "", kind: str = "", at: str = ""
) -> str:
    """One post. ``inside`` is markup before its text; the minute of its time is its number."""
    at = at or (START - timedelta(hours=1) + timedelta(minutes=number)).isoformat()
    body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap">
 <div class="tgme_widget_message {kind} js-widget_message" data-post="{channel}/{number}">
 <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name"
  href="https://t.me/{channel}"><span dir="auto">Kanal Uji</span></a></div>{inside}{body}
 <div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">
 <span class="tgme_widget_message_views">1.2K</span><span class="tgme_widget_message_meta">
 <a class="tgme_widget_message_date" href="https://t.me/{channel}/{number}"><time
 datetime="{at}" class="time">03:15</time></a></span></div></div></div></div>"""


def head(members: str = "12.3K") -> str:
    """What stands beside the posts."""
    return f"""<div class="tgme_channel_info"><div class="tgme_channel_info_header_title"><span>Kanal Uji</span></div>
 <div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter"><span class="counter_value">{members}
 </span> <span class="counter_type">subscribers</span></div><div class="tgme_channel_info_counter">
 <span class="counter_value">95</span> <span class="counter_type">photos</span></div></div></div>"""


def page_of(posts: Sequence[str], *, more: int = 0) -> bytes:
    """A page, the oldest post first."""
    link = f'<a class="tme_messages_more" href="?before={more}" data-before="{more}"></a>' if more else ""
    section = f'<section class="tgme_channel_history">{link}{"".join(posts)}</section>'
    return f"<html><body>{head()}<main>{section}</main></body></html>".encode()


@dataclass
class TelegramChannel:
    """A channel: its posts by id, given in pages; anything else leads to the page without a list."""

    posts: dict[int, str] = field(default_factory=dict)
    name: str = "kanaluji"
    page: int = PAGE

    @classmethod
    def of(cls, texts: Mapping[int, str]) -> TelegramChannel:
        """A channel with these posts."""
        return cls({number: post(number, text) for number, text in texts.items()})

    def __call__(self, path: str) -> Page | None:
        parts = urlsplit(path)
        if parts.path != f"/s/{self.name}":
            name = parts.path.removeprefix("/s/").strip("/")
            return Page(b"", location=f"/{name}") if parts.path.startswith("/s/") else Page(b"<h1>Telegram</h1>")
        before = int(parse_qs(parts.query).get("before", ["9999999999"])[0])
        older = sorted(number for number in self.posts if number < before)
        shown = older[-self.page :]
        more = shown[0] if len(older) > self.page else 0
        return Page(page_of([self.posts[number] for number in shown], more=more))
