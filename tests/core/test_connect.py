"""Addresses of stores: which one is meant, and what of it is shown."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pasip_core.errors import SettingError
from pasip_core.settings import Settings
from pasip_core.stores.connect import address_of, connect, is_missing, settings_at, shown_address
from tests.builders import make_keyword


def test_an_embedded_store_is_opened_by_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    with closing(connect(settings)) as stores:
        stores.keywords.save(make_keyword("anies"))
    for address in ("", f"sqlite:///{tmp_path}/data/pasip.db", "sqlite:///data/pasip.db"):
        with closing(connect(settings_at(address, settings))) as same:
            assert [keyword.id for keyword in same.keywords.list()] == ["anies"]
        assert address_of(settings_at(address, settings)) == f"sqlite:///{tmp_path}/data/pasip.db"
    assert is_missing(settings_at("sqlite:///other.db", settings))
    assert not is_missing(settings)


def test_only_the_installation_itself_has_its_series_in_influxdb(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, database_url="mongodb://h/pasip", influxdb_url="http://localhost:8086"
    )
    assert settings_at("", settings).influxdb_url == "http://localhost:8086"
    assert settings_at("mongodb://h/pasip", settings).influxdb_url == "http://localhost:8086"
    assert settings_at("sqlite:///old.db", settings).influxdb_url == ""


def test_an_unknown_kind_of_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no backend for 'foxpro'"):
        connect(Settings(_env_file=None, data_dir=tmp_path, database_url="foxpro://u:sekretpw@h"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("mongodb://u:p@h1:27017,h2/db?authSource=p", "mongodb://…@h1:27017,h2/db"),
        ("mongodb+srv://u:p@ss/w@rd@h/db", "mongodb+srv://…@h/db"),
        ("mongodb://h/db", "mongodb://h/db"),
        ("mongodb://u:a\nb@h/db", "mongodb://…@h/db"),
        ("sqlite:////srv/a@b/x?.db", "sqlite:////srv/a@b/x?.db"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, shown: str) -> None:
    assert shown_address(address) == shown
