"""Labelling a sample by keyboard in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pages.components.labelling import GLANCE
from pasip_core.domain.period import JAKARTA, Period, day_of
from pasip_core.pipeline.rollup import rollup
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import last_week
from tests.browser.calm import press_until
from tests.builders import make_mention
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

TEXTS = 6
READING = 1000 * GLANCE + 100
WORDS = "pasar pagi ramai sekali hari"


@pytest.fixture
def week(stores: Stores) -> Period:
    """The week that ended last, with some mentions in it, counted."""
    found = last_week(datetime.now(UTC), JAKARTA)
    moment = found.start.replace(hour=20)
    assert found.first <= day_of(moment, JAKARTA) <= found.last
    stores.mentions.upsert(
        [make_mention(f"{WORDS} ke-{n}", author=f"label{n}", published_at=moment) for n in range(TEXTS)]
    )
    rollup(stores, owner="test-labelling")
    wait_until(lambda: stores.metrics.sums(found, ("day",)), 60, "the week is counted")
    return found


def test_a_sample_is_labelled_with_the_keys_alone(open_page, stores: Stores, week: Period):
    id = week.first.isoformat()
    for label in stores.labels.list({"week": id}):
        stores.labels.delete(label.id)
    page = open_page("/quality")
    page.locator(".st-key-label_keys").wait_for()  # the week that ended last is chosen to begin with
    wanted = ["positive", "negative", "neutral"]
    for number, key in enumerate(("1", "3", "2"), start=1):
        page.wait_for_timeout(READING)
        press_until(page, key, lambda n=number: len(stores.labels.list({"week": id})) == n, "the label is kept")
        page.get_by_text(f"{number} of ").first.wait_for()
    said = stores.labels.list({"week": id}, order_by="at")
    assert [one.sentiment for one in said] == wanted
    assert [one.data_id for one in said] == list(stores.samples.get(id).ids[:3])
    press_until(page, "u", lambda: len(stores.labels.list({"week": id})) == 2, "the last label is taken back")
    page.locator(f".st-key-label_skip_{said[-1].data_id}").wait_for()  # this text's; the next one's may still be seen
    page.wait_for_timeout(READING)
    press_until(page, "s", lambda: len(stores.labels.list({"week": id})) == 3, "a text is left out")
    assert stores.labels.list({"week": id}, order_by="at")[-1].sentiment == ""
