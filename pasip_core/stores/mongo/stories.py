"""Stories: looking texts up by what they are recognised by, and bringing copies together.

What a text is recognised by lies in its mention, and so goes with it and with its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, UpdateOne

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.stories import Alike, Fingerprint
from pasip_core.errors import StoreUnavailable

from .changes import changing
from .documents import SHOWN, UNLOOKED, mention_from, milliseconds
from .server import Document, Server
from .writing import ATTEMPTS, BATCH, batches, change, states

PRINT = ("bands", "fingerprint")
WAITING: Document = {UNLOOKED: {"$exists": True}, "excluded": False}


@dataclass(frozen=True)
class MongoStories:
    """See ``StoryStore``."""

    server: Server
    zone: ZoneInfo

    def unlooked(self, limit: int) -> list[Mention]:
        """See ``StoryStore``."""
        if not limit:
            return []
        with self.server.speaking():
            found = self.server["scraped_data"].find(WAITING, SHOWN).sort([(UNLOOKED, DESCENDING)]).limit(limit)
            return [mention_from(document) for document in found]

    def count_unlooked(self, *, bound: int | None = None) -> int:
        """See ``StoryStore``."""
        with self.server.speaking():
            if bound is None:
                return self.server["scraped_data"].count_documents(WAITING)
            return self.server["scraped_data"].count_documents(WAITING, limit=bound)

    def look_again(self, period: Period) -> int:
        """See ``StoryStore``."""
        asked = {
            "published_at": {"$gte": period.start, "$lt": period.end}, "excluded": False, UNLOOKED: {"$exists": False},
        }  # fmt: skip
        noted = 0
        with self.server.speaking():
            found = self.server["scraped_data"].find(asked, {"published_at": 1})
            while batch := list(islice(found, BATCH)):
                writes = [
                    UpdateOne({"_id": one["_id"], UNLOOKED: asked[UNLOOKED]}, {"$set": {UNLOOKED: one["published_at"]}})
                    for one in batch
                ]
                noted += self.server["scraped_data"].bulk_write(writes, ordered=False).modified_count
        return noted

    def keep_fingerprints(self, fingerprints: Sequence[Fingerprint], at: datetime) -> None:
        """See ``StoryStore``."""
        with self.server.speaking():
            for batch in batches(fingerprints):
                writes = [UpdateOne(_same_text(one), _kept(one, at)) for one in batch]
                self.server["scraped_data"].bulk_write(writes, ordered=False)

    def mark_looked(self, fingerprints: Sequence[Fingerprint]) -> int:
        """See ``StoryStore``."""
        marked = 0
        with self.server.speaking():
            for batch in batches(fingerprints):
                writes = [
                    UpdateOne({**_same_text(one), UNLOOKED: {"$exists": True}}, {"$unset": {UNLOOKED: ""}})
                    for one in batch
                ]
                marked += self.server["scraped_data"].bulk_write(writes, ordered=False).modified_count
        return marked

    def forget_fingerprints(self, before: datetime) -> int:
        """See ``StoryStore``."""
        old = {"fingerprint.looked_at": {"$lt": milliseconds(before)}}
        with self.server.speaking():
            return self.server["scraped_data"].update_many(old, {"$unset": dict.fromkeys(PRINT, "")}).modified_count

    def alike(self, bands: Sequence[int], start: datetime, end: datetime) -> list[Alike]:
        """See ``StoryStore``."""
        if not bands:
            return []
        asked = {"bands": {"$in": list(bands)}, "excluded": False, "published_at": {"$gte": start, "$lt": end}}
        with self.server.speaking():
            found = self.server["scraped_data"].find(asked, {"cluster_id": 1, "fingerprint": 1})
            return list(
                dict.fromkeys(
                    Alike(document["cluster_id"], said["words"], bytes(said["sketch"]))
                    for document in found
                    if (said := document.get("fingerprint"))
                )
            )

    def begins(self, stories: Sequence[str]) -> dict[str, tuple[datetime, str]]:
        """See ``StoryStore``."""
        found: dict[str, tuple[datetime, str]] = {}
        order = [("published_at", ASCENDING), ("_id", ASCENDING)]
        with self.server.speaking():
            for story in stories:
                asked = {"cluster_id": story, "excluded": False}
                for document in self.server["scraped_data"].find(asked, {"published_at": 1}).sort(order).limit(1):
                    found[story] = document["published_at"], str(document["_id"])
        return found

    def save_stories(self, joined: Mapping[str, str]) -> int:
        """See ``StoryStore``. A mention that another process changes meanwhile is looked at again."""
        moved = 0
        with self.server.speaking():
            for batch in batches(list(joined.items())):
                moved += self._move(dict(batch))
        return moved

    def _move(self, joined: Mapping[str, str]) -> int:
        moved, lost = 0, 0
        asked = {"cluster_id": {"$in": list(joined)}, "excluded": False}
        while lost < ATTEMPTS:
            found = list(self.server["scraped_data"].find(asked, {"cluster_id": 1}).limit(BATCH))
            if not found:
                return moved
            now = states(self.server, [document["_id"] for document in found])
            changes = [
                change(state, {"cluster_id": joined[document["cluster_id"]]}, self.zone)
                for document in found
                if (state := now.get(str(document["_id"]))) and not state["excluded"]
            ]
            with changing(self.server, {day_of(state["published_at"], self.zone) for state in now.values()}):
                done = self.server["scraped_data"].bulk_write(changes, ordered=False).matched_count if changes else 0
            moved += done
            lost += done < len(found)
        raise StoreUnavailable(f"MongoDB at {self.server.hosts}: others keep changing the same mentions; try again")


def _same_text(one: Fingerprint) -> Document:
    return {"_id": ObjectId(one.data_id), "content_hash": one.content_hash, "excluded": False}


def _kept(one: Fingerprint, at: datetime) -> Document:
    if not one.bands:
        return {"$unset": dict.fromkeys(PRINT, "")}
    kept = {"words": one.words, "sketch": one.sketch, "looked_at": milliseconds(at)}
    return {"$set": {"bands": list(one.bands), "fingerprint": kept}}
