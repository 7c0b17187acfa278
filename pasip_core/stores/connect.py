"""Opening the stores that the settings name."""

from __future__ import annotations

from pasip_core.errors import SettingError
from pasip_core.settings import Settings

from .ports import Stores


def connect(settings: Settings) -> Stores:
    """The stores, with their schema up to date. ``SettingError`` for an address we have no backend for."""
    address = settings.database_url
    if address:
        scheme = address.partition(":")[0]
        raise SettingError(
            f"DATABASE_URL: there is no backend for {scheme!r} yet; leave it empty for the embedded store.",
            field="DATABASE_URL",
        )
    from .sqlite import SqliteStores

    stores = SqliteStores(settings.sqlite_path, settings.zone)
    stores.migrate()
    return stores
