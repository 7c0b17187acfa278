"""Opening the stores that the settings, or an address, name."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import SecretStr

from pasip_core.errors import SettingError, StoreUnavailable
from pasip_core.settings import Settings

from .ports import Stores

EMBEDDED = "sqlite:///"


def connect(settings: Settings, *, patience: float | None = None, make: bool = True) -> Stores:
    """The stores, with the schema of the document store up to date. Of InfluxDB nothing is asked yet.

    ``patience`` bounds, in seconds, the wait for a lock and for each answer, where a person waits for it;
    what runs in the background waits longer. Without ``make`` an embedded store that is not there is
    ``StoreUnavailable`` and not made anew: what a worker wrote into a new one would be missing in the old
    one when that is back. ``SettingError`` for an address we have no backend for, or one that cannot be used.
    """
    if not make and is_missing(settings):
        raise StoreUnavailable(f"{_embedded_file(settings)} is not there; bring its folder back, or run init-db")
    documents = _document_store(settings, patience)
    documents.migrate()
    if not settings.influxdb_url:
        return documents
    from .influx import InfluxServer, InfluxStores

    return InfluxStores(documents, InfluxServer.named_by(settings), settings.zone)


def _document_store(settings: Settings, patience: float | None) -> Stores:
    address = settings.database_url.get_secret_value()
    if not address or address.startswith(EMBEDDED):
        from .sqlite import SqliteStores

        return SqliteStores(_embedded_file(settings), settings.zone, patience)
    scheme, colon, _ = address.partition(":")
    if scheme in {"mongodb", "mongodb+srv"}:
        from .mongo import MongoStores

        return MongoStores(address, settings.zone, patience)
    raise SettingError(
        f"DATABASE_URL: there is no backend for {scheme if colon else 'this'!r}; write mongodb://…, or leave it empty "
        "for the embedded store.",
        field="DATABASE_URL",
    )


def settings_at(address: str, settings: Settings) -> Settings:
    """Settings that name the stores at ``address``; empty leaves those that ``settings`` name.

    ``sqlite:///path`` is relative, ``sqlite:////path`` absolute, ``sqlite:///~/path`` in the home of whoever runs
    this. Only the installation that ``settings`` name has its series in ``INFLUXDB_URL``; at any other address they
    live beside the mentions.
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
    if not named:
        return settings.sqlite_path
    try:
        return Path(named).expanduser().resolve()
    except RuntimeError as error:  # nobody has this home
        raise SettingError(
            f"DATABASE_URL: {EMBEDDED}{named} lies in the home of nobody here; write sqlite:////absolute/path",
            field="DATABASE_URL",
        ) from error
