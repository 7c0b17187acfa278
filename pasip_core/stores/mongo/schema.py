"""Collections, their indexes and, where the server knows them, validators."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure

from pasip_core.domain.analysis import SENTIMENTS
from pasip_core.errors import StoreSchemaMismatch

from .documents import TOUCHED, UNLOOKED
from .server import NOT_ALLOWED, Document, Server

SCHEMA_VERSION = 2

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NEWEST = [("excluded", ASCENDING), ("published_at", DESCENDING), ("_id", DESCENDING)]


def _index(name: str, *keys: tuple[str, int], **options: Any) -> IndexModel:
    return IndexModel(list(keys), name=name, **options)


INDEXES: dict[str, list[IndexModel]] = {
    "scraped_data": [
        # a page of a period, newest or oldest first; its bounded count; numbers of a day; the span
        _index("by_time", *_NEWEST),
        # the same for one keyword, or several
        _index("by_keyword", ("keywords", ASCENDING), *_NEWEST),
        # the same for platforms
        _index("by_platform", ("platform", ASCENDING), *_NEWEST),
        # the same for sources, so that a quiet one is found in a long period
        _index("by_source", ("source", ASCENDING), *_NEWEST),
        # the same for accounts: whoever is looked at alone
        _index("by_author", ("author", ASCENDING), *_NEWEST),
        # the same for one topic
        _index("by_topic", ("topic", ASCENDING), *_NEWEST),
        # text search: mentions with all of these words
        _index("by_word", ("words", ASCENDING), *_NEWEST),
        # what enrichment has to do, newest first; only mentions that have the field
        _index("to_analyse", ("pending_since", DESCENDING), sparse=True),
        # what rollup has to do, newest first; only mentions that have the field
        _index("to_roll_up", (TOUCHED, DESCENDING), sparse=True),
        # the mentions of a story; the first of them
        _index("of_story", ("cluster_id", ASCENDING), *_NEWEST),
        # whose text was not looked at for copies yet, newest first; only mentions that have the field
        _index("to_look", (UNLOOKED, DESCENDING), sparse=True),
        # texts that may be copies of one; only mentions that have the field
        _index("by_band", ("bands", ASCENDING), sparse=True),
        # what was looked at long ago; only mentions that have the field
        _index("by_look", ("fingerprint.looked_at", ASCENDING), sparse=True),
        # what was matched with other rules
        _index("to_rematch", ("rules_revision", ASCENDING), ("excluded", ASCENDING)),
        # what another model read than the present one; only mentions that have an analysis
        _index("by_model", ("analysis.model_version", ASCENDING), ("excluded", ASCENDING), sparse=True),
        # mentions that hold a name, newest first
        _index("by_name", ("names.id", ASCENDING), *_NEWEST),
        # what names have to be read in, newest first: nobody did, or another reader
        _index("to_name", ("names_by", ASCENDING), *_NEWEST),
    ],
    "sentiment_analysis": [
        # the history of a mention, newest first
        _index("of_mention", ("data_id", ASCENDING), ("number", DESCENDING)),
    ],
    "hour_cells": [
        # hours of a keyword
        _index("by_hour", ("keyword", ASCENDING), ("platform", ASCENDING), ("day", ASCENDING), ("hour", ASCENDING)),
        # replacing a day, and forgetting old hours
        _index("of_day", ("day", ASCENDING), ("version", ASCENDING)),
        _index("old_hours", ("hour", ASCENDING)),
    ],
    "day_cells": [
        # days of a keyword
        _index("by_day", ("keyword", ASCENDING), ("platform", ASCENDING), ("day", ASCENDING)),
        # replacing a day
        _index("of_day", ("day", ASCENDING), ("version", ASCENDING)),
    ],
    "set_cells": [
        # unions over all mentions
        _index("by_day", ("grain", ASCENDING), ("day", ASCENDING)),
        # unions of keywords
        _index("by_keyword", ("grain", ASCENDING), ("keywords", ASCENDING), ("day", ASCENDING)),
        # replacing a day
        _index("of_day", ("day", ASCENDING), ("version", ASCENDING)),
    ],
    "day_versions": [],
    "open_writes": [
        # whether a day is being written
        _index("by_day", ("days", ASCENDING)),
    ],
    "source_runs": [
        # the latest runs, of all sources and of one
        _index("by_start", ("started_at", DESCENDING), ("_id", DESCENDING)),
        _index("of_source", ("source", ASCENDING), ("started_at", DESCENDING), ("_id", DESCENDING)),
    ],
    "audit_log": [
        # the latest entries
        _index("by_time", ("at", DESCENDING), ("_id", DESCENDING)),
    ],
}

_TEXT, _TIME = {"bsonType": "string"}, {"bsonType": "date"}
_COUNT = {"bsonType": ["int", "long", "null"]}
VALIDATORS: dict[str, Document] = {
    "scraped_data": {
        "bsonType": "object",
        "required": ["source", "platform", "content", "published_at", "scraped_at", "keywords", "engagement",
                     "content_hash", "revision"],
        "properties": {
            **dict.fromkeys(("source", "platform", "content", "url", "title", "author", "content_hash"), _TEXT),
            **dict.fromkeys(("published_at", "scraped_at"), _TIME),
            "author_followers": _COUNT,
            "engagement": {"bsonType": "object", "properties": dict.fromkeys(("likes", "shares", "comments"), _COUNT)},
            "keywords": {"bsonType": "array", "items": _TEXT},
        },
    },
    "sentiment_analysis": {
        "bsonType": "object",
        "required": ["data_id", "sentiment", "confidence", "sentiment_scores", "processed_at", "model_version"],
        "properties": {"sentiment": {"enum": list(SENTIMENTS)}, "processed_at": _TIME, "model_version": _TEXT},
    },
    "keywords": {
        "bsonType": "object",
        "required": ["keyword", "active", "priority", "created_at", "updated_at"],
        "properties": {"keyword": _TEXT, "active": {"bsonType": "bool"}, "created_at": _TIME, "updated_at": _TIME},
    },
}  # fmt: skip


def migrate(server: Server) -> None:
    """Bring the database to ``SCHEMA_VERSION``; safe to repeat, and for two processes at once."""
    with server.speaking():
        version = (server["schema"].find_one({"_id": "schema"}) or {}).get("version", 0)
    if version > SCHEMA_VERSION:
        raise StoreSchemaMismatch(
            f"{server.name} at {server.hosts} was made by a newer version of this program (schema {version}, "
            f"known {SCHEMA_VERSION}); update the program"
        )
    if version < SCHEMA_VERSION:
        with closing(server.patient()) as patient, patient.speaking():
            if version:
                _step_up(patient)
            _build(patient)


def _step_up(server: Server) -> None:
    """What documents of version 1 lack."""
    server["scraped_data"].update_many({UNLOOKED: {"$exists": False}}, {"$set": {UNLOOKED: BEGINNING}})


def _build(server: Server) -> None:
    for collection, indexes in INDEXES.items():
        _make(server, collection)
        if indexes:
            server[collection].create_indexes(indexes)
    for collection, rule in VALIDATORS.items():
        _make(server, collection)
        _validate(server, collection, rule)
    server["schema"].update_one({"_id": "schema"}, {"$max": {"version": SCHEMA_VERSION}}, upsert=True)


def _make(server: Server, collection: str) -> None:
    try:
        server.database.create_collection(collection)
    except (CollectionInvalid, OperationFailure) as error:
        if collection not in server.database.list_collection_names():
            raise error


def _validate(server: Server, collection: str, rule: Document) -> None:
    """Compatible servers may not know validators; the program checks what it writes all the same."""
    try:
        server.database.command("collMod", collection, validator={"$jsonSchema": rule}, validationLevel="moderate")
    except OperationFailure as error:
        if error.code == NOT_ALLOWED:
            raise
