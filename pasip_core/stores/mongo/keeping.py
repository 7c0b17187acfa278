"""Mentions with everything known of them, read and written whole as they move between stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from pasip_core.domain.period import day_of
from pasip_core.errors import StoreUnavailable

from ..ports import Kept, Said
from ..values import check_sentiments, sound
from ..words import words_of
from .changes import changing, next_change
from .documents import SHOWN, analysis_document, analysis_from, mention_document, mention_from, object_id, said_document
from .naming import name_documents, names_from
from .server import Document, Server, lost_races
from .writing import ATTEMPTS, add_voices, batches


def kept_after(server: Server, after: str, limit: int) -> list[Kept]:
    """See ``MentionStore.kept``. Of a history only what the mention read has behind it: more may have come since."""
    beyond = {"_id": {"$gt": object_id(after)}} if after else {}
    documents = list(server["scraped_data"].find(beyond, SHOWN).sort("_id", 1).limit(limit))
    histories = _histories(server, [document["_id"] for document in documents])
    return [_kept(document, histories[document["_id"]]) for document in documents]


def _histories(server: Server, keys: Sequence[ObjectId]) -> dict[ObjectId, list[Document]]:
    found: dict[ObjectId, list[Document]] = defaultdict(list)
    for row in server["sentiment_analysis"].find({"data_id": {"$in": list(keys)}}).sort("number", 1):
        found[row["data_id"]].append(row)
    return found


def _kept(document: Document, history: Iterable[Document]) -> Kept:
    id = str(document["_id"])
    said = tuple(
        Said(analysis_from(id, row), row["content_hash"], row["keyword"])
        for row in history
        if row["number"] <= document["revision"]
    )
    return Kept(
        mention_from(document), said, tuple(document["corrected"]), document["excluded"], document.get("topic", ""),
        names_from(document), document.get("names_by", ""),
    )  # fmt: skip


@dataclass(frozen=True)
class Keeping:
    """See ``MentionStore.keep``."""

    server: Server
    zone: ZoneInfo
    voices: set[tuple[str, str]]

    def keep(self, kept: Sequence[Kept]) -> None:
        """Batch by batch: first the mentions, each in one write, then their histories.

        Whoever is killed in between finds the same to do again.
        """
        distinct = [replace(one, mention=sound(one.mention)) for one in {k.mention.id: k for k in kept}.values()]
        for one in distinct:
            object_id(one.mention.id)
            check_sentiments(*one.sentiments())
        for batch in batches(distinct):
            add_voices(self.server, {(k.mention.platform, k.mention.source) for k in batch}, self.voices)
            self._replace(batch)

    def _replace(self, batch: Sequence[Kept]) -> None:
        words = words_of([(one.mention.title, one.mention.content) for one in batch])
        left = dict(zip((one.mention.id for one in batch), zip(batch, words, strict=True), strict=True))
        for _ in range(ATTEMPTS):
            keys = [ObjectId(id) for id in left]
            found = self.server["scraped_data"].find({"_id": {"$in": keys}}, {"revision": 1, "published_at": 1})
            old = {str(document["_id"]): document for document in found}
            moments = [one.mention.published_at for one, _ in left.values()]
            moments += [document["published_at"] for document in old.values()]
            with changing(self.server, {day_of(moment, self.zone) for moment in moments}):
                self._note_days(old.values())
                lost = self._write([self._document(one, words, old) for one, words in left.values()], old)
                self._replace_histories([one for id, (one, _) in left.items() if id not in lost])
            left = {id: left[id] for id in lost}
            if not left:
                return
        raise StoreUnavailable(f"MongoDB at {self.server.hosts}: others keep changing the same mentions; try again")

    def _note_days(self, documents: Iterable[Document]) -> None:
        """The days of what is replaced: the new document notes only its own."""
        days = {day_of(document["published_at"], self.zone).toordinal() for document in documents}
        if days:
            change = next_change(self.server)
            marks = [UpdateOne({"_id": day}, {"$max": {"change": change}}, upsert=True) for day in days]
            self.server["touched_days"].bulk_write(marks, ordered=False)

    def _document(self, one: Kept, words: Sequence[str], old: dict[str, Document]) -> Document:
        mention = one.mention
        before = old.get(mention.id, {}).get("revision", 0)
        document = mention_document(mention, words, self.zone) | {
            "stances": dict(mention.stances),
            "corrected": sorted(one.corrected),
            "excluded": one.excluded,
            "revision": max(before, len(one.said)) + 1,
        }
        if one.topic:
            document["topic"] = one.topic
        if one.names_by:
            document |= {"names": name_documents(one.names), "names_by": one.names_by}
        if mention.analysis is not None:
            document["analysis"] = analysis_document(mention.analysis)
        if mention.analysis is not None or one.excluded:
            del document["pending_since"]
        return document

    def _write(self, documents: Sequence[Document], old: dict[str, Document]) -> set[str]:
        """The ids of those that another process changed first."""
        writes = [
            ReplaceOne({"_id": d["_id"], "revision": old[str(d["_id"])]["revision"]}, d)
            if str(d["_id"]) in old
            else InsertOne(d)
            for d in documents
        ]
        try:
            matched = self.server["scraped_data"].bulk_write(writes, ordered=False).matched_count
        except BulkWriteError as error:
            lost_races(error)
            matched = -1
        if matched == len(old):
            return set()
        stored = self.server["scraped_data"].find({"_id": {"$in": [d["_id"] for d in documents]}}, {"revision": 1})
        revisions = {document["_id"]: document["revision"] for document in stored}
        return {str(d["_id"]) for d in documents if revisions.get(d["_id"]) != d["revision"]}

    def _replace_histories(self, kept: Sequence[Kept]) -> None:
        rows = [
            said_document(said.analysis, said.content_hash, said.keyword, number)
            for one in kept
            for number, said in enumerate(one.said, start=1)
        ]
        writes = [ReplaceOne({"_id": row["_id"], "data_id": row["data_id"]}, row, upsert=True) for row in rows]
        keys = [ObjectId(one.mention.id) for one in kept]
        self.server["sentiment_analysis"].delete_many(
            {"data_id": {"$in": keys}, "_id": {"$nin": [row["_id"] for row in rows]}}
        )
        if writes:
            self.server["sentiment_analysis"].bulk_write(writes, ordered=False)
