"""What the sources of platforms say of themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Described:
    """Name, label, platform and address of a source; ``lacking`` names the settings without which it cannot run."""

    name: str
    label: str
    platform: str
    url: str
    lacking: tuple[str, ...]

    def needs(self) -> tuple[str, ...]:
        """See ``Source``."""
        return self.lacking
