"""What people say of names: that two are one, or that one is none. Each of it can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from pasip_core.domain.names import Alias, Merged, NamedEntity
from pasip_core.errors import InputError
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record


def merge(stores: Stores, id: str, into: str, *, who: str = LOCAL) -> Alias:
    """Have the name count as another one, with all that counts as it. ``InputError`` where that cannot be.

    Nothing is computed anew: names are merged when they are asked for.
    """
    name, main = _find(stores, id), _find(stores, into)
    merged = Merged(stores.aliases.list())
    if merged.main(into) == id or into == id:
        raise InputError(f"name: {main.shown!r} counts as {name.shown!r} already; undo that first", field="name")
    return _save(stores, name, main, "name.merge", who)


def hide(stores: Stores, id: str, *, who: str = LOCAL) -> Alias:
    """Leave the name out of lists. What is said of it stays where it is."""
    return _save(stores, _find(stores, id), None, "name.hide", who)


def undo(stores: Stores, id: str, *, who: str = LOCAL) -> None:
    """Let the name stand for itself again. ``InputError`` where nobody merged or hid it."""
    said = stores.aliases.get(id)
    if said is None:
        raise InputError(f"name: {id[:60]!r} was neither merged nor hidden", field="name", value=id)
    stores.aliases.delete(id)
    _note(stores, said, "name.undo", datetime.now(UTC), who)


def _find(stores: Stores, id: str) -> NamedEntity:
    found = stores.mentions.named(id)
    if found is None:
        raise InputError(f"name: no mention holds {id[:60]!r} (any more); choose another one", field="name", value=id)
    return found


def _save(stores: Stores, name: NamedEntity, main: NamedEntity | None, action: str, who: str) -> Alias:
    now = datetime.now(UTC)
    into = (main.id, main.kind, main.name) if main else ("", "", "")
    said = Alias(name.id, name.kind, name.name, *into, now, who)
    stores.aliases.save(said)
    _note(stores, said, action, now, who)
    return said


def _note(stores: Stores, said: Alias, action: str, now: datetime, who: str) -> None:
    """Into the audit log; and whoever remembers what names counted as looks again."""
    into = {} if said.hides else {"into": said.main.shown}
    record(stores, now, who, action, said.entity.shown, kind=said.kind, **into)
    stores.metrics.move_version(now.date())
