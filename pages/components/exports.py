"""Exactly what is filtered, as a file: ``/download/mentions.csv?`` and the parameters of the page's address.

The file is written to disk first and sent from there, so that a large one never lies in memory. What needs
Streamlit's caches is imported on the first request: before the server runs there are none.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from loguru import logger
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.components.view import read
from pasip_core.domain.filters import Filters
from pasip_core.errors import InputError, PasipError
from pasip_core.settings import current_settings

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


async def download(request: Request) -> Response:
    """One file; 400 where a parameter means nothing, since a file of other mentions than asked for would mislead."""
    form = request.path_params["form"]
    if form not in FORMATS:
        return PlainTextResponse("use mentions.csv, mentions.xlsx or mentions.jsonl", 404)
    try:
        filters = await run_in_threadpool(_filters, dict(request.query_params))
        path = await run_in_threadpool(_write, form, filters)
    except InputError as error:
        return PlainTextResponse(str(error), 400)
    except PasipError as error:
        logger.opt(exception=error).error("export failed: {}", error)
        return PlainTextResponse("The data store does not answer. Try again in a moment.", 503)
    name = f"mentions_{filters.period.first}_{filters.period.last}.{form}"
    return FileResponse(
        path, media_type=FORMATS[form], filename=name, background=BackgroundTask(path.unlink, missing_ok=True),
        headers={"cache-control": "no-store"},
    )  # fmt: skip


ROUTES = (Route("/download/mentions.{form}", download),)


def _filters(params: dict[str, str]) -> Filters:
    from pages.components import session

    known = session.choices()
    reading = read(params, known)
    if reading.dropped:
        name = reading.dropped[0]
        raise InputError(f"{name}: {params[name][:100]!r} means nothing here; open the page and export from there")
    return reading.view.filters(known)


def _write(form: str, filters: Filters) -> Path:
    from pages.components import cached
    from pasip_core.queries.mentions import all_mentions
    from pasip_core.reports import export

    handle, name = tempfile.mkstemp(prefix="pasip-export-", suffix=f".{form}")
    path = Path(name)
    labels = {k.id: k.keyword for k in cached.keywords()}
    try:
        with os.fdopen(handle, "wb") as out:
            export.WRITERS[form](all_mentions(cached.stores(), filters), out, labels, current_settings().zone)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
