"""Where log lines go: standard output, ``pasip.log`` (30 days) and ``scraping.log`` (7 days) under DATA_DIR.

Several processes write the same files. Every line is one ``write`` to a file opened for appending, and
whoever writes first on a new day moves the old file aside under a lock. No secret is ever written.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger
from pydantic import SecretStr

from .domain.addresses import HIDDEN, without_secrets
from .settings import Settings

if TYPE_CHECKING:
    from loguru import Message, Record

KEEP_DAYS = 30
KEEP_SCRAPING_DAYS = 7
NOISY = (
    "rq", "urllib3", "watchdog", "httpx", "httpcore", "matplotlib", "numba", "trafilatura", "htmldate",
    "uvicorn.access", "uvicorn.error",
)  # fmt: skip
"""Loggers of which only warnings are kept: addresses of pages, for one, hold what people search for."""
LINE = "{time:YYYY-MM-DD HH:mm:ss.SSS ZZ} | {level: <7} | {extra[process]} | {name}:{line} | {message}"
SHORT_LINE = "{time:HH:mm:ss} {level: <7} {extra[process]: <14} {message}"

# Each looks for its beginning only where one can be: lines hold what sites wrote, which must not make them slow.
_PARAMETER = re.compile(
    r"""(?ix) (?: (?<![\w-]) [\w-]* (?: token | api_?-?key | secret | password | passwd ) | \b (?: sig | key ) )
    ["']? \s* [=:] \s* ["']? (?P<value> [^\s"'&,;)}\]]+ )"""
)
_AUTHORIZATION = re.compile(r"""(?ix) authorization ["']? \s* [=:] \s* ["']? (?P<value> (?:[a-z]+\s+)? [^\s"',}]+ )""")
_BEARER = re.compile(r"(?i)\bbearer\s+(?P<value>[\w.~+/=-]{8,})")
_ADDRESS = re.compile(r"(?i)https?://[^\s'\"<>]+")
_USERINFO = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{0,30}://(?P<value>[^\s/@'\"]+)@")


def setup_logging(
    settings: Settings, process: str, *, clock: Callable[[], datetime] | None = None, stdout: bool = True
) -> None:
    """Send everything this process logs where it belongs, the standard library's loggers included.

    ``process`` names it in each line. Safe to call again. Nothing is queued, so that a fork takes no
    half-written line along.
    """
    redact = Redactor(settings)
    now = clock or (lambda: datetime.now(settings.zone))
    folder = settings.data_dir.resolve() / "logs"
    everything = DailyFile(folder / "pasip.log", KEEP_DAYS, now)
    scraping = DailyFile(folder / "scraping.log", KEEP_SCRAPING_DAYS, now)

    def write_stdout(message: Message) -> None:
        sys.stdout.write(redact(message))
        sys.stdout.flush()

    level = settings.log_level
    logger.remove()
    logger.configure(extra={"process": process}, patcher=_in_zone(settings.zone))
    if stdout:
        logger.add(write_stdout, level=level, format=SHORT_LINE, diagnose=False, backtrace=False)
    logger.add(lambda m: everything.write(redact(m)), level=level, format=LINE, diagnose=False, backtrace=False)
    logger.add(
        lambda m: scraping.write(redact(m)),
        level=level,
        format=LINE,
        diagnose=False,
        backtrace=False,
        filter=lambda record: bool(record["extra"].get("scraping")),
    )
    _take_over_standard_logging(level)


def _in_zone(zone: tzinfo) -> Callable[[Record], None]:
    def patch(record: Record) -> None:
        there = record["time"].astimezone(zone)
        # loguru's own formatting knows only fixed offsets
        record["time"] = there.replace(tzinfo=timezone(there.utcoffset() or timedelta()))

    return patch


class Redactor:
    """Removes secrets from a line: every secret setting's value, and whatever looks like one."""

    def __init__(self, settings: Settings) -> None:
        values = [getattr(settings, name) for name in type(settings).model_fields]
        secrets = [v.get_secret_value() for v in values if isinstance(v, SecretStr)]
        self._secrets = sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """``text`` with every secret replaced by ``***``."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern in (_AUTHORIZATION, _BEARER, _USERINFO, _PARAMETER):
            text = pattern.sub(_hide, text)
        return _ADDRESS.sub(lambda found: without_secrets(found[0]), text)


def _hide(match: re.Match[str]) -> str:
    start, end = match.start("value") - match.start(), match.end("value") - match.start()
    whole = match.group()
    return whole[:start] + HIDDEN + whole[end:]


class DailyFile:
    """A log file for several processes, moved to ``name-YYYY-MM-DD.log`` when its day is over.

    A full disk, or a folder that cannot be written, costs the line and never the work.
    """

    def __init__(self, path: Path, keep_days: int, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._keep = timedelta(days=keep_days)
        self._clock = clock
        self._day: date | None = None

    def write(self, text: str) -> None:
        """Append ``text`` in one write."""
        now = self._clock()
        with suppress(OSError):
            if now.date() != self._day:
                self._begin_day(now)
            line = text.encode("utf-8", "backslashreplace")
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def _begin_day(self, now: datetime) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.with_suffix(".day").open("a+") as current:
            fcntl.flock(current, fcntl.LOCK_EX)
            current.seek(0)
            written = date.fromisoformat(current.read().strip() or now.date().isoformat())
            if written < now.date() and self._path.exists():
                self._path.rename(self._dated(written))
            current.truncate(0)
            current.write(max(written, now.date()).isoformat())
            for old in self._path.parent.glob(f"{self._path.stem}-????-??-??.log"):
                if old.name < self._dated((now - self._keep).date()).name:
                    old.unlink()
        self._day = now.date()

    def _dated(self, day: date) -> Path:
        return self._path.with_name(f"{self._path.stem}-{day.isoformat()}.log")


class _ToLoguru(logging.Handler):
    """Hands records of the standard library's loggers on."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno
        name = record.name

        def from_there(entry: Record) -> None:
            entry["name"], entry["line"], entry["function"] = name, record.lineno, record.funcName

        logger.opt(exception=record.exc_info).patch(from_there).log(level, "{}", record.getMessage())


def _take_over_standard_logging(level: str) -> None:
    """One handler at the root; libraries that brought their own lose them and propagate."""
    root = logging.getLogger()
    root.handlers = [_ToLoguru()]
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        other = logging.getLogger(name)
        other.handlers = []
        other.propagate = True
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
