"""What a store promises of stories: fingerprints that follow their mention, and copies that come together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention, content_hash
from pasip_core.domain.period import Period
from pasip_core.domain.stories import Alike, Fingerprint
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import EVER, TODAY, everything, ids, roll_up

MINUTE = timedelta(minutes=1)


def mention(number: int, **changes: object) -> Mention:
    return make_mention(f"kabar nomor {number}", published_at=NOW + number * MINUTE, **changes)


def printed(one: Mention, bands: Sequence[int] = (7, -9)) -> Fingerprint:
    return Fingerprint(one.id, one.content_hash, 3, b"\1\0\0\0", tuple(bands))


def alike(stores: Stores, *bands: int) -> set[str]:
    return {one.story for one in stores.stories.alike(bands, NOW - MINUTE, NOW + timedelta(days=1))}


def test_a_new_mention_is_unlooked_until_it_is_marked(stores: Stores):
    first, second = mention(1), mention(2)
    stores.mentions.upsert([first, second])
    assert ids(stores.stories.unlooked(10)) == [second.id, first.id]
    assert ids(stores.stories.unlooked(1)) == [second.id]
    assert (stores.stories.count_unlooked(), stores.stories.count_unlooked(bound=1)) == (2, 1)
    assert stores.stories.mark_looked([printed(first)]) == 1
    assert stores.stories.mark_looked([printed(first)]) == 0
    assert ids(stores.stories.unlooked(10)) == [second.id]


def test_texts_of_a_period_are_looked_at_again_where_that_is_asked_for(stores: Stores):
    mentions = [mention(number) for number in range(3)]
    before = make_mention("kabar kemarin", published_at=NOW - timedelta(days=1))
    gone = mention(4)
    stores.mentions.upsert([before, *mentions, gone])
    stores.stories.mark_looked([printed(one) for one in (before, *mentions[:2], gone)])
    stores.mentions.exclude([gone.id])
    assert stores.stories.look_again(Period(TODAY, TODAY)) == 2
    assert stores.stories.look_again(Period(TODAY, TODAY)) == 0
    assert ids(stores.stories.unlooked(10)) == ids(reversed(mentions))
    assert stores.stories.mark_looked([printed(one) for one in mentions]) == 3


def test_texts_are_found_by_any_band_within_the_time_asked_for(stores: Stores):
    first, second = mention(1), mention(2)
    stores.mentions.upsert([first, second])
    stores.stories.keep_fingerprints([printed(first, (1, 2)), printed(second, (2, 3))], NOW)
    assert alike(stores, 2, 5) == {first.cluster_id, second.cluster_id}
    assert alike(stores, 3) == {second.cluster_id}
    assert alike(stores) == set()
    start = second.published_at
    assert stores.stories.alike([2], start, start + MINUTE) == [Alike(second.cluster_id, 3, b"\1\0\0\0")]
    assert stores.stories.alike([2], start - MINUTE, start) == [Alike(first.cluster_id, 3, b"\1\0\0\0")]


def test_a_fingerprint_is_replaced_and_forgotten_with_time(stores: Stores):
    one = mention(1)
    stores.mentions.upsert([one])
    stores.stories.keep_fingerprints([printed(one, (1,))], NOW)
    stores.stories.keep_fingerprints([printed(one, (2,))], NOW)
    assert (alike(stores, 1), alike(stores, 2)) == (set(), {one.cluster_id})
    assert stores.stories.forget_fingerprints(NOW) == 0
    assert stores.stories.forget_fingerprints(NOW + MINUTE) == 1
    assert alike(stores, 2) == set()


def test_another_text_forgets_what_the_old_one_was_recognised_by(stores: Stores):
    one = mention(1)
    stores.mentions.upsert([one])
    stores.stories.keep_fingerprints([printed(one)], NOW)
    stores.stories.mark_looked([printed(one)])
    digest = content_hash("", "lain")
    stores.mentions.upsert([replace(one, content="lain", content_hash=digest, cluster_id=digest)])
    assert alike(stores, 7) == set()
    assert ids(stores.stories.unlooked(10)) == [one.id]
    stores.stories.keep_fingerprints([printed(one)], NOW)
    assert stores.stories.mark_looked([printed(one)]) == 0
    assert alike(stores, 7) == set()


def test_what_is_excluded_is_not_found_and_what_is_removed_leaves_nothing(stores: Stores):
    one = mention(1)
    stores.mentions.upsert([one])
    stores.stories.keep_fingerprints([printed(one)], NOW)
    stores.mentions.exclude([one.id])
    assert (alike(stores, 7), stores.stories.unlooked(10), stores.stories.count_unlooked()) == (set(), [], 0)
    assert stores.stories.begins([one.cluster_id]) == {}
    roll_up(stores)
    stores.mentions.remove_excluded(10)
    assert stores.stories.forget_fingerprints(NOW + MINUTE) == 0


def test_joining_stories_moves_their_mentions_and_their_numbers(stores: Stores):
    first, second, third = (mention(number) for number in (1, 2, 3))
    stores.mentions.upsert([first, second, third])
    roll_up(stores)
    mark, version = stores.mentions.watermark(), stores.metrics.versions(EVER)
    assert stores.stories.save_stories({second.cluster_id: first.cluster_id, third.cluster_id: first.cluster_id}) == 2
    assert stores.mentions.watermark() != mark
    assert stores.metrics.versions(EVER) != version
    assert len(stores.mentions.touched_days(10)) == 1
    roll_up(stores)
    (total,) = stores.metrics.sums(EVER, ())
    assert (total.volume, total.count) == (3, 1)
    assert stores.stories.begins([first.cluster_id, second.cluster_id]) == {
        first.cluster_id: (first.published_at, first.id)
    }
    assert stores.stories.save_stories({second.cluster_id: first.cluster_id}) == 0
    assert stores.stories.save_stories({}) == 0


def test_many_mentions_come_to_another_story(stores: Stores):
    made = [make_mention("sama", id=f"{n:024x}", published_at=NOW + n * MINUTE) for n in range(1200)]
    other = mention(1)
    stores.mentions.upsert([*made, other])
    assert stores.stories.save_stories({made[0].cluster_id: other.cluster_id}) == 1200
    assert stores.mentions.count(Filters(EVER, story=other.cluster_id)).value == 1201


def test_stories_are_tallied_loudest_first(stores: Stores):
    made = [make_mention("sama", id=f"{n:024x}", published_at=NOW + n * timedelta(days=1)) for n in range(1, 4)]
    stores.mentions.upsert([*made, mention(1)])
    for _ in range(2):
        told = stores.mentions.tally(everything(), ("story",), limit=1)
        assert [(total.by["story"], total.volume) for total in told] == [(made[0].cluster_id, 3)]
        (total,) = stores.mentions.tally(everything(), (), stories=True)
        assert (total.volume, total.count) == (4, 4)
        roll_up(stores)


def test_a_mention_that_moves_takes_its_story_along_and_is_looked_at_again(stores: Stores, other_stores: Stores):
    first, second = mention(1), mention(2)
    stores.mentions.upsert([first, second])
    stores.stories.save_stories({second.cluster_id: first.cluster_id})
    stores.stories.mark_looked([printed(first), printed(second)])
    other_stores.mentions.keep(stores.mentions.kept())
    assert {m.cluster_id for m in other_stores.stories.unlooked(10)} == {first.cluster_id}
