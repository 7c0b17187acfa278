"""Files that we keep for a while: logs, uploads with their rejected rows, and exports that were cut off."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from pasip_core.logs import KEEP_DAYS, KEEP_SCRAPING_DAYS

UPLOADS_KEPT = timedelta(days=30)
EXPORTS_KEPT = timedelta(days=1)
EXPORT_PREFIX = "pasip-export-"


def forget_files(data_dir: Path, now: datetime, zone: tzinfo) -> int:
    """Delete those older than their time; how many files and folders of uploads."""
    exports = Path(tempfile.gettempdir()).glob(f"{EXPORT_PREFIX}*")
    old = [path for path in (data_dir / "logs").glob("*.log") if _is_old_log(path, now, zone)]
    old += [path for path in (data_dir / "imports").glob("*") if _is_older(path, now, UPLOADS_KEPT)]
    old += [path for path in exports if _is_older(path, now, EXPORTS_KEPT)]
    forgotten = 0
    for path in old:
        with suppress(OSError):  # gone meanwhile, or somebody else's
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            forgotten += 1
    return forgotten


def _is_old_log(path: Path, now: datetime, zone: tzinfo) -> bool:
    """Writers delete them too, but only while there is something to write."""
    dated = re.fullmatch(r"(.+)-(\d{4}-\d{2}-\d{2})\.log", path.name)
    days = KEEP_SCRAPING_DAYS if path.name.startswith("scraping") else KEEP_DAYS
    return bool(dated and dated[2] < (now.astimezone(zone) - timedelta(days=days)).date().isoformat())


def _is_older(path: Path, now: datetime, kept: timedelta) -> bool:
    """Of our own files: whether neither it, nor anything within, was written lately."""
    try:
        states = [inner.stat() for inner in (path, *(path.iterdir() if path.is_dir() else ()))]
    except OSError:
        return False
    newest = max(state.st_mtime for state in states)
    return states[0].st_uid == os.getuid() and now - datetime.fromtimestamp(newest, UTC) > kept
