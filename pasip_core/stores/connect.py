"""Opening the stores that the settings, or an address, name."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import SecretStr

from pasip_core.errors import SettingError
from pasip_core.settings import Settings

from .ports import Stores

EMBEDDED = "sqlite:///"


def connect(settings: Settings) -> Stores:
    """The stores, with the schema of the document store up to date. Of InfluxDB nothing is asked yet.

    ``SettingError`` for an address we have no backend for, or one that cannot be used.
    """
    if not settings.influxdb_url:
        return _documents(settings)
    from .influx import InfluxServer, InfluxStores

    server = InfluxServer.named_by(settings)
    return InfluxStores(_documents(settings), server, settings.zone)


def _documents(settings: Settings) -> Stores:
    stores = _document_store(settings)
    stores.migrate()
    return stores


def _document_store(settings: Settings) -> Stores:
    address = settings.database_url.get_secret_value()
    if not address or address.startswith(EMBEDDED):
        from .sqlite import SqliteStores

        return SqliteStores(_embedded_file(settings), settings.zone)
    scheme, colon, _ = address.partition(":")
    if scheme in {"mongodb", "mongodb+srv"}:
        from .mongo import MongoStores

        return MongoStores(address, settings.zone)
    raise SettingError(
        f"DATABASE_URL: there is no backend for {scheme if colon else 'this'!r}; write mongodb://…, or leave it empty "
        "for the embedded store.",
        field="DATABASE_URL",
    )


def settings_at(address: str, settings: Settings) -> Settings:
    """Settings that name the stores at ``address``; empty leaves those that ``settings`` name.

    ``sqlite:///path`` is relative, ``sqlite:////path`` absolute. Only the installation that ``settings`` name has
    its series in ``INFLUXDB_URL``; at any other address they live beside the mentions.
    """
    named = SecretStr(address) if address else settings.database_url
    asked = settings.model_copy(update={"database_url": named})
    elsewhere = address_of(asked) != address_of(settings)
    return asked.model_copy(update={"influxdb_url": ""}) if elsewhere else asked


def is_missing(settings: Settings) -> bool:
    """Whether ``connect`` would first have to make an embedded database."""
    return address_of(settings).startswith(EMBEDDED) and not _embedded_file(settings).is_file()


def address_of(settings: Settings) -> str:
    """The address that ``connect`` opens, with passwords: an embedded file by its full path."""
    address = settings.database_url.get_secret_value()
    if address and not address.startswith(EMBEDDED):
        return address
    return f"{EMBEDDED}{_embedded_file(settings)}"


def shown_address(address: str) -> str:
    """An address for people: that of a server without account, password and options, whatever they are made of."""
    if address.startswith(EMBEDDED):
        return address
    return re.sub(r"://.*@", "://…@", address, flags=re.DOTALL).partition("?")[0]


def _embedded_file(settings: Settings) -> Path:
    named = settings.database_url.get_secret_value().removeprefix(EMBEDDED)
    return Path(named).resolve() if named else settings.sqlite_path
