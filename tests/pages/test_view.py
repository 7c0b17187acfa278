"""Addresses and what they mean."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.view import Choices, View, join, read, split, write
from pasip_core.domain.period import JAKARTA, Period

KNOWN = Choices(
    today=date(2026, 11, 24),
    zone=JAKARTA,
    keywords=("jokowi", "prabowo"),
    platforms=("twitter", "news"),
    sources=("detik", "Kompas, Jakarta"),
    languages=("id", "en"),
)


def test_a_link_shows_the_view_it_was_copied_from():
    link = {"from": "2019-04-01", "to": "2019-05-31", "keyword": "jokowi,prabowo", "sentiment": "negative"}
    reading = read(link, KNOWN)
    assert reading.dropped == ()
    assert reading.view.period == Period(date(2019, 4, 1), date(2019, 5, 31))
    assert reading.view.keywords == ("jokowi", "prabowo")
    assert reading.view.sentiments == ("negative",)
    assert write(reading.view) == link


def test_the_ordinary_view_has_an_empty_address():
    assert write(View()) == {}
    assert View().filters(KNOWN).period == Period(date(2026, 11, 18), date(2026, 11, 24))


def test_an_address_may_name_any_accounts_within_reason():
    view = View(accounts=("@siti, tono", "100%"), without=("spam",))
    assert read(write(view), KNOWN).view == view
    assert (view.filters(KNOWN).accounts, view.filters(KNOWN).without) == (view.accounts, view.without)
    assert view.narrowed()
    reading = read({"account": "a" * 201 + ",siti"}, KNOWN)
    assert (reading.view.accounts, reading.dropped) == (("siti",), ("account",))


def test_a_value_with_a_comma_stays_one_value():
    view = View(sources=("Kompas, Jakarta", "detik"))
    assert read(write(view), KNOWN).view == view


@given(st.lists(st.text(min_size=1), unique=True))
def test_splitting_undoes_joining(values: list[str]):
    assert split(join(values)) == values


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"from": "2019-13-99"}, ("from",)),
        ({"from": "2019-05-31", "to": "2019-04-01"}, ("from", "to")),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ("from", "to")),
        ({"from": "1990-01-01", "to": "2099-01-01"}, ("from", "to")),
        ({"keyword": "jokowi,nobody"}, ("keyword",)),
        ({"sentiment": "furious"}, ("sentiment",)),
        ({"platform": "'; drop table mentions; --"}, ("platform",)),
        ({"text": "x" * 5000}, ("text",)),
        ({"lang": "xx"}, ("lang",)),
        ({"mention": "../../etc/passwd"}, ("mention",)),
        ({"order": "random"}, ("order",)),
        ({"compare": "everything"}, ("compare",)),
    ],
)
def test_what_means_nothing_is_dropped_and_named(params: dict[str, str], names: tuple[str, ...]):
    assert read(params, KNOWN).dropped == names


def test_what_is_good_beside_something_bad_is_kept():
    assert read({"keyword": "jokowi,nobody", "sentiment": "furious"}, KNOWN).view.keywords == ("jokowi",)


@pytest.mark.parametrize("given", [{"from": "2026-11-01"}, {"to": "2026-11-01"}])
def test_one_day_alone_is_completed(given: dict[str, str]):
    period = read(given, KNOWN).view.period
    assert period is not None
    assert date(2026, 11, 1) in (period.first, period.last)


@given(st.dictionaries(st.sampled_from(["from", "to", "keyword", "text", "sentiment", "lang", "mention"]), st.text()))
def test_no_address_is_too_strange(params: dict[str, str]):
    view = read(params, KNOWN).view
    assert read(write(view), KNOWN).view == view
