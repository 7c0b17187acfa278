"""Taking copies out of the small collections and of files under DATA_DIR, and searching both for what is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Protocol

from pasip_core.domain.mention import Mention
from pasip_core.domain.names import Alias, NamedEntity
from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.errors import BackupFileError, InputError
from pasip_core.stores.ports import Kept, Records, Stores

from .copies import BROKEN, blank_lines, holds
from .moving.backup import PARTIAL, remove_if_left
from .moving.rewrite import held, take_out
from .topic_scrubbing import topic_run_without, topic_without

ACTION = "privacy.erase"
REDACTED = "[erased]"
KEPT_ACTIONS = ("keyword.", "feed.", ACTION)
"""Entries about what stays: a keyword or feed that bears the name is told of in the preview and not deleted."""
OF_ACCOUNTS = ("influencers", "set_aside")
"""Collections in which a record is about one account, and goes with it."""
SCRUBBED = (
    "source_runs", "rhythms", "imports", "audit", "cursors", "aliases", "topics", "topic_runs", "coordinated_groups",
    "samples", "labels", *OF_ACCOUNTS,
)  # fmt: skip
DATABASE, QUEUE = "pasip.db", "redis"


class Copies(Protocol):
    """By what copies are recognised."""

    def in_text(self, text: str) -> bool: ...
    def in_table(self, text: str) -> bool: ...
    def in_terms(self, terms: Collection[str]) -> set[str]: ...
    def goes(self, mention: Mention) -> bool: ...
    def is_gone(self, id: str) -> bool: ...
    def is_account(self, platform: str, username: str) -> bool: ...
    def is_behind(self, name: NamedEntity) -> bool: ...
    def add(self, mention: Mention) -> None: ...
    def refused(self, salt: Salt) -> Iterator[Erased]: ...
    @property
    def erasure(self) -> Erasure: ...
    @property
    def addresses(self) -> set[str]: ...


def scrub_records(stores: Stores, copies: Copies) -> int:
    """Redact texts of runs, imports and the audit log, and forget addresses in cursors; how many records."""
    changed = 0
    for collection in SCRUBBED:
        records: Records[Any] = getattr(stores, collection)
        for record in records.list():
            clean = cleaned(collection, record, copies)
            if clean is None:
                records.delete(record.id)
            elif clean != record:
                records.save(clean)
            changed += clean != record
    return changed


def cleaned(collection: str, value: Any, copies: Copies) -> Any:
    """A value of a collection, or a mention with all that is known of it, without the person; ``None``: it goes."""
    if isinstance(value, Alias):
        return None if any(map(copies.is_behind, (value.entity, value.main))) else value
    if isinstance(value, Kept):
        if not copies.goes(value.mention):
            names = tuple(name for name in value.names if not copies.is_behind(name))
            return value if names == value.names else replace(value, names=names)
        copies.add(value.mention)  # the store may have let go of it long ago
        return None
    if collection in OF_ACCOUNTS:
        return None if copies.is_account(value.platform, value.username) else value
    if collection == "cursors":
        position = _without(value.position, lambda text: text in copies.addresses or copies.in_text(text))
        return replace(value, position=position)
    if collection == "samples":
        return replace(value, ids=tuple(id for id in value.ids if not copies.is_gone(id)))
    if collection == "labels":
        return None if copies.is_gone(value.data_id) else value
    if collection == "topics":
        return topic_without(value, copies)
    if collection == "topic_runs":
        return topic_run_without(value, copies)
    if collection == "coordinated_groups":
        return value.without(copies.in_text)
    stays = collection not in SCRUBBED or (collection == "audit" and value.action.startswith(KEPT_ACTIONS))
    return value if stays else redacted(value, copies.in_text)


def search_records(stores: Stores, copies: Copies) -> tuple[int, list[str]]:
    """How many records were searched, and a sentence for each that still tells of the person."""
    searched, findings = 0, []
    for collection in SCRUBBED:
        records: Records[Any] = getattr(stores, collection)
        for record in records.list():
            searched += 1
            if cleaned(collection, record, copies) != record:
                findings.append(f"{type(record).__name__} {record.id} still holds it")
    return searched, findings


def redacted(record: Any, test: Callable[[str], bool]) -> Any:
    """The record with ``[erased]`` in place of each text that passes the test; its id and its source stay."""
    changed = {
        f.name: _redacted(value, test)
        for f in fields(record)
        if f.name not in {"id", "source", "action"}
        and isinstance(value := getattr(record, f.name), str | Mapping | tuple)
    }
    return replace(record, **changed)


def _redacted(value: Any, test: Callable[[str], bool]) -> Any:
    if isinstance(value, str):
        return REDACTED if test(value) else value
    if isinstance(value, Mapping):
        return {key: _redacted(inner, test) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_redacted(inner, test) for inner in value)
    return value


def _without(value: Any, test: Callable[[str], bool]) -> Any:
    """Plain JSON values without the strings that pass the test, and without fields of such names."""
    if isinstance(value, Mapping):
        return {k: _without(v, test) for k, v in value.items() if not test(str(k)) and not _passes(v, test)}
    if isinstance(value, list | tuple):
        return [_without(inner, test) for inner in value if not _passes(inner, test)]
    return value


def _passes(value: Any, test: Callable[[str], bool]) -> bool:
    return isinstance(value, str) and test(value)


def scrub_names(stores: Stores, copies: Copies) -> int:
    """Take the person's names out of mentions that stay; how many mentions."""
    return stores.mentions.forget_names([name.id for name in stores.mentions.known_names() if copies.is_behind(name)])


def search_names(stores: Stores, copies: Copies) -> tuple[int, list[str]]:
    """How many names were searched, and a sentence where one is still the person's."""
    known = list(stores.mentions.known_names())
    found = sum(map(copies.is_behind, known))
    return len(known), [f"{found} names in mentions still hold it; erase again"] if found else []


def scrub_files(data_dir: Path, stores: Stores, copies: Copies) -> tuple[list[str], list[str]]:
    """Take copies out of logs, uploads and backups; sentences on what was done, and on what could not be.

    A file whose import is under way stays: the import takes nothing of the person over, and deletes it at the end.
    """
    under_way = {run.id for run in stores.imports.list({"finished_at": None})}
    done: list[str] = []
    left: list[str] = []
    for path in _files(data_dir):
        if path.parent.name in under_way:
            continue
        try:
            told = _scrub(path.relative_to(data_dir).parts[0], path, stores, copies)
        except InputError:
            left.append(f"{_shown(path, data_dir, copies)} is being written by somebody else; erase again")
            continue
        except BROKEN as error:
            told = f"{_shown(path, data_dir, copies)} cannot be read or written ({type(error).__name__}); look into it"
            left.append(told)
            continue
        done += [told] if told else []
    return done, left


def _scrub(folder: str, path: Path, stores: Stores, copies: Copies) -> str:
    if folder == "logs" and path.suffix == ".log":
        blanked = blank_lines(path, copies.in_text)
        return f"blanked {blanked} lines of {path.name}" if blanked else ""
    if folder == "backups":
        return _scrub_backup(path, stores, copies)
    if folder == "imports" and (copies.in_text(path.name) or holds(path, copies.in_table)):
        path.unlink()
        return f"deleted a file of the import {path.parent.name}"
    return ""


def _scrub_backup(path: Path, stores: Stores, copies: Copies) -> str:
    """A backup of ours is written anew; any other file that holds the person is deleted. A link stands for its file."""
    name, path = _shown(path, path.parent, copies), path.resolve()
    if _is_half("backups", path):
        return f"deleted {name}: half a backup" if remove_if_left(path) else ""
    try:
        found = held(path, _cleaner(copies))
        if not found.anything:
            return ""
        take_out(path, found, stores, _cleaner(copies), copies)
    except BackupFileError:
        if not holds(path, copies.in_table):
            return ""
        path.unlink()
        return f"deleted {name}: it held what was to be erased, and is no backup that can be rewritten"
    mentions = found.by_platform.total()
    return f"rewrote the backup {name}: {mentions} mentions taken out, {found.records} records redacted"


def _is_half(folder: str, path: Path) -> bool:
    """Whether it is a backup that is being written, or that somebody who was killed did not write to its end."""
    return folder == "backups" and path.name.endswith(PARTIAL)


def _cleaner(copies: Copies) -> Callable[[str, Any], Any]:
    return lambda collection, value: cleaned(collection, value, copies)


def search_files(data_dir: Path, copies: Copies) -> tuple[int, list[str]]:
    """How many files were searched, and a sentence for each that still tells of the person."""
    searched, findings = 0, []
    for path in _files(data_dir):
        searched += 1
        folder, shown = path.relative_to(data_dir).parts[0], _shown(path, data_dir, copies)
        if _is_half(folder, path):
            findings.append(f"{shown} is being written; erase again when it is done")
            continue
        try:
            found = _tells(folder, path, copies)
        except BROKEN:
            continue  # told of when it was to be scrubbed
        if found:
            findings.append(f"{shown} still holds it")
    return searched, findings


def _tells(folder: str, path: Path, copies: Copies) -> bool:
    if copies.in_text(path.name):
        return True
    if folder == "backups":
        try:
            return held(path, _cleaner(copies)).anything
        except BackupFileError:
            return holds(path, copies.in_table)
    return holds(path, copies.in_text if folder == "logs" else copies.in_table)


def _shown(path: Path, data_dir: Path, copies: Copies) -> str:
    """The path below the data folder; parts that bear the person's name are not told."""
    return "/".join(REDACTED if copies.in_text(part) else part for part in path.relative_to(data_dir).parts)


def _files(data_dir: Path) -> Iterator[Path]:
    """Every file but those of the database and the queue, which are searched by their own means.

    Links are followed, each folder once: backups and logs are often on another disk.
    """
    walked: set[str] = set()
    for folder, inner, names in os.walk(data_dir, followlinks=True):
        inner[:] = sorted(name for name in inner if _is_new(os.path.join(folder, name), walked))
        for path in (Path(folder, name) for name in sorted(names)):
            top = path.relative_to(data_dir).parts[0]
            if path.is_file() and not top.startswith(DATABASE) and top != QUEUE:
                yield path


def _is_new(folder: str, walked: set[str]) -> bool:
    place = os.path.realpath(folder)
    if place in walked:
        return False
    walked.add(place)
    return True
