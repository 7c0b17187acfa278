"""What the MongoDB backend may say: only what compatible servers share, and nothing that reads a whole collection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pasip_core.stores.mongo.schema import INDEXES

STAGES = {"$match", "$group", "$sort", "$project", "$unwind", "$limit", "$count"}
OPERATORS = STAGES | {
    "$and", "$or", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$ne", "$exists", "$all", "$elemMatch",  # queries
    "$set", "$unset", "$inc", "$max", "$currentDate",  # updates
    "$sum", "$ifNull", "$subtract", "$divide", "$floor", "$multiply", "$cond", "$eq",  # groups
}  # fmt: skip
COMMANDS = {
    "hello", "ismaster", "buildInfo", "ping", "endSessions", "create", "createIndexes", "collMod", "listCollections",
    "find", "aggregate", "insert", "update", "delete", "findAndModify", "count", "dropDatabase", "compact",
}  # fmt: skip
GROWING = {"scraped_data", "sentiment_analysis", "hour_cells", "day_cells", "set_cells"}

Document = dict[str, Any]


def foreign(command: Document) -> set[str]:
    """Commands and operators in it that not every server knows."""
    name = next(iter(command))
    said = set(_operators(command)) if name not in {"collMod", "insert"} else set()
    return (said - OPERATORS) | ({name} - COMMANDS)


def reads_everything(command: Document) -> bool:
    """Whether no index of a growing collection can be entered by what it asks for, nor walked for the first few."""
    name = next(iter(command))
    if name not in {"find", "aggregate", "update", "delete", "count"} or command[name] not in GROWING:
        return False
    if name == "aggregate":
        asked = [command["pipeline"][0].get("$match", {})]
    else:
        asked = {
            "find": [command.get("filter", {})],
            "count": [command.get("query", {})],
            "update": [one["q"] for one in command.get("updates", ())],
            "delete": [one["q"] for one in command.get("deletes", ())],
        }[name]
    entries = {"_id"} | {next(iter(index.document["key"])) for index in INDEXES[command[name]]}
    walked = set(list(command.get("sort", ()))[:1]) if command.get("limit") else set()
    return any(not (_fields(query) | walked) & entries for query in asked)


def _operators(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.startswith("$") and name not in {"$db", "$clusterTime", "$readPreference"}:
                yield name
            yield from _operators(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _operators(inner)


def _fields(query: Document) -> set[str]:
    """Fields that every match is bound by."""
    found = {name for name in query if not name.startswith("$")}
    for part in query.get("$and", ()):
        found |= _fields(part)
    return found
