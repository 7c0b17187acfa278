"""Leases: one holder at a time, and a late one finds out."""

from __future__ import annotations

import time

import pytest

from pasip_core.errors import LeaseLost
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores


def test_only_one_holds_it(stores: Stores, store_settings: Settings) -> None:
    other = connect(store_settings)
    assert stores.leases.acquire("rollup", "a", 60) is not None
    assert other.leases.acquire("rollup", "b", 60) is None
    assert other.leases.acquire("topics", "b", 60) is not None
    other.close()


def test_after_giving_back_the_next_one_gets_a_higher_token(stores: Stores) -> None:
    first = stores.leases.acquire("rollup", "a", 60)
    assert first is not None
    stores.leases.release(first)
    second = stores.leases.acquire("rollup", "b", 60)
    assert second is not None
    assert second.token > first.token


def test_one_that_ran_out_can_be_taken_over_and_the_late_holder_finds_out(stores: Stores) -> None:
    late = stores.leases.acquire("rollup", "a", 0.05)
    assert late is not None
    deadline = time.monotonic() + 5
    taken = None
    while taken is None and time.monotonic() < deadline:
        taken = stores.leases.acquire("rollup", "b", 60)
    assert taken is not None
    with pytest.raises(LeaseLost):
        stores.leases.renew(late, 60)
    stores.leases.release(late)
    assert stores.leases.acquire("rollup", "c", 60) is None, "a late release must not free what another one holds"
    stores.leases.renew(taken, 60)


def test_renewing_holds_it_longer(stores: Stores) -> None:
    fence = stores.leases.acquire("rollup", "a", 0.2)
    assert fence is not None
    stores.leases.renew(fence, 60)
    time.sleep(0.3)
    assert stores.leases.acquire("rollup", "b", 60) is None
