"""The names in mentions: each stands in its mention with kind and name, so that it goes with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pymongo import DESCENDING, UpdateOne

from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.names import (
    Alias,
    Merged,
    NamedEntity,
    NamesRead,
    NameTotal,
    asked_kinds,
    distinct,
    sorted_totals,
)

from .changes import next_change
from .documents import SHOWN, mention_from, object_id
from .records import MongoRecords
from .selecting import Selection, select
from .server import Document, Server
from .understanding import Understanding
from .writing import BATCH, batches, change

COUNTED = (*SENTIMENTS, PENDING)
NOT_READ: Document = {"names_by": None, "excluded": False}


def name_documents(names: Iterable[NamedEntity]) -> list[Document]:
    """Names within their mention."""
    return [{"id": name.id, "kind": name.kind, "name": name.name} for name in distinct(names)]


def names_from(document: Mapping[str, Any]) -> tuple[NamedEntity, ...]:
    """The names of a mention."""
    return distinct(NamedEntity(name["kind"], name["name"]) for name in document.get("names", ()))


def merged(server: Server) -> Merged:
    """Which names count as one."""
    return Merged(MongoRecords(server, "aliases", Alias).list())


def select_named(server: Server, filters: Filters) -> Selection:
    """The mentions that the filters mean, those of a name and of what was merged into it included."""
    return select(filters, merged(server).members(filters.entity) if filters.entity else ())


@dataclass(frozen=True)
class Naming:
    """See the methods of the same names in ``MentionStore``."""

    server: Server
    zone: ZoneInfo

    def unnamed(self, reader: str, limit: int) -> list[Any]:
        """Not read at all first."""
        found: list[Any] = []
        for query in (NOT_READ, *_read_by_others(reader)):
            if rest := limit - len(found):
                rows = self.server["scraped_data"].find(query, SHOWN).sort("published_at", DESCENDING).limit(rest)
                found += map(mention_from, rows)
        return found

    def count_unnamed(self, reader: str, bound: int | None) -> int:
        """Each of three ranges of an index."""
        limited: dict[str, Any] = {} if bound is None else {"limit": bound}
        queries = (NOT_READ, *_read_by_others(reader))
        counted = sum(self.server["scraped_data"].count_documents(query, **limited) for query in queries)
        return counted if bound is None else min(counted, bound)

    def save_names(self, read: Sequence[NamesRead]) -> int:
        """Batch by batch; how many have other names now."""
        latest = list({one.data_id: one for one in read}.values())
        return sum(self._save(batch) for batch in batches(latest))

    def _save(self, batch: Sequence[NamesRead]) -> int:
        wanted = {one.data_id: one for one in batch}
        done: set[str] = set()

        def plan(known: dict[str, Document]) -> dict[str, UpdateOne]:
            had = self._had(list(known))
            fitting = {
                id: wanted[id]
                for id, state in known.items()
                if not state["excluded"] and state["content_hash"] == wanted[id].content_hash and id not in done
            }
            self._note_reader([one for id, one in fitting.items() if had.get(id, ()) == distinct(one.names)])
            changes = {
                id: change(known[id], {"names": name_documents(one.names), "names_by": one.reader}, self.zone)
                for id, one in fitting.items()
                if had.get(id, ()) != distinct(one.names)
            }
            done.update(set(fitting) - set(changes))
            return changes

        return len(Understanding(self.server, self.zone).apply(list(wanted), plan))

    def _note_reader(self, read: Sequence[NamesRead]) -> None:
        """Their names are what they were: only who read them is another one."""
        if read:
            self.server["scraped_data"].bulk_write(
                [
                    UpdateOne(
                        {"_id": object_id(one.data_id), "content_hash": one.content_hash, "excluded": False},
                        {"$set": {"names_by": one.reader}},
                    )
                    for one in read
                ],
                ordered=False,
            )
            next_change(self.server)

    def _had(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        query = {"_id": {"$in": [object_id(id) for id in ids]}, "excluded": False}
        found = self.server["scraped_data"].find(query, {"names": 1})
        return {str(document["_id"]): names for document in found if (names := names_from(document))}

    def names_of(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        """By id."""
        return {id: names for batch in batches(ids) for id, names in self._had(batch).items()}

    def named(self, id: str) -> NamedEntity | None:
        """From any mention that holds it, else from what people said of names."""
        found = self.server["scraped_data"].find({"names.id": id, "excluded": False}, {"names": 1}).limit(1)
        names = (name for document in found for name in names_from(document))
        return next((name for name in names if name.id == id), None) or merged(self.server).entity(id)

    def known_names(self) -> Iterator[NamedEntity]:
        """Of all mentions, excluded ones too."""
        place = {"kind": "$names.kind", "name": "$names.name"}
        stages: list[Document] = [{"$match": {"names.id": {"$exists": True}}}, {"$unwind": "$names"}]
        for row in self.server["scraped_data"].aggregate([*stages, {"$group": {"_id": place}}], allowDiskUse=True):
            yield NamedEntity(row["_id"]["kind"], row["_id"]["name"])

    def forget_names(self, ids: Sequence[str]) -> int:
        """Until no mention holds one."""
        forgotten: set[str] = set()

        def plan(known: dict[str, Document]) -> dict[str, UpdateOne]:
            query = {"_id": {"$in": [object_id(id) for id in known]}, "names.id": {"$in": list(ids)}}
            left = {
                str(document["_id"]): [name for name in document["names"] if name["id"] not in ids]
                for document in self.server["scraped_data"].find(query, {"names": 1})
            }
            return {id: change(known[id], {"names": names}, self.zone) for id, names in left.items()}

        while True:
            found = self.server["scraped_data"].find({"names.id": {"$in": list(ids)}}, {"_id": 1}).limit(BATCH)
            held = [str(document["_id"]) for document in found]
            if not held:
                return len(forgotten)
            forgotten |= Understanding(self.server, self.zone).apply(held, plan)

    def tally_names(
        self, filters: Filters, kinds: Sequence[str], limit: int | None, only: Sequence[str]
    ) -> list[NameTotal]:
        """Every name as it stands, then those that people merged, each group asked for by itself."""
        said, chosen = merged(self.server), select_named(self.server, filters)
        counts, entities = self._counts(chosen)
        groups = said.groups()
        for main, members in groups.items():
            held = [id for id in members if counts.pop(id, None) is not None]
            entity = said.entity(main)
            if held and entity:
                counts[main], entities[main] = self._tones(chosen, held), entity
        asked, wanted = asked_kinds(kinds), {said.main(id) for id in only}
        totals = [
            NameTotal(entities[id], {tone: count.get(tone, 0) for tone in COUNTED})
            for id, count in counts.items()
            if id not in said.hidden and entities[id].kind in asked and (not only or id in wanted)
        ]
        return sorted_totals(totals, limit)

    def _counts(self, chosen: Selection) -> tuple[dict[str, Counter[str]], dict[str, NamedEntity]]:
        """Mentions by name and sentiment, and the names themselves."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        entities: dict[str, NamedEntity] = {}
        if chosen.to_verify:
            for document in self._verified(chosen):
                for name in names_from(document):
                    counts[name.id][_tone(document, chosen.sentiment)] += 1
                    entities[name.id] = name
            return counts, entities
        place = {"id": "$names.id", "kind": "$names.kind", "name": "$names.name", "tone": _told(chosen.sentiment)}
        stages: list[Document] = [
            {"$match": chosen.query},
            {"$unwind": "$names"},
            {"$group": {"_id": place, "volume": {"$sum": 1}}},
        ]
        for row in self.server["scraped_data"].aggregate(stages, allowDiskUse=True):
            counts[row["_id"]["id"]][row["_id"]["tone"]] += row["volume"]
            entities[row["_id"]["id"]] = NamedEntity(row["_id"]["kind"], row["_id"]["name"])
        return counts, entities

    def _tones(self, chosen: Selection, ids: Sequence[str]) -> Counter[str]:
        """Mentions that hold any of these names, by sentiment."""
        if chosen.to_verify:
            held = (d for d in self._verified(chosen) if {name.id for name in names_from(d)} & set(ids))
            return Counter(_tone(document, chosen.sentiment) for document in held)
        query = {"$and": [chosen.query, {"names.id": {"$in": list(ids)}}]}
        group = {"_id": _told(chosen.sentiment), "volume": {"$sum": 1}}
        rows = self.server["scraped_data"].aggregate([{"$match": query}, {"$group": group}])
        return Counter({row["_id"]: row["volume"] for row in rows})

    def _verified(self, chosen: Selection) -> Iterable[Document]:
        return chosen.holds(self.server["scraped_data"].find(chosen.query, {"words": 0, "raw_data": 0}))


def _read_by_others(reader: str) -> list[Document]:
    """Two ranges of an index, where "not equal" would be read as a filter."""
    return [{"names_by": {sign: reader}, "excluded": False} for sign in ("$lt", "$gt")]


def _told(sentiment: str) -> Document:
    return {"$ifNull": [f"${sentiment}", PENDING]}


def _tone(document: Document, sentiment: str) -> str:
    holder, _, field = sentiment.partition(".")
    return str(document.get(holder, {}).get(field) or PENDING)
