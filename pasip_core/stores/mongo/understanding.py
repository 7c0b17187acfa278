"""Writing what is understood of mentions: analyses, keywords, corrections, and taking mentions out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from pasip_core.domain.analysis import CORRECTION, Analysis, SentimentScores
from pasip_core.domain.period import day_of
from pasip_core.errors import InputError, StoreUnavailable

from ..ports import Matched, Understood
from ..values import check_sentiments
from .changes import changing, move_versions
from .documents import analysis_document, object_id, said_document
from .server import Document, Server, lost_races
from .writing import ATTEMPTS, batches, change, states

Plan = Callable[[dict[str, Document]], dict[str, UpdateOne]]
"""From what stands, the changes still to be made, by id."""


@dataclass(frozen=True)
class Understanding:
    """See the methods of the same names in ``MentionStore``."""

    server: Server
    zone: ZoneInfo

    def save_analyses(self, understood: Sequence[Understood], anew: bool = False) -> int:
        """Batch by batch; how many became current. The mention goes first, its history follows: whoever is killed
        in between finds the history without it, and does both again."""
        for one in understood:
            check_sentiments(one.analysis.sentiment, *one.stances.values())
        return sum(self._save_analyses(batch, anew) for part in _rounds(understood) for batch in batches(part))

    def _save_analyses(self, batch: Sequence[Understood], anew: bool) -> int:
        wanted = {one.analysis.data_id: one for one in batch}
        said = self._said(batch)
        now: dict[str, Document] = {}

        def plan(known: dict[str, Document]) -> dict[str, UpdateOne]:
            now.update(known)
            return {
                id: change(known[id], self._current(known[id], one), self.zone)
                for id, one in wanted.items()
                if id in known and self._becomes_current(known[id], one, said, anew)
            }

        changed = self.apply(list(wanted), plan)
        rows = [
            said_document(one.analysis, one.content_hash, None, now[id]["revision"] + (id in changed))
            for id, one in wanted.items()
            if id in now and _is_of(now[id], one) and (id in changed or one.fits(now[id]["keywords"]))
        ]
        self._append([row for row in rows if row["_id"] not in said])
        return len(changed)

    def _said(self, batch: Sequence[Understood]) -> set[str]:
        keys = [said_document(one.analysis, one.content_hash, None, 0)["_id"] for one in batch]
        return {row["_id"] for row in self.server["sentiment_analysis"].find({"_id": {"$in": keys}}, {"_id": 1})}

    def _becomes_current(self, state: Document, one: Understood, said: set[str], anew: bool) -> bool:
        """Not where text or keywords have changed, a person spoke, or the same was said before: with ``anew``, just
        before."""
        current = state.get("analysis")
        if not _is_of(state, one) or not one.fits(state["keywords"]):
            return False
        if current is None:
            return True
        other = anew and current["model_version"] != one.analysis.model_version
        new = other or said_document(one.analysis, one.content_hash, None, 0)["_id"] not in said
        return new and current["model_version"] != CORRECTION

    def _current(self, state: Document, one: Understood) -> Document:
        """The analysis as the current one, with the stances that no person corrected."""
        kept = {k: s for k, s in state["stances"].items() if k in state["corrected"]}
        stances = {k: one.stances.get(k, one.analysis.sentiment) for k in state["keywords"]} | kept
        return {"analysis": analysis_document(one.analysis), "stances": stances, "pending_since": ...}

    def _append(self, rows: Sequence[Document]) -> None:
        """To the history; what another process appended first stands."""
        if rows:
            try:
                self.server["sentiment_analysis"].bulk_write([InsertOne(row) for row in rows], ordered=False)
            except BulkWriteError as error:
                lost_races(error)

    def apply(self, ids: Sequence[str], plan: Plan) -> set[str]:
        """Make the changes that are planned for these mentions; the ids of those that were changed.

        Where another process was faster, what stands is looked at again and planned anew.
        """
        changed: set[str] = set()
        keys = [object_id(id) for id in ids]
        for _ in range(ATTEMPTS):
            known = states(self.server, keys)
            changes = plan(known)
            if not changes:
                return changed
            days = {day_of(known[id]["published_at"], self.zone) for id in changes}
            with changing(self.server, days):
                done = self.server["scraped_data"].bulk_write(list(changes.values()), ordered=False)
            changed |= set(changes)
            if done.matched_count == len(changes):
                return changed
        raise StoreUnavailable(f"MongoDB at {self.server.hosts}: others keep changing the same mentions; try again")

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """Batch by batch; how many got other keywords."""
        for one in matched:
            check_sentiments(*one.stances.values())
        distinct = list({m.data_id: m for m in matched}.values())
        return sum(self._save_matches({m.data_id: m for m in batch}) for batch in batches(distinct))

    def _save_matches(self, wanted: dict[str, Matched]) -> int:
        now: dict[str, Document] = {}

        def plan(known: dict[str, Document]) -> dict[str, UpdateOne]:
            now.update(known)
            return {
                id: change(known[id], _keywords(known[id], one), self.zone)
                for id, one in wanted.items()
                if id in known and _fits(known[id], one) and set(known[id]["keywords"]) != set(one.keywords)
            }

        changed = self.apply(list(wanted), plan)
        self._note_rules([(now[id], one) for id, one in wanted.items() if id in now.keys() - changed])
        return len(changed)

    def _note_rules(self, matched: Sequence[tuple[Document, Matched]]) -> None:
        """Where keywords are what they were and stay so: only the rules they were matched with are others."""
        notes = [
            UpdateOne({"_id": state["_id"], "revision": state["revision"]}, {"$set": {"rules_revision": one.revision}})
            for state, one in matched
            if _fits(state, one)
        ]
        if notes:
            self.server["scraped_data"].bulk_write(notes, ordered=False)

    def correct(self, id: str, sentiment: str, at: datetime, keyword: str | None) -> None:
        """A person's word, on the whole or towards one keyword; anew for as long as another process is faster."""
        check_sentiments(sentiment)
        for _ in range(ATTEMPTS):
            state = self._correctable(id, keyword)
            said = _correction(state, sentiment, at, keyword)
            with changing(self.server, {day_of(state["published_at"], self.zone)}):
                update = change(state, self._corrected(state, said, keyword), self.zone)
                done = self.server["scraped_data"].bulk_write([update])
            if done.matched_count:
                self._append([said_document(said, state["content_hash"], keyword, state["revision"] + 1)])
                return
        raise StoreUnavailable(f"MongoDB at {self.server.hosts}: others keep changing this mention; try again")

    def _correctable(self, id: str, keyword: str | None) -> Document:
        state = states(self.server, [object_id(id)]).get(id)
        if state is None or state["excluded"]:
            raise InputError(f"mention: {id!r} is not there", field="mention", value=id)
        if keyword is not None and keyword not in state["keywords"]:
            raise InputError(f"keyword: this mention has no {keyword!r}", field="keyword", value=keyword)
        return state

    def _corrected(self, state: Document, said: Analysis, keyword: str | None) -> Document:
        if keyword is None:
            return self._current(state, Understood(state["content_hash"], said))
        return {
            "stances": {**state["stances"], keyword: said.sentiment},
            "corrected": sorted({*state["corrected"], keyword}),
        }

    def exclude(self, ids: Sequence[str]) -> int:
        """Batch by batch; how many were not excluded yet."""

        def plan(known: dict[str, Document]) -> dict[str, UpdateOne]:
            return {
                id: change(state, {"excluded": True, "pending_since": ...}, self.zone)
                for id, state in known.items()
                if not state["excluded"]
            }

        return sum(len(self.apply(batch, plan)) for batch in batches(ids))

    def remove_excluded(self, limit: int) -> int:
        """Remove what no number counts any more; a mention goes after its history, so that none is left behind."""
        query = {"excluded": True, "pending_hours": {"$exists": False}}
        found = list(self.server["scraped_data"].find(query, {"published_at": 1}).limit(min(limit, 500)))
        if not found:
            return 0
        keys = [document["_id"] for document in found]
        self.server["sentiment_analysis"].delete_many({"data_id": {"$in": keys}})
        gone = self.server["scraped_data"].delete_many({"_id": {"$in": keys}, "excluded": True}).deleted_count
        move_versions(self.server, {day_of(document["published_at"], self.zone) for document in found})
        return gone


def _rounds(understood: Sequence[Understood]) -> list[list[Understood]]:
    """In each round a mention comes once: what is said of it later is told by what was said before."""
    rounds: list[dict[str, Understood]] = []
    for one in understood:
        id = one.analysis.data_id
        free = next((part for part in rounds if id not in part), None)
        if free is None:
            rounds.append(free := {})
        free[id] = one
    return [list(part.values()) for part in rounds]


def _is_of(state: Document, one: Understood | Matched) -> bool:
    return not state["excluded"] and bool(state["content_hash"] == one.content_hash)


def _fits(state: Document, one: Matched) -> bool:
    said_by = (state.get("analysis") or {}).get("model_version")
    return _is_of(state, one) and one.fits(state["keywords"], said_by)


def _keywords(state: Document, one: Matched) -> Document:
    """Other keywords, and the stances that go with them."""
    new, old = set(one.keywords), set(state["keywords"])
    stances = {k: s for k, s in state["stances"].items() if k in new}
    corrected = [k for k in state["corrected"] if k in new]
    if said := state.get("analysis"):
        whole = said["sentiment"], said["model_version"]
        told = {k: one.told(k, *whole) for k in new.difference(corrected)}
        stances |= {k: s or whole[0] for k, s in told.items() if s or k not in old}
    return {"keywords": sorted(new), "stances": stances, "corrected": corrected, "rules_revision": one.revision}


def _correction(state: Document, sentiment: str, at: datetime, keyword: str | None) -> Analysis:
    keywords = (keyword,) if keyword else tuple(state["keywords"])
    return Analysis(
        str(state["_id"]), sentiment, 1.0, SentimentScores.certain(sentiment), at, CORRECTION,
        emotion=(state.get("analysis") or {}).get("emotion"), keywords_mentioned=keywords,
    )  # fmt: skip
