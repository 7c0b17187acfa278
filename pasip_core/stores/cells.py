"""Rows of the series: four sentiments side by side, written from cells and read as totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.metrics import Cell, SetCell, Total

from .ports import Dimension

COUNTED = (*SENTIMENTS, PENDING)
MEASURES = ("volume", "count", "engagement")
COLUMNS = tuple(f"{sentiment}_{measure}" for sentiment in COUNTED for measure in MEASURES)
EVERY = "*"
"""The platform, or source, of rows that sum over all of them."""
EVERY_SET = 0
"""The number of the keyword set that sums over all sets."""
OVER_SETS = 3
"""Grains from here on are those of ``EVERY_SET``: kept apart, so that a question for all mentions reads no sets."""
GRAINS = range(2 * OVER_SETS)
FINEST = 2
"""The grain that tells platform and source."""

Key = tuple[object, ...]
Sums = dict[Key, list[int | None]]


def grain_of(
    by: Sequence[Dimension], *, keywords: Sequence[str], platforms: Sequence[str], sources: Sequence[str]
) -> int:
    """The coarsest grain of set cells that can answer."""
    grain = FINEST if sources or "source" in by else 1 if platforms or "platform" in by else 0
    return grain if keywords else grain + OVER_SETS


def refuse_to_count_twice(by: Sequence[Dimension], keywords: Sequence[str]) -> None:
    """``ValueError`` for a total over the cells of several keywords: that is a question for the union."""
    if len(keywords) > 1 and "keyword" not in by:
        raise ValueError("cells of several keywords count a mention more than once; ask for the union")


def cell_rows(cells: Iterable[Cell]) -> Sums:
    """Columns by (keyword, platform), with the sum over all platforms."""
    sums = _empty()
    for cell in cells:
        for platform in (cell.platform, EVERY):
            _add(sums[cell.keyword, platform], cell)
    return sums


def set_rows(cells: Iterable[tuple[int, SetCell]]) -> Sums:
    """Columns by (grain, set, platform, source), from numbered sets."""
    sums = _empty()
    for number, cell in cells:
        for keyword_set in (number, EVERY_SET):
            places = (EVERY, EVERY), (cell.platform, EVERY), (cell.platform, cell.source)
            coarsest = OVER_SETS if keyword_set == EVERY_SET else 0
            for grain, (platform, source) in enumerate(places, start=coarsest):
                _add(sums[grain, keyword_set, platform, source], cell)
    return sums


def _empty() -> defaultdict[Key, list[int | None]]:
    return defaultdict(lambda: [0, 0, None] * len(COUNTED))


def _add(columns: list[int | None], cell: Cell | SetCell) -> None:
    at = COUNTED.index(cell.sentiment) * len(MEASURES)
    for place, value in enumerate((cell.volume, cell.count, cell.engagement_total), start=at):
        if value is not None:
            columns[place] = (columns[place] or 0) + value


def summed(sentiments: Sequence[str]) -> tuple[str, ...]:
    """The sentiments to read; none named: all."""
    return tuple(sentiment for sentiment in COUNTED if not sentiments or sentiment in sentiments)


def sums_sql(sentiments: Sequence[str]) -> str:
    """The sums to select for these sentiments."""
    return ", ".join(f"sum({sentiment}_{measure})" for sentiment in sentiments for measure in MEASURES)


def totals(
    by: Sequence[Dimension], sentiments: Sequence[str], rows: Iterable[tuple[Key, Sequence[int | None]]]
) -> list[Total]:
    """Totals from (values of the dimensions but sentiment, sums); what is empty is left out."""
    found = []
    others = [name for name in by if name != "sentiment"]
    for key, sums in rows:
        place: dict[str, object] = dict(zip(others, key, strict=True))
        parts = [sums[at : at + len(MEASURES)] for at in range(0, len(sums), len(MEASURES))]
        if "sentiment" not in by:
            parts = [[_sum(values) for values in zip(*parts, strict=True)]]
        for sentiment, (volume, count, engagement) in zip(sentiments, parts, strict=False):
            if volume:
                told = place | {"sentiment": sentiment}
                found.append(Total(volume, count or 0, engagement, {name: told[name] for name in by}))
    return found


def cells_from(sums: Sequence[int | None]) -> Iterator[tuple[str, int, int, int | None]]:
    """(sentiment, count, volume, engagement) of each sentiment that has mentions, from one row's columns."""
    for at, sentiment in enumerate(COUNTED):
        volume, count, engagement = sums[at * len(MEASURES) : (at + 1) * len(MEASURES)]
        if volume:
            yield sentiment, count or 0, volume, engagement


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
