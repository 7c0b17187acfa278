"""Testing a source: what is told, and that nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from pasip_core.domain.keyword import Keyword
from pasip_core.errors import SourceBlocked, SourceError
from pasip_core.pipeline.trial import try_source
from pasip_core.sources.base import Batch
from tests.builders import NOW, make_keyword, make_raw


@dataclass
class Scripted:
    """A source that gives these batches, then breaks off where it is told to."""

    batches: Sequence[Batch] = ()
    error: SourceError | None = None
    lacking: tuple[str, ...] = ()
    asked: list[tuple[list[str], Mapping[str, Any], int]] = field(default_factory=list)

    name, label, platform, url = "uji", "Uji", "news", "https://uji.example"

    def needs(self) -> tuple[str, ...]:
        return self.lacking

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        self.asked.append(([k.id for k in keywords], dict(cursor), limit))
        yield from self.batches
        if self.error:
            raise self.error


KEYWORDS = [make_keyword("b", priority=2), make_keyword("a", priority=1), make_keyword("c", priority=1, active=False)]


def test_a_test_asks_once_for_one_mention_as_if_never_asked_before() -> None:
    source = Scripted([Batch((make_raw("Kabar\n pertama"),), note="catatan")])
    trial = try_source(source, KEYWORDS)
    assert source.asked == [(["a"], {}, 1)]
    assert (trial.items, trial.title, trial.published_at, trial.note) == (
        1, "Kabar pertama", make_raw().published_at, "catatan",
    )  # fmt: skip
    assert trial.error_kind == ""


@pytest.mark.parametrize("batches", [[], [Batch((make_raw("Kabar"),))]])
def test_what_is_wrong_is_told_with_what_was_read_before(batches: list[Batch]) -> None:
    error = SourceBlocked("a challenge page came", retry_at=NOW + timedelta(hours=1))
    trial = try_source(Scripted(batches, error), KEYWORDS)
    assert (trial.error_kind, trial.error, trial.retry_at) == ("blocked", "a challenge page came", error.retry_at)
    assert trial.items == len(batches)


def test_a_source_without_its_key_is_not_asked() -> None:
    source = Scripted(lacking=("KEY",))
    assert try_source(source, []).needs == ("KEY",)
    assert source.asked == []
    assert try_source(Scripted(), []).searched is False
