"""Storing mentions and taking over what a later sighting tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import day_of
from pasip_core.errors import StoreUnavailable

from ..ports import UpsertCounts
from ..values import sound
from ..words import words_of
from .changes import changing
from .documents import STATE, UNLOOKED, engagement_document, engagement_from, mention_document, text_fields, to_do
from .server import Document, Server, lost_races

T = TypeVar("T")
Write = InsertOne[Document] | UpdateOne
UNREAD: Document = {"names": ..., "names_by": ...}
"""Another text names others."""
BATCH = 500
ATTEMPTS = 50
"""Rounds against other writers of the same mentions; each round somebody gets on."""


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices of at most ``BATCH``."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def states(server: Server, ids: Iterable[ObjectId]) -> dict[str, Document]:
    """What stands of these mentions, without texts; excluded ones too."""
    found = server["scraped_data"].find({"_id": {"$in": list(ids)}}, STATE)
    return {str(document["_id"]): document for document in found}


def add_voices(server: Server, voices: set[tuple[str, str]], known: set[tuple[str, str]]) -> None:
    """Note platforms and sources that are not ``known`` yet, which grows by them."""
    new = voices - known
    if new:
        server["voices"].bulk_write([_voice(*voice) for voice in sorted(new)], ordered=False)
        known |= new


def _voice(platform: str, source: str) -> UpdateOne:
    named = {"platform": platform, "source": source}
    return UpdateOne({"_id": f"{platform}\n{source}"}, {"$set": named}, upsert=True)


def change(state: Document, fields: Document, zone: ZoneInfo) -> UpdateOne:
    """One atomic change of a mention that notes its hour, made only if nobody changed it meanwhile.

    A field set to ``...`` is taken away.
    """
    gone = {name: "" for name, value in fields.items() if value is ...}
    kept = {name: value for name, value in fields.items() if value is not ...}
    update: Document = {"$set": {**kept, **to_do(state["published_at"], zone)}, "$inc": {"revision": 1}}
    if gone:
        update["$unset"] = gone
    return UpdateOne({"_id": state["_id"], "revision": state["revision"]}, update)


@dataclass
class Upsert:
    """Stores batches of mentions; see ``MentionStore.upsert``."""

    server: Server
    zone: ZoneInfo
    voices: set[tuple[str, str]]
    inserted: list[str] = field(default_factory=list)
    updated: set[str] = field(default_factory=set)

    def run(self, mentions: Sequence[Mention]) -> UpsertCounts:
        """Everything, batch by batch."""
        distinct = [sound(mention) for mention in {mention.id: mention for mention in mentions}.values()]
        for batch in batches(distinct):
            self._store(batch)
        changed = len(self.updated - set(self.inserted))
        unchanged = len(distinct) - len(self.inserted) - changed
        return UpsertCounts(len(self.inserted), changed, unchanged, tuple(self.inserted))

    def _store(self, batch: Sequence[Mention]) -> None:
        """Again for as long as another process was faster at some of them."""
        add_voices(self.server, {(m.platform, m.source) for m in batch}, self.voices)
        for _ in range(ATTEMPTS):
            known = states(self.server, (ObjectId(mention.id) for mention in batch))
            fresh = [mention for mention in batch if mention.id not in known]
            changes = {m.id: c for m in batch if m.id in known and (c := self._taken_over(known[m.id], m))}
            if not fresh and not changes:
                return
            moments = [m.published_at for m in fresh] + [known[id]["published_at"] for id in changes]
            with changing(self.server, {day_of(moment, self.zone) for moment in moments}):
                done = self._write(fresh, changes)
            if done:
                return
        raise StoreUnavailable(f"MongoDB at {self.server.hosts}: others keep changing the same mentions; try again")

    def _write(self, fresh: Sequence[Mention], changes: dict[str, UpdateOne]) -> bool:
        """Whether all of it was done."""
        words = words_of([(mention.title, mention.content) for mention in fresh])
        inserts = [InsertOne(mention_document(m, w, self.zone)) for m, w in zip(fresh, words, strict=True)]
        writes: list[Write] = [*inserts, *changes.values()]
        self.updated.update(changes)
        try:
            result = self.server["scraped_data"].bulk_write(writes, ordered=False)
            lost, matched = set[int](), result.matched_count
        except BulkWriteError as error:
            lost, matched = lost_races(error), int((error.details or {})["nMatched"])
        self.inserted += [mention.id for place, mention in enumerate(fresh) if place not in lost]
        return not lost and matched == len(changes)

    def _taken_over(self, state: Document, mention: Mention) -> UpdateOne | None:
        """Engagement and followers where they are told, the text where it changed."""
        if state["excluded"]:
            return None
        fields: Document = {}
        had = engagement_from(state["engagement"])
        merged = had.updated_by(mention.engagement)
        if merged != had:
            fields["engagement"] = engagement_document(merged)
        if mention.author_followers not in (None, state["author_followers"]):
            fields["author_followers"] = mention.author_followers
        if mention.content_hash != state["content_hash"]:
            (words,) = words_of([(mention.title, mention.content)])
            fields |= {**text_fields(mention, words), **UNREAD, "analysis": ..., "topic": ...}
            fields |= {"pending_since": state["published_at"], UNLOOKED: state["published_at"]}
            fields |= {"bands": ..., "fingerprint": ...}
        return change(state, fields, self.zone) if fields else None
