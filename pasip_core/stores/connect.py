"""Opening the stores that the settings name."""

from __future__ import annotations

from pasip_core.errors import SettingError
from pasip_core.settings import Settings

from .ports import Stores


def connect(settings: Settings) -> Stores:
    """The stores, with their schema up to date. ``SettingError`` for an address we have no backend for."""
    stores = _document_store(settings)
    stores.migrate()
    return stores


def _document_store(settings: Settings) -> Stores:
    address = settings.database_url.get_secret_value()
    if not address:
        from .sqlite import SqliteStores

        return SqliteStores(settings.sqlite_path, settings.zone)
    scheme = address.partition(":")[0]
    if scheme in {"mongodb", "mongodb+srv"}:
        from .mongo import MongoStores

        return MongoStores(address, settings.zone)
    raise SettingError(
        f"DATABASE_URL: there is no backend for {scheme!r}; "
        "write mongodb://…, or leave it empty for the embedded store.",
        field="DATABASE_URL",
    )
