"""Who and what is named: people, places, organisations, hashtags, sites and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import BoundedCount, growth_rate
from pasip_core.domain.names import READER, Alias, Merged, NamedEntity, NameTotal
from pasip_core.stores.ports import Stores

if TYPE_CHECKING:
    import pandas as pd

COUNTED = 10_000
TOP = 50
COLUMNS = ("id", "kind", "name", *SENTIMENTS, PENDING, "volume")


def top_names(stores: Stores, filters: Filters, kind: str, limit: int = TOP) -> pd.DataFrame:
    """Columns of ``names_table``, then before (volume in the period before) and growth (percent); loudest first.

    ``filters.entity`` is left aside: a list of names is of all of them.
    """
    asked = replace(filters, entity="")
    now = stores.mentions.tally_names(asked, (kind,), limit=limit)
    ids = [total.entity.id for total in now]
    earlier = stores.mentions.tally_names(asked.before(), (kind,), only=ids) if ids else []
    before = {total.entity.id: total.volume for total in earlier}
    table = names_table(now)
    table["before"] = [before.get(id, 0) for id in table["id"]]
    table["growth"] = [growth_rate(n, b) for n, b in zip(table["volume"], table["before"], strict=True)]
    return table


def named_together(stores: Stores, filters: Filters, kinds: Sequence[str] = (), limit: int = 6) -> pd.DataFrame:
    """Columns of ``names_table``: the ``limit`` names of each kind that stand most often beside ``filters.entity``."""
    main = Merged(stores.aliases.list()).main(filters.entity)
    totals = stores.mentions.tally_names(filters, kinds, limit=limit + 1)
    others: list[NameTotal] = []
    taken: dict[str, int] = {}
    for total in totals:
        kind = total.entity.kind
        if total.entity.id != main and taken.get(kind, 0) < limit:
            taken[kind] = taken.get(kind, 0) + 1
            others.append(total)
    return names_table(others)


def choosable(stores: Stores, filters: Filters, limit: int = TOP) -> pd.DataFrame:
    """Columns of ``names_table``: the loudest of each kind, whichever name the filters mean."""
    return names_table(stores.mentions.tally_names(replace(filters, entity=""), limit=limit))


def names_table(totals: Sequence[NameTotal]) -> pd.DataFrame:
    """Columns id, kind, name (as people write it), the four sentiments, volume; in the order given."""
    import pandas as pd

    rows = [
        {"id": total.entity.id, "kind": total.entity.kind, "name": total.entity.shown, "volume": total.volume}
        | {name: total.by_sentiment.get(name, 0) for name in (*SENTIMENTS, PENDING)}
        for total in totals
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def name(stores: Stores, id: str) -> NamedEntity | None:
    """The name with this id; that of what it was merged into, where it was."""
    merged = Merged(stores.aliases.list())
    return stores.mentions.named(merged.main(id))


def unread(stores: Stores) -> BoundedCount:
    """Mentions whose names are still to be read, counted up to 10,000."""
    waiting = stores.mentions.count_unnamed(READER, bound=COUNTED + 1)
    return BoundedCount(min(waiting, COUNTED), waiting <= COUNTED)


def said_of_names(stores: Stores) -> list[Alias]:
    """What people merged and hid, the latest first."""
    return stores.aliases.list(order_by="at", descending=True)
