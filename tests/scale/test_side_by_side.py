"""Four processes that write, and pages that read meanwhile: nobody fails, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import pytest

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from tests.contracts.helpers import EVER, TODAY, everything, roll_up
from tests.scale.questions import page_questions
from tests.scale.sample import MENTIONS, sample_stores
from tests.scale.writers import OWN, SHARED, WRITERS, batches, writers

BATCHES = 3
WEEK = Period(TODAY - timedelta(days=6), TODAY)


@pytest.mark.slow
def test_four_writers_and_the_pages_do_each_other_no_harm(tmp_path: Path) -> None:
    stores = sample_stores(tmp_path)
    waiting = stores.mentions.count_unanalysed()
    questions = [ask for _, ask in page_questions(stores, WEEK)]
    seen = [stores.metrics.sums(EVER, ())[0].volume]
    with writers(tmp_path, BATCHES) as working:
        working.go()
        for ask in cycle(questions):
            ask()
            seen.append(stores.metrics.sums(EVER, ())[0].volume)
            if not working.at_work():
                break
    assert seen == sorted(seen), "numbers only grew, and were never half written"
    roll_up(stores)

    written = {mention.id: mention for writer in range(WRITERS) for mention in all_of(writer)}
    stored = {mention.id: mention for mention in stores.mentions.stream(everything())}
    assert len(written) == BATCHES * (WRITERS * OWN + SHARED)
    assert len(stored) == MENTIONS + len(written)
    assert all(stored[id].analysis and stored[id].content == mention.content for id, mention in written.items())
    assert stores.mentions.count_unanalysed() == waiting
    assert stores.metrics.sums(EVER, ())[0].volume == len(stored)
    for day in stores.metrics.days():
        assert set(stores.metrics.read(day).cells) == set(stores.mentions.numbers(day).cells)
    with stores._database.writing() as connection:  # type: ignore[attr-defined]
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.execute("INSERT INTO mention_text (mention_text) VALUES ('integrity-check')")
    stores.close()


def all_of(writer: int) -> list[Mention]:
    return [mention for batch in islice(batches(writer), BATCHES) for mention in batch]
