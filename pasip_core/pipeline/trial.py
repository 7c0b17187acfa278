"""Trying a source without keeping anything of it."""

from __future__ import annotations

from collections.abc import Sequence

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.runs import Trial
from pasip_core.errors import SourceError
from pasip_core.sources.base import Source

KEYWORDS_TRIED = 1
"""Each would be a search, with a pause before it and perhaps a price."""


def try_source(source: Source, keywords: Sequence[Keyword]) -> Trial:
    """Fetch one mention as if never asked before: nothing is stored and no cursor moves.

    What a quota counts is counted all the same, since the platform counts it too.
    """
    wanted = sorted((k for k in keywords if k.active), key=lambda k: (k.priority, k.id))[:KEYWORDS_TRIED]
    trial = Trial(source.name, searched=bool(wanted), needs=tuple(source.needs()))
    if trial.needs:
        return trial
    try:
        for batch in source.fetch(wanted, {}, 1):
            trial = trial.read(batch.mentions, batch.note)
    except SourceError as error:
        trial = trial.failed(error.kind, str(error), error.retry_at)
    return trial
