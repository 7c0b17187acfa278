"""Lists that can only be read from their newest end, page by page: uploads of a channel, media of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from pasip_core.errors import SourceBadQuery

from ..fields import moment, text
from .timeline import FIRST_LOOK

T = TypeVar("T")
Dated = tuple[datetime, T]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Items with their times, and what asks for the next page; "" where there is none."""

    items: list[Dated[T]]
    next: str = ""


@dataclass
class Scroll:
    """How far a list was read: down to what was the newest before, save for a rest.

    The rest begins at the page ``token`` asks for and ends at ``rest``. It is written down before each page is
    handed on, so that wherever a run ends, the next one reads what is new and goes on with the rest.
    """

    until: datetime
    token: str = ""
    rest: datetime | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any], now: datetime) -> Scroll:
        """What ``as_json`` gave; whatever cannot be read counts as never read."""
        token, rest = text(kept.get("token"))[:500], moment(kept.get("rest"), now)
        until = moment(kept.get("until"), now) or now - FIRST_LOOK
        return cls(until, token, rest) if token and rest else cls(until)

    def as_json(self) -> dict[str, Any]:
        """Plain values for a cursor."""
        return {"until": self.until.isoformat()} | (
            {"token": self.token, "rest": self.rest.isoformat()} if self.token and self.rest else {}
        )

    def read(self, page_of: Callable[[str], Page[T]], overlap: timedelta, most: int) -> Iterator[list[Dated[T]]]:
        """What is newer than ``until`` less ``overlap``, then the rest; at most ``most`` pages.

        Lists are not strictly in order: one ends where a whole page is older than what is looked for.
        """
        goal, down_to, token = self.until - overlap, self.rest or self.until - overlap, ""
        saved, ahead = (self.token, self.rest), bool(self.token)
        for _ in range(most):
            try:
                page = page_of(token)
            except SourceBadQuery:
                if ahead or not token or token != saved[0]:
                    raise
                self.token, self.rest = "", None  # tokens age; that costs the rest
                return
            old = bool(page.items) and all(time < goal for time, _ in page.items)
            ends = old or not page.next or page.next == token
            self.until = max([self.until, *(time for time, _ in page.items)])
            self.token, self.rest = (saved if ahead else ("", None)) if ends else (page.next, down_to)
            yield [item for item in page.items if item[0] >= goal]
            if not ends:
                token = page.next
            elif ahead:
                token, goal, ahead = saved[0], down_to, False
            else:
                return
