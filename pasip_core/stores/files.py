"""Errors of the system's files as errors of stores."""

from __future__ import annotations

import errno
from pathlib import Path

from pasip_core.errors import StoreError, StoreFull, StoreReadOnly, StoreUnavailable


def full(path: Path) -> StoreFull:
    """There is no room for ``path``."""
    return StoreFull(f"no space is left for {path}; free some, and the work goes on")


def read_only(path: Path) -> StoreReadOnly:
    """``path`` may not be written."""
    return StoreReadOnly(f"{path} or its folder may not be written to; check their rights and that of the disk")


def file_error(error: OSError, path: Path) -> StoreError:
    """Why ``path`` could not be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return full(path)
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return read_only(path)
    return StoreUnavailable(f"{path} cannot be written: {error.strerror}")
