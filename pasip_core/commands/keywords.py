"""Adding, changing and removing keywords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pasip_core.domain.keyword import HIGHEST_PRIORITY, LOWEST_PRIORITY, Keyword, keyword_id
from pasip_core.domain.period import EARLIEST, LATEST
from pasip_core.domain.rules import parse_rule
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record
from .follow_up import ask_for

MAX_LABEL = 100


@dataclass(frozen=True, slots=True)
class KeywordChange:
    """The keyword as it stands, and whether the workers already know that stored mentions must be rematched."""

    keyword: Keyword
    queued: bool


def add(stores: Stores, settings: Settings, label: str, *, who: str = LOCAL, **fields: Any) -> KeywordChange:
    """A new keyword; ``fields`` are those of ``Keyword``. ``InputError`` or ``RuleError`` say what is wrong."""
    now = datetime.now(UTC)
    every = stores.keywords.list()
    label = _tidy(label)
    keyword = Keyword(id=keyword_id(label, (k.id for k in every)), keyword=label, created_at=now, updated_at=now)
    return _save(stores, settings, replace(keyword, **_known(fields)), every, "keyword.add", who)


def edit(stores: Stores, settings: Settings, id: str, *, who: str = LOCAL, **fields: Any) -> KeywordChange:
    """Change some fields; the id stays, so that everything counted under it stays. ``keyword`` renames."""
    old = find(stores, id)
    if "keyword" in fields:
        fields["keyword"] = _tidy(str(fields["keyword"]))
    changed = replace(old, **_known(fields), updated_at=datetime.now(UTC))
    return _save(stores, settings, changed, stores.keywords.list(), "keyword.edit", who)


def set_active(stores: Stores, settings: Settings, id: str, active: bool, *, who: str = LOCAL) -> KeywordChange:
    """Switch collecting and new matches on or off; what was matched stays."""
    return edit(stores, settings, id, who=who, active=active)


def delete(stores: Stores, settings: Settings, id: str, *, who: str = LOCAL) -> bool:
    """Remove the keyword, in the background also from the mentions; the mentions stay. Whether it is queued."""
    keyword = find(stores, id)
    stores.keywords.delete(keyword.id)
    record(stores, datetime.now(UTC), who, "keyword.delete", keyword.id, keyword=keyword.keyword)
    return ask_for("rematch", settings)


def find(stores: Stores, name: str) -> Keyword:
    """The keyword with this id or label. ``InputError`` names those that exist."""
    if keyword := stores.keywords.get(name):
        return keyword
    every = stores.keywords.list()
    for keyword in every:
        if keyword.keyword.casefold() == name.strip().casefold():
            return keyword
    known = ", ".join(k.id for k in every[:20]) or "none yet"
    raise InputError(f"keyword: there is no {name!r}; known: {known}", field="keyword", value=name)


def _save(
    stores: Stores, settings: Settings, keyword: Keyword, every: Sequence[Keyword], action: str, who: str
) -> KeywordChange:
    check(keyword, every)
    stores.keywords.save(keyword)
    record(stores, keyword.updated_at, who, action, keyword.id, rule=keyword.effective_rule(), active=keyword.active)
    return KeywordChange(keyword, ask_for("rematch", settings))


def check(keyword: Keyword, every: Sequence[Keyword] = ()) -> None:
    """``InputError`` or ``RuleError`` where the keyword cannot be used as it is."""
    texts = (keyword.keyword, keyword.rule, keyword.category, *keyword.aliases, *keyword.exclusions)
    if broken := next((text for text in texts if not _is_text(text)), None):
        raise InputError(f"keyword: {broken!r} is not valid UTF-8 text; write it anew", field="keyword", value=broken)
    if not keyword.keyword:
        raise InputError("keyword: the name is empty; write the person, party or issue to watch", field="keyword")
    if len(keyword.keyword) > MAX_LABEL:
        raise InputError(
            f"keyword: the name has {len(keyword.keyword)} characters; {MAX_LABEL} is the most", field="keyword"
        )
    for other in every:
        if other.id != keyword.id and other.keyword.casefold() == keyword.keyword.casefold():
            raise InputError(
                f"keyword: {keyword.keyword!r} exists already; change that one instead",
                field="keyword",
                value=keyword.keyword,
            )
    if not HIGHEST_PRIORITY <= keyword.priority <= LOWEST_PRIORITY:
        raise InputError(
            f"priority: {keyword.priority} is out of range; use {HIGHEST_PRIORITY} (high) to {LOWEST_PRIORITY} (low)",
            field="priority",
            value=keyword.priority,
        )
    if keyword.monitoring_start is not None:
        _check_start(keyword.monitoring_start)
    if keyword.rule.strip():
        parse_rule(keyword.rule)  # alone first: its columns are those that the person sees
    parse_rule(keyword.effective_rule())


def _check_start(start: datetime) -> None:
    if start.tzinfo is None:
        raise InputError("monitoring_start: a time zone is missing", field="monitoring_start")
    if not EARLIEST <= start.date() <= LATEST:
        raise InputError(
            f"monitoring_start: {start.date()} is no day between {EARLIEST.year} and {LATEST.year}; choose another one",
            field="monitoring_start",
            value=start,
        )


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    """Only what may be changed, lists as tidy tuples."""
    allowed = {"keyword", "category", "active", "priority", "monitoring_start", "rule", "aliases", "exclusions"}
    if unknown := set(fields) - allowed:
        raise InputError(f"{', '.join(sorted(unknown))}: a keyword has no such field", field=min(unknown))
    tidy = dict(fields)
    for name in ("aliases", "exclusions"):
        if name in tidy:
            tidy[name] = tuple(dict.fromkeys(t for t in map(_tidy, tidy[name]) if t))
    for name in ("category", "rule"):
        if name in tidy:
            tidy[name] = _tidy(str(tidy[name] or ""))
    return tidy


def _is_text(text: str) -> bool:
    """Whether it can be stored: halves of surrogate pairs, which stand for bytes that are no UTF-8, cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _tidy(text: str) -> str:
    return " ".join(text.split())
