"""Lists that are paged through: nothing is missed wherever runs end, what is new comes first, late ones come too."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceBadQuery
from pasip_core.sources.back_by_page import Post, PostPage, Read, Walk

OVERLAP = 5.0


def mention(mark: int) -> RawMention:
    return RawMention("x", "x", f"{mark}", datetime.fromtimestamp(mark, UTC), url=f"https://x.test/{mark}")


@dataclass
class Numbers:
    """A platform whose posts are numbers, shown newest first."""

    marks: list[int] = field(default_factory=list)
    size: int = 3
    asked: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def by_post(self, after: str, room: int) -> PostPage:
        """Goes on below a post."""
        self.asked.append(after)
        older = [mark for mark in sorted(self.marks, reverse=True) if not after or mark < int(after)]
        shown = older[: self.size]
        return PostPage([Post(mark, str(mark), mention(mark)) for mark in shown], more=len(older) > len(shown))

    def by_token(self, token: str, room: int) -> PostPage:
        """Goes on at a token, which stays where it is while posts are added above."""
        self.asked.append(token)
        if token in self.lost:
            raise SourceBadQuery("no such token")
        left = int(token) if token else len(self.marks)
        shown = list(reversed(self.marks[max(0, left - min(self.size, room)) : left]))
        dated = [(datetime.fromtimestamp(mark, UTC), mention(mark)) for mark in shown]
        return PostPage.by_token(dated, str(left - len(shown)) if left > len(shown) else "")


def run(read: Read, walk: Walk, *, room: int = 100, batches: int = 100, **more: float) -> tuple[list[int], Walk]:
    """What one run gives that is killed after so many batches, and the walk as it was written down last."""
    given_ = []
    for number, (mentions, reached) in enumerate(walk.back(read, room=room, **more), 1):
        given_ += [int(each.content) for each in mentions]
        walk = Walk.from_json(json.loads(json.dumps(reached.as_json())))
        if number == batches:
            break
    return given_, walk


BOTH = pytest.mark.parametrize("way", [Numbers.by_post, Numbers.by_token])
ENDS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6), st.integers(1, 4)), max_size=12)


@BOTH
@settings(deadline=None, max_examples=300)
@given(ends=ENDS, size=st.integers(1, 4), overlap=st.sampled_from([0.0, OVERLAP]))
def test_wherever_runs_end_and_whatever_comes_meanwhile_nothing_is_missed(
    way: Callable[[Numbers, str, int], PostPage], ends: list[tuple[int, int, int]], size: int, overlap: float
) -> None:
    site, walk, seen = Numbers(list(range(1, 9)), size), Walk(), set()
    for new, room, batches in ends:
        top = site.marks[-1]
        site.marks += range(top + 1, top + 1 + new)
        told, walk = run(lambda at, room: way(site, at, room), walk, room=room, batches=batches, overlap=overlap)
        assert len(told) <= room
        seen.update(told)
    for _ in range(10):
        told, walk = run(lambda at, room: way(site, at, room), walk, overlap=overlap)
        seen.update(told)
    assert seen == set(site.marks)
    assert walk == Walk(float(site.marks[-1]), float(site.marks[-1]))


@BOTH
def test_what_is_new_comes_before_the_rest(way: Callable[[Numbers, str, int], PostPage]) -> None:
    site = Numbers(list(range(1, 10)))
    _, walk = run(lambda at, room: way(site, at, room), Walk(), room=3)
    site.marks += [10, 11]
    assert run(lambda at, room: way(site, at, room), walk, room=4)[0] == [11, 10, 6, 5]


@BOTH
def test_runs_that_are_killed_after_each_page_come_to_the_end(way: Callable[[Numbers, str, int], PostPage]) -> None:
    site, walk = Numbers(list(range(1, 10))), Walk()
    seen = set[int]()
    for _ in range(4):
        told, walk = run(lambda at, room: way(site, at, room), walk, batches=1, overlap=OVERLAP)
        seen.update(told)
    assert seen == set(site.marks)


def test_a_page_that_holds_more_than_was_asked_for_is_given_whole() -> None:
    site = Numbers(list(range(1, 10)))
    first, walk = run(lambda at, room: site.by_token(at, 3), Walk(), room=2)
    assert [*first, *run(lambda at, room: site.by_token(at, 3), walk)[0]] == list(range(9, 0, -1))


def test_late_ones_are_found_after_a_rest_that_took_several_runs() -> None:
    site = Numbers(list(range(10, 50, 2)))
    _, walk = run(site.by_post, Walk(), room=4, overlap=OVERLAP)
    site.marks += [47, 50, 52, 54, 56]
    seen = set[int]()
    for _ in range(8):
        told, walk = run(site.by_post, walk, room=6, overlap=OVERLAP)
        seen.update(told)
    assert 47 in seen


def test_a_token_that_has_aged_costs_the_rest_and_nothing_else() -> None:
    site = Numbers(list(range(1, 10)))
    _, walk = run(site.by_token, Walk(), room=3)
    site.lost, site.marks = {walk.at}, [*site.marks, 10]
    told, walk = run(site.by_token, walk)
    assert (told, walk) == ([10], Walk(10.0, 10.0))
    site.lost = {""}
    with pytest.raises(SourceBadQuery):
        run(site.by_token, walk)


def test_pages_that_repeat_themselves_end_it() -> None:
    site = Numbers(list(range(1, 10)))
    assert run(lambda at, room: site.by_post("", room), Walk())[0] == [9, 8, 7, 9, 8, 7]


def test_a_platform_that_always_shows_the_newest_is_not_asked_on_and_on() -> None:
    site = Numbers(list(range(1, 10)))

    def read(at: str, room: int) -> PostPage:
        site.marks.append(site.marks[-1] + 1)
        return site.by_post("", room)

    assert run(read, Walk())[0] == [10, 9, 8, 11, 10, 9]


def test_a_token_that_leads_to_itself_ends_it() -> None:
    same = PostPage.by_token([(datetime.fromtimestamp(9, UTC), mention(9))], "again")
    assert run(lambda at, room: same, Walk())[0] == [9, 9]


def test_an_old_post_among_new_ones_does_not_end_a_list() -> None:
    site = Numbers([1, 2, 3, 4, 5, 6, 7, 2, 8, 9])
    assert run(site.by_token, Walk(3.0, 3.0))[0] == [9, 8, 7, 6, 5, 4]


@pytest.mark.parametrize(
    "kept", [None, 3, {}, {"known": "x"}, {"known": True, "at": "7"}, {"known": float("nan")}, {"at": "7", "floor": 2}]
)
def test_what_cannot_be_read_counts_as_never_read(kept: object) -> None:
    assert Walk.from_json(kept, never=7.0) == Walk(7.0, 7.0)
