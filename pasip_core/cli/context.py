"""What the commands share: settings, opened stores, and the work that follows a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pasip_core.pipeline.progress import Progress, utc_now
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@contextmanager
def opened(*, make: bool = False) -> Iterator[tuple[Settings, Stores]]:
    """Settings, and stores that are closed again.

    Only what brings something in may ``make`` them where a data folder has lost its store (see ``connect``); where
    there is no such folder yet, everything may.
    """
    from pasip_core.stores.connect import connect

    settings = current_settings()
    stores = connect(settings, make=make or _is_new(settings.data_dir))
    try:
        yield settings, stores
    finally:
        stores.close()


def _is_new(folder: Path) -> bool:
    return not folder.exists() or not any(folder.iterdir())


def catch_up(settings: Settings, stores: Stores, progress: Progress) -> None:
    """Rematch, analyse and roll up what waits, here and now, whether or not workers run beside."""
    from pasip_core.domain.keyword import rules_revision
    from pasip_core.pipeline.enrich import enrich, rematch

    revision = rules_revision(stores.keywords.list())
    if stores.mentions.count_outdated(revision) or stores.mentions.count_unanalysed(bound=1):
        from pasip_core.nlp.emotion import load_emotion
        from pasip_core.nlp.sentiment import load_sentiment

        model = load_sentiment(settings.sentiment_model, token=settings.huggingface_api_key.get_secret_value())
        rematch(stores, model, progress=progress)
        enrich(stores, model, load_emotion(), progress=progress)
    roll_up(stores, progress)


def roll_up(stores: Stores, progress: Progress) -> int:
    """Recompute the numbers of every touched day; how many days."""
    import os

    from pasip_core.pipeline.rollup import rollup

    return rollup(stores, owner=f"cli-{os.getpid()}", clock=utc_now, progress=progress)
