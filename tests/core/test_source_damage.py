"""However its main answer is damaged, a source gives sound mentions or a source error, and soon; all of them."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import find, given, settings

from tests.core.mutating import QUIET, assert_sound, damaged, mutated_json
from tests.core.source_rows import LIVE, PEMILU, SECRETS, Row, opened, source_of
from tests.core.sources_kit import run
from tests.replicas import Page
from tests.replicas.server import Asked


def here_only(host: str, port: int) -> list[tuple[Any, ...]]:
    """A damaged address may name any host: none but the replica's is found."""
    if host != "127.0.0.1":
        raise socket.gaierror(f"{host} is not known")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


@pytest.mark.parametrize("row", LIVE, ids=[row.name for row in LIVE])
def test_a_damaged_answer_does_no_harm(row: Row) -> None:
    honest: list[Page] = []
    with opened(row, 2) as (replica, spoiled):

        def noted(asked: Asked) -> Page | None:
            answer = spoiled.site(asked.path)
            page = answer(asked) if callable(answer) else answer
            honest.extend([page] if page else [])
            return page

        spoiled.instead = noted
        with source_of(row, replica) as source:
            assert len(run(source, PEMILU).mentions) == 2
        first = honest[0]
        bodies = mutated_json(json.loads(first.body)) if "json" in first.media_type else damaged(first.body)

        @settings(QUIET, max_examples=8)
        @given(bodies)
        def check(body: bytes) -> None:
            spoiled.instead = Page(body, first.media_type)
            replica.reset()
            with source_of(row, replica, resolver=here_only, sleep=lambda _: None) as source:
                ran = run(source, PEMILU)
            assert_sound(ran.mentions)
            assert len(ran.batches) < 30
            assert len(replica.asked) < 60
            assert not any(secret in f"{ran.error!r} {[batch.note for batch in ran.batches]}" for secret in SECRETS)

        check()


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("unknown fields", lambda body, data: b"unknown_" in body),
        ("missing fields", lambda body, data: data is not None and "likes" not in data),
        ("numbers as strings", lambda body, data: data is not None and data.get("likes") == "3"),
        ("nulls", lambda body, data: data is not None and data.get("likes", 0) is None),
        ("HTML", lambda body, data: body.startswith(b"<html>")),
        ("cut off", lambda body, data: body.startswith(b'{"') and not body.endswith(b"}")),
        ("foreign encodings", lambda body, data: body.startswith((b"\xff\xfe", b"\xef\xbb\xbf"))),
    ],
)  # fmt: skip
def test_every_kind_of_damage_is_done(kind: str, shown: Any) -> None:
    """Found by search, so that a kind which is no longer made is noticed."""

    def fits(body: bytes) -> bool:
        try:
            data = json.loads(body)
        except ValueError:
            data = None
        return bool(shown(body, data if isinstance(data, dict) else None))

    found = find(mutated_json({"likes": 3, "text": "é"}), fits, settings=settings(QUIET, max_examples=3_000))
    assert fits(found), kind
