"""Settings: what they refuse, and that ``.env.example`` says the same as the code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from pasip_core.errors import SettingError
from pasip_core.settings import MAX_SOCKET_PATH, Settings, load_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()


def documented() -> dict[str, tuple[str, str]]:
    """Name → (comment above it, value) of every line in ``.env.example``."""
    return {m[2]: (m[1], m[3]) for m in re.finditer(r"^# (.+)\n([A-Z0-9_]+)=(.*)$", EXAMPLE, re.M)}


def test_the_example_lists_every_setting_with_its_default_and_meaning() -> None:
    lines = documented()
    assert list(lines) == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        unbuilt = isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("unbuilt")
        told = f"{field.description}{' (not used yet)' if unbuilt else ''}"
        assert lines[name.upper()] == (told, "" if default is None else str(default)), name


def test_the_example_can_be_used_as_it_is() -> None:
    assert load_settings(_env_file=ROOT / ".env.example") == load_settings(_env_file=None)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("timezone", "Asia/Nowhere", "TIMEZONE: 'Asia/Nowhere' cannot be used: no such time zone"),
        ("log_level", "loud", "LOG_LEVEL: 'loud' cannot be used: use DEBUG"),
        ("scraping_delay", "-1", "SCRAPING_DELAY: '-1' cannot be used"),
        ("scrape_workers", "0", "SCRAPE_WORKERS: '0' cannot be used"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str, wanted: str) -> None:
    with pytest.raises(SettingError, match=re.escape(wanted)):
        load_settings(_env_file=None, **{name: value})


def test_a_file_of_settings_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("TIMEZONE=Asia/Makassar\nLOG_LEVEL=debug\n")
    os.environ["TIMEZONE"] = "Asia/Jayapura"
    try:
        settings = load_settings(_env_file=file)
    finally:
        del os.environ["TIMEZONE"]
    assert (settings.timezone, settings.log_level) == ("Asia/Jayapura", "DEBUG")


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, youtube_api_key="AIza-very-secret")
    assert "AIza" not in repr(settings) + str(settings)


def test_the_socket_lies_beside_the_data_or_where_its_path_is_short_enough(tmp_path: Path) -> None:
    near = Settings(_env_file=None, data_dir=Path("/srv/pasip"))
    far = Settings(_env_file=None, data_dir=Path("/srv") / ("long" * 40))
    assert near.redis_socket == Path("/srv/pasip/redis.sock")
    assert len(os.fsencode(far.redis_socket)) < MAX_SOCKET_PATH
    assert far.redis_socket == Settings(_env_file=None, data_dir=far.data_dir / "x" / "..").redis_socket
    assert far.redis_socket != Settings(_env_file=None, data_dir=far.data_dir / "x").redis_socket


def test_an_unusual_folder_name_survives_in_the_address() -> None:
    settings = Settings(_env_file=None, data_dir=Path("/srv/a b?c#d"))
    assert settings.redis_address == "unix:///srv/a%20b%3Fc%23d/redis.sock"
