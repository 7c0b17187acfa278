"""Settings from the environment and ``.env``, read once and passed in."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .domain.retention import Retention
from .errors import SettingError

UNBUILT: dict[str, Any] = {"unbuilt": True}
"""Marks a setting that is read but serves no part that exists yet."""

MAX_SOCKET_PATH = 100
"""Bytes; the kernel takes 107, and Redis adds to the path while it starts."""


class Settings(BaseSettings):
    """Every setting, its default and its meaning. ``.env.example`` lists the same; a test compares them."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    # Where things are kept
    data_dir: Path = Field(Path("data"), description="Folder of the database, the queue, logs and files.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="Document store, mongodb://… or sqlite:////absolute/path. Empty: one SQLite file under DATA_DIR.",
    )
    redis_url: SecretStr = Field(
        SecretStr(""), description="Job queue. Empty: the server that `make up` starts under DATA_DIR."
    )
    influxdb_url: str = Field("", description="InfluxDB 2. Empty: series live beside the mentions.")
    influxdb_token: SecretStr = Field(SecretStr(""), description="Token for INFLUXDB_URL.")
    influxdb_org: str = Field("", description="Organisation in InfluxDB.")
    influxdb_bucket: str = Field("", description="Bucket in InfluxDB; `init-db` makes it where it is missing.")

    # Credentials of sources
    twitter_bearer_token: SecretStr = Field(SecretStr(""), description="X API v2.")
    twitter_monthly_cap: float = Field(
        25.0,
        ge=0,
        allow_inf_nan=False,
        description="US dollars that may be spent on X in a month; they are spread over its days.",
    )
    twitter_archive: bool = Field(False, description="Search the whole archive of X; needs access to it.")
    facebook_access_token: SecretStr = Field(SecretStr(""), description="Facebook Graph API.")
    instagram_access_token: SecretStr = Field(SecretStr(""), description="Instagram Graph API.")
    instagram_user_id: str = Field("", description="Number of the Instagram account that searches.")
    threads_access_token: SecretStr = Field(SecretStr(""), description="Threads API.")
    youtube_api_key: SecretStr = Field(SecretStr(""), description="YouTube Data API v3.")
    news_api_key: SecretStr = Field(SecretStr(""), description="NewsAPI.org.")
    reddit_client_id: str = Field("", description="App on Reddit; without it, its feeds are read.")
    reddit_client_secret: SecretStr = Field(SecretStr(""), description="Secret of it.")
    bluesky_identifier: str = Field("", description="Account on Bluesky that searches.")
    bluesky_app_password: SecretStr = Field(SecretStr(""), description="An app password of that account.")
    mastodon_servers: str = Field("", description="Mastodon servers to read, comma-separated: mastodon.social.")
    kaskus: bool = Field(False, description="Read Kaskus, whose pages nobody documents.")
    snscrape_telegram: bool = Field(False, description="Read Telegram through snscrape (Python 3.11 only).")

    # Language
    sentiment_model: str = Field(
        "auto", description="auto, bundled, or a Hugging Face id or path of a sentiment classifier."
    )
    huggingface_api_key: SecretStr = Field(SecretStr(""), description="For private or gated Hugging Face checkpoints.")
    openai_api_key: SecretStr = Field(
        SecretStr(""), description="Optional written summary in reports.", json_schema_extra=UNBUILT
    )

    # Accounts and the REST API
    secret_key: SecretStr = Field(
        SecretStr(""), description="Makes the pseudonyms of PSEUDONYMISE_AUTHORS; changing it changes them all."
    )
    algorithm: str = Field("HS256", description="How tokens are signed.", json_schema_extra=UNBUILT)
    access_token_expire_minutes: int = Field(30, ge=1, description="Life of a token.", json_schema_extra=UNBUILT)

    # Keeping and forgetting
    retention_days: str = Field(
        "", description="Days for which mentions are kept: 365, or twitter=180,news=730,*=365. Empty: for ever."
    )
    pseudonymise_authors: bool = Field(
        False, description="Keep pseudonyms in place of the names of accounts; needs SECRET_KEY."
    )

    # Collecting
    scraping_delay: float = Field(2.0, ge=0, le=3600, description="Least seconds between two requests to one host.")
    max_concurrent_requests: int = Field(8, ge=1, le=64, description="Requests under way at once over all hosts.")
    user_agent: str = Field(
        "PasipAI/0.1 (+https://github.com/pasip-ai/pasip-ai)", description="How the collector names itself."
    )
    private_hosts_allowed: str = Field(
        "", description="host or host:port, comma-separated: private addresses that may be asked all the same."
    )
    outlets_dir: Path | None = Field(
        None, description="Folder of outlet files that replace or add to the built-in ones."
    )
    platforms_file: Path | None = Field(
        None, description="File whose addresses, pace, prices and quotas of platforms replace the built-in ones."
    )
    scrape_workers: int = Field(3, ge=1, le=32, description="Sources that `make up` collects from at once.")

    # Mail
    smtp_host: str = Field("", description="Mail server for reports.", json_schema_extra=UNBUILT)
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.", json_schema_extra=UNBUILT)
    smtp_user: str = Field("", description="Its account.", json_schema_extra=UNBUILT)
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password.", json_schema_extra=UNBUILT)
    smtp_from: str = Field("", description="Sender of reports.", json_schema_extra=UNBUILT)

    # Running
    timezone: str = Field("Asia/Jakarta", description="Zone of days and schedules, one per installation.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    sentry_dsn: SecretStr = Field(SecretStr(""), description="Error reporting.", json_schema_extra=UNBUILT)

    @field_validator("data_dir", "outlets_dir")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        """No shell has read ``.env``: ``~`` would be a folder of that name."""
        try:
            return value and value.expanduser()
        except RuntimeError as error:
            raise ValueError("nobody here has that home; write the whole path") from error

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone; use a name like Asia/Jakarta") from error
        return value

    @field_validator("retention_days")
    @classmethod
    def _readable_retention(cls, value: str) -> str:
        Retention.parse(value)
        return value

    @field_validator("pseudonymise_authors")
    @classmethod
    def _pseudonyms_have_a_key(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not info.data["secret_key"].get_secret_value():
            raise ValueError("SECRET_KEY is empty; set it to a long random text, and keep it")
        return value

    @field_validator("redis_url")
    @classmethod
    def _usable_redis_url(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value()
        try:
            parts = urlsplit(given)
            usable = not given or (parts.scheme in {"redis", "rediss", "unix"} and parts.port != 0)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("write redis://:password@host:6379/0, rediss://… or unix:///path")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return level

    @property
    def zone(self) -> ZoneInfo:
        """``timezone`` as an object."""
        return ZoneInfo(self.timezone)

    @property
    def retention(self) -> Retention:
        """``retention_days`` as an object."""
        return Retention.parse(self.retention_days)

    @property
    def redis_address(self) -> str:
        """``REDIS_URL``, or the socket that ``make up`` serves under the data folder."""
        return self.redis_url.get_secret_value() or f"unix://{quote(str(self.redis_socket))}"

    @property
    def redis_socket(self) -> Path:
        """The socket of the embedded Redis.

        Beside the data, or where that path is too long for a socket, in a private folder under ``/tmp``: the
        same one for every process, whatever its ``TMPDIR``.
        """
        folder = self.data_dir.resolve()
        socket = folder / "redis.sock"
        if len(os.fsencode(socket)) < MAX_SOCKET_PATH:
            return socket
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        return Path("/tmp") / f"pasip-{os.getuid()}-{digest}" / "redis.sock"  # noqa: S108 - its owner is checked

    @property
    def sqlite_path(self) -> Path:
        """The embedded database."""
        return self.data_dir.resolve() / "pasip.db"


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and ``.env``; ``SettingError`` names the variable, its value and what is wanted."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        field = Settings.model_fields.get(name.lower())
        secret = field is None or field.annotation is SecretStr
        shown = "its value" if secret else repr(first["input"])
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingError(f"{name}: {shown} cannot be used: {reason}.", field=name) from None


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()
