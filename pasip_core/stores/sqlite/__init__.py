"""The embedded backend: one SQLite file, several processes, nothing to install."""

from .backend import SqliteStores

__all__ = ["SqliteStores"]
