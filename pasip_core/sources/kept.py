"""What a process holds while it lives and nowhere else: tokens that a login gave."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, each made once and made anew where it was found to be of no use; safe between threads."""

    def __init__(self) -> None:
        self._values: dict[str, T] = {}
        self._lock = threading.Lock()

    def of(self, key: str, make: Callable[[], T]) -> T:
        """The value under ``key``, made now where there is none. What ``make`` raises is passed on."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]

    def renewed(self, key: str, old: T, make: Callable[[], T]) -> T:
        """Another value than ``old``: the one another thread made meanwhile, or one made now."""
        with self._lock:
            if self._values.get(key, old) is old:
                self._values.pop(key, None)
                self._values[key] = make()
            return self._values[key]


def key_of(*parts: str) -> str:
    """A key that tells accounts apart without holding their passwords."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
