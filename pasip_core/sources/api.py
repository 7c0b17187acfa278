"""A platform's API over the polite client: JSON in and out, at its pace, with its own errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from pasip_core.domain.mention import EMPTY
from pasip_core.errors import SourceParse

from .addresses import shown_url
from .exchange import Request, Response
from .http import Explain, PoliteClient

Parameters = Mapping[str, str | int | Sequence[str] | None]
"""A sequence stands for a parameter that is told several times."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered: ``data`` as JSON stands for it, and the headers (quotas stand there)."""

    data: Any
    headers: Mapping[str, str]


def _status_speaks(_: Response) -> None:
    return None


def read_json(answer: Response) -> Any:
    """The JSON of an answer; ``SourceParse`` where it is none (HTML in its place, cut off, too deep).

    Control characters inside texts are let through: GDELT sends them. ``NaN`` and the like become ``None``.
    """
    shown = shown_url(answer.url)
    if "html" in answer.media_type or answer.body.lstrip()[:1] == b"<":
        raise SourceParse(f"{shown}: a page came where data was due.", url=shown, status=answer.status)
    try:
        return json.loads(answer.body.decode("utf-8-sig", "replace"), strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise SourceParse(f"{shown}: what came is no JSON.", url=shown, status=answer.status) from error


@dataclass(frozen=True)
class Api:
    """Calls below ``base``, ``delay`` seconds apart; ``headers`` go with each (credentials), ``parameters`` too.

    ``explain`` reads the platform's own error out of an answer with a status of 400 and above, ``read`` the data
    out of any other.
    """

    http: PoliteClient
    base: str
    delay: float
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY, repr=False)
    parameters: Parameters = field(default_factory=lambda: EMPTY, repr=False)
    explain: Explain = _status_speaks
    read: Callable[[Response], Any] = read_json

    def get(self, path: str, parameters: Parameters = EMPTY) -> Answer:
        """GET ``path`` with the parameters that are not ``None``. Raises the ``SourceError`` tree."""
        return self._read(Request(self.address(path, parameters), {"Accept": "application/json", **self.headers}))

    def post(self, path: str, *, form: Parameters | None = None, body: Mapping[str, Any] | None = None) -> Answer:
        """POST a form, or ``body`` as JSON, or nothing. Raises the ``SourceError`` tree."""
        if form is None and body is None:
            return self._read(Request(self.address(path), {"Accept": "application/json", **self.headers}, "POST"))
        kind = "application/json" if form is None else "application/x-www-form-urlencoded"
        sent = json.dumps(body or {}) if form is None else _encoded(form)
        headers = {"Accept": "application/json", "Content-Type": kind, **self.headers}
        return self._read(Request(self.address(path), headers, "POST", sent.encode()))

    def address(self, path: str, parameters: Parameters = EMPTY) -> str:
        """The whole address of a call; it may hold a key: never shown, never stored."""
        query = _encoded({**self.parameters, **parameters})
        return f"{self.base.rstrip('/')}/{path.lstrip('/')}" + (f"?{query}" if query else "")

    def _read(self, request: Request) -> Answer:
        answer = self.http.ask(request, self.explain, delay=self.delay)
        return Answer(self.read(answer), answer.headers)


def error_json(answer: Response) -> Mapping[str, Any]:
    """The JSON object of an error answer; an empty one where it is none."""
    try:
        data = read_json(answer)
    except SourceParse:
        return EMPTY
    return data if isinstance(data, Mapping) else EMPTY


def _encoded(parameters: Parameters) -> str:
    told = {
        name: str(value) if isinstance(value, str | int) else list(value)
        for name, value in parameters.items()
        if value is not None
    }
    return urlencode(told, doseq=True, quote_via=quote, errors="replace")
