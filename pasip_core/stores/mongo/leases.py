"""Leases with fencing tokens, by the clock of the server."""

from __future__ import annotations

from datetime import timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from pasip_core.errors import LeaseLost

from ..ports import Fence
from .server import Server


def check(server: Server, fence: Fence) -> None:
    """``LeaseLost`` where another one took it over since."""
    if server["leases"].find_one({"_id": fence.name, "token": fence.token}) is None:
        raise LeaseLost(f"the lease {fence.name} has gone to another process")


class MongoLeases:
    """See ``Leases``."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def acquire(self, name: str, owner: str, seconds: float) -> Fence | None:
        """See ``Leases``. Where it is held, the filter fits nothing, and inserting fails on the name."""
        now = self._server.now()
        with self._server.speaking():
            try:
                taken = self._server["leases"].find_one_and_update(
                    {"_id": name, "$or": [{"until": {"$lte": now}}, {"owner": owner}]},
                    {"$inc": {"token": 1}, "$set": {"owner": owner, "until": now + timedelta(seconds=seconds)}},
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:
                return None
        return Fence(name, int(taken["token"])) if taken else None

    def renew(self, fence: Fence, seconds: float) -> None:
        """See ``Leases``."""
        until = self._server.now() + timedelta(seconds=seconds)
        with self._server.speaking():
            done = self._server["leases"].update_one(
                {"_id": fence.name, "token": fence.token}, {"$set": {"until": until}}
            )
        if not done.matched_count:
            raise LeaseLost(f"the lease {fence.name} has gone to another process")

    def release(self, fence: Fence) -> None:
        """See ``Leases``."""
        with self._server.speaking():
            self._server["leases"].update_one(
                {"_id": fence.name, "token": fence.token}, {"$set": {"until": self._server.now()}}
            )
