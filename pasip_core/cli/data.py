"""``import``, ``export`` and ``stats``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pasip_core.domain.filters import Filters
from pasip_core.domain.runs import ImportRun
from pasip_core.errors import InputError
from pasip_core.queries import mentions as mention_queries
from pasip_core.queries.overview import overview, share_of_voice
from pasip_core.queries.sums import sums
from pasip_core.stores.ports import Stores

from . import filtering
from .context import Json, catch_up, opened
from .output import progress_bar, say, say_json, show_fields


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX or JSONL.")],
    map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Set a guess right; may be repeated.")
    ] = None,
    platform: Annotated[str, typer.Option(help="For rows that do not name theirs.")] = "",
    source: Annotated[str, typer.Option(help="For rows that do not name theirs.")] = "",
    json: Json = False,
) -> None:
    """Import mentions from a file of any tool; rejected rows go to a file with reasons."""
    from pasip_core.pipeline.importing import import_file as run_import

    filtering.check_text("--platform", platform)
    filtering.check_text("--source", source)
    with opened(make=True) as (settings, stores), progress_bar(json) as progress:
        run = run_import(
            stores,
            file,
            import_id=uuid.uuid4().hex,
            mapping=_mapping(map),
            platform=platform,
            source=source,
            progress=progress,
            settings=settings,
        )
        catch_up(settings, stores, progress)
    if json:
        say_json(_counts(run))
    else:
        show_fields(_counts(run))


def _mapping(given: list[str] | None) -> dict[str, str]:
    mapping = {}
    for pair in given or ():
        name, sign, column = pair.partition("=")
        if not sign:
            raise InputError(f"--map: {pair!r} is none; write field=column", field="--map", value=pair)
        mapping[name.strip()] = column.strip()
    return mapping


def _counts(run: ImportRun) -> dict[str, object]:
    return {
        "file": run.file_name,
        "read": run.read,
        "inserted": run.inserted,
        "updated": run.updated,
        "duplicates": run.duplicates,
        "rejected": run.rejected,
        "erased": run.erased,
        "rejected_file": run.rejected_file or None,
    }


def export(
    out: Annotated[Path, typer.Argument(help="File to write.")],
    format: Annotated[str, typer.Option(help="csv, xlsx or jsonl.")] = "csv",
    first: filtering.From = None,
    last: filtering.To = None,
    keyword: filtering.Keywords = None,
    platform: filtering.Platforms = None,
    source: filtering.Sources = None,
    sentiment: filtering.Sentiments = None,
    emotion: filtering.Emotions = None,
    text: filtering.Text = "",
    json: Json = False,
) -> None:
    """Write mentions with their analysis to a file."""
    from pasip_core.reports.export import WRITERS

    if format not in WRITERS:
        raise InputError(f"--format: {format!r} is none; use {', '.join(WRITERS)}", field="--format", value=format)
    with opened() as (settings, stores):
        period = filtering.everything(first, last, stores, datetime.now(UTC), settings.zone)
        filters = filtering.build_filters(stores, period, keyword, platform, source, sentiment, emotion, text)
        labels = {k.id: k.keyword for k in stores.keywords.list()}
        unfinished = out.with_name(f".{out.name}.part")
        try:
            with unfinished.open("wb") as file:
                rows = WRITERS[format](mention_queries.all_mentions(stores, filters), file, labels, settings.zone)
        except OSError as error:
            raise InputError(f"{out}: cannot be written ({error.strerror})", field="out", value=out) from error
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.replace(out)
    if json:
        say_json({"file": out, "rows": rows})
    else:
        say(f"{rows} mentions written to {out}")


def stats(
    first: filtering.From = None,
    last: filtering.To = None,
    keyword: filtering.Keywords = None,
    platform: filtering.Platforms = None,
    source: filtering.Sources = None,
    sentiment: filtering.Sentiments = None,
    emotion: filtering.Emotions = None,
    text: filtering.Text = "",
    json: Json = False,
) -> None:
    """The overview's numbers; the last seven days where no day is given."""
    with opened() as (settings, stores):
        period = filtering.week(first, last, datetime.now(UTC), settings.zone)
        filters = filtering.build_filters(stores, period, keyword, platform, source, sentiment, emotion, text)
        numbers = summary(stores, filters)
    if json:
        say_json(numbers)
    else:
        show_fields(_in_words(numbers))


def summary(stores: Stores, filters: Filters) -> dict[str, Any]:
    """The overview's numbers by name; keyword counts by label."""
    view = overview(stores, filters)
    platforms = {str(t.by["platform"]): t.volume for t in sums(stores, filters, ("platform",))}
    labels = {k.id: k.keyword for k in stores.keywords.list()}
    chosen = filters.keywords or tuple(labels)
    voices = share_of_voice(stores, filters, chosen)
    return {
        "from": filters.period.first,
        "to": filters.period.last,
        "timezone": filters.period.zone.key,
        "total_mentions": view.total,
        "sentiment_distribution": view.shares,
        "sentiment_counts": view.by_sentiment,
        "platforms": dict(sorted(platforms.items(), key=lambda item: -item[1])),
        "platform_distribution": {p: round(100 * n / view.total, 1) for p, n in platforms.items() if view.total},
        "growth_rate": view.growth_rate,
        "trending_score": view.trending_score,
        "keywords": {labels[k]: int(v) for k, v in zip(voices["keyword"], voices["volume"], strict=True)},
    }


def _in_words(numbers: Mapping[str, Any]) -> dict[str, object]:
    """The same for people: counts with their percentages behind."""
    growth, trending = numbers["growth_rate"], numbers["trending_score"]
    before = "nothing in the period before" if growth is None else f"{growth:+}% against the period before"
    return {
        "period": f"{numbers['from']} to {numbers['to']} ({numbers['timezone']})",
        "mentions": f"{numbers['total_mentions']} ({before})",
        "sentiment": _with_shares(numbers["sentiment_counts"], numbers["sentiment_distribution"]),
        "platforms": _with_shares(numbers["platforms"], numbers["platform_distribution"]),
        "keywords": numbers["keywords"],
        "trending score": "no mentions to tell it from" if trending is None else f"{trending} of 100",
    }


def _with_shares(counts: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{count} ({shares[name]}%)" if name in shares else str(count) for name, count in counts.items()}
