"""What the bodies of jobs share: the stores for as long as a job runs, its name as an owner, and its pace."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

SLICE_SECONDS = 10.0
"""A long work gives its worker back this often, and queues up again behind what came meanwhile."""
LEASE_PAUSE = 1.0


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """The stores, in the process of this job."""
    from pasip_core.stores.connect import connect

    stores = connect(settings, make=False)
    try:
        yield stores
    finally:
        stores.close()


def owner() -> str:
    """Who holds a lease: this process, so that a killed one is told from its successor."""
    return f"{socket.gethostname()}-{os.getpid()}"
