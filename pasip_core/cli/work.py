"""``collect``, ``enrich``, ``entities`` and ``rollup``: the stages, inline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Annotated

import typer

from pasip_core.commands import keywords as keyword_commands
from pasip_core.domain.runs import SourceRun
from pasip_core.errors import InputError, SourceError
from pasip_core.pipeline.collect import collect as run_collect
from pasip_core.pipeline.progress import Progress
from pasip_core.settings import Settings
from pasip_core.sources.base import Source, retirement
from pasip_core.stores.ports import Stores

from .context import Json, catch_up, opened, roll_up
from .output import progress_bar, say, say_json, show_table


def collect(
    source: Annotated[list[str] | None, typer.Option("--source", help="May be repeated; without it every one.")] = None,
    keyword: Annotated[list[str] | None, typer.Option("--keyword", "-k", help="Search only for these.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most mentions from one source.")] = 200,
    json: Json = False,
) -> None:
    """Collect once, sources side by side; a source that breaks stops no other."""
    from pasip_core.pipeline.catalogue import open_sources, publish_sources

    with (
        opened(make=True) as (settings, stores),
        open_sources(settings, stores) as sources,
        progress_bar(json) as progress,
    ):
        publish_sources(stores, sources, settings)
        chosen = choose(sources, source)
        ids = [keyword_commands.find(stores, name).id for name in keyword or ()]
        runs = side_by_side(chosen, stores, ids, limit, progress, settings)
        catch_up(settings, stores, progress)
    if json:
        say_json(runs)
    else:
        columns = ["source", "items", "new", "updated", "too old", "erased", "error"]
        show_table(
            columns, [[r.source, r.items, r.new, r.updated, r.too_old, r.erased, r.error or r.note] for r in runs]
        )
    if runs and all(run.error_kind for run in runs):
        raise typer.Exit(1)


def choose(sources: Mapping[str, Source], names: list[str] | None) -> list[Source]:
    """The named sources, or all that can run. ``InputError`` for any other: unknown, retired, or without settings."""
    if not names:
        return [s for s in sources.values() if not s.needs() and not retirement(s)]
    for name in names:
        if name not in sources:
            raise InputError(
                f"--source: there is no {name!r}; known: {', '.join(sorted(sources))}", field="--source", value=name
            )
        if gone := retirement(sources[name]):
            raise InputError(f"--source: {name} is retired. {gone}", field="--source", value=name)
        if lacking := sources[name].needs():
            raise InputError(f"--source: {name} cannot run without {', '.join(lacking)}", field="--source", value=name)
    return [sources[name] for name in dict.fromkeys(names)]


def side_by_side(
    sources: Sequence[Source],
    stores: Stores,
    keywords: Sequence[str],
    limit: int,
    progress: Progress,
    settings: Settings,
) -> list[SourceRun]:
    """One run of each source at the same time, in the order given; the client keeps each host's pace."""

    def one(source: Source) -> SourceRun:
        try:
            return run_collect(
                source, stores=stores, keywords=keywords, progress=progress, limit=limit, settings=settings
            )
        except SourceError as error:
            last = stores.source_runs.list({"source": source.name}, order_by="started_at", descending=True, limit=1)[0]
            return replace(last, error_kind=error.kind, error=str(error))

    with ThreadPoolExecutor(max_workers=max(len(sources), 1)) as pool:
        return list(pool.map(one, sources))


def enrich(json: Json = False) -> None:
    """Match keywords and analyse what has no analysis yet."""
    with opened() as (settings, stores), progress_bar(json) as progress:
        waiting = stores.mentions.count_unanalysed()
        catch_up(settings, stores, progress)
        left = stores.mentions.count_unanalysed()
    _tell({"analysed": max(waiting - left, 0), "left": left}, f"{max(waiting - left, 0)} mentions analysed", json)


def entities(json: Json = False) -> None:
    """Read the names in mentions: people, places, organisations, hashtags, sites and accounts."""
    from pasip_core.domain.names import READER

    with opened() as (_, stores), progress_bar(json) as progress:
        read = left = 0
        if stores.mentions.count_unnamed(READER, bound=1):
            from pasip_core.nlp.names import load_reader
            from pasip_core.pipeline.naming import read_names

            read = read_names(stores, load_reader(), progress=progress).done
            left = stores.mentions.count_unnamed(READER)
        roll_up(stores, progress)
    _tell({"read": read, "left": left}, f"names read in {read} mentions", json)


def rollup(
    rebuild: Annotated[bool, typer.Option(help="Recompute every day there is, as after a change of TIMEZONE.")] = False,
    json: Json = False,
) -> None:
    """Recompute the numbers of the days that changed."""
    from pasip_core.pipeline.rollup import rebuild as mark_everything

    with opened() as (_, stores), progress_bar(json) as progress:
        if rebuild:
            mark_everything(stores)
        days = roll_up(stores, progress)
    _tell({"days": days}, f"{days} days recomputed", json)


def _tell(value: dict[str, int], sentence: str, json: bool) -> None:
    if json:
        say_json(value)
    else:
        say(sentence)
