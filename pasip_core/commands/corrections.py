"""A person's word on a sentiment."""

from __future__ import annotations

from datetime import UTC, datetime

from pasip_core.domain.mention import Mention
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record
from .follow_up import ask_for


def correct(
    stores: Stores, settings: Settings, id: str, sentiment: str, *, keyword: str | None = None, who: str = LOCAL
) -> Mention:
    """Correct the sentiment of the whole mention, or towards one keyword; the mention as it is now.

    Outranks every model for as long as the text stays. The numbers follow within seconds.
    """
    now = datetime.now(UTC)
    before = stores.mentions.get(id)
    mention = stores.mentions.correct(id, sentiment, at=now, keyword=keyword)
    was = before.analysis.sentiment if before and before.analysis else None
    record(stores, now, who, "mention.correct", id, sentiment=sentiment, keyword=keyword, before=was)
    ask_for("rollup", settings)
    return mention
