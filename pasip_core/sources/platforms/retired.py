"""Sources that people look for and that are no more: they say so, and what to use instead. Never scheduled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.errors import SourceGone

from ..base import Batch, Source
from ..workbench import Workbench
from .described import Described


def sources(_: Workbench) -> Iterable[Source]:
    """All of them."""
    yield _gone(
        "basic-display",
        "Instagram Basic Display",
        "instagram",
        "Meta shut down Instagram Basic Display on 4 December 2024. Use Instagram: hashtags, professional accounts.",
        "https://developers.facebook.com/docs/instagram-platform",
    )
    yield _gone(
        "crowdtangle",
        "CrowdTangle",
        "facebook",
        "Meta shut down CrowdTangle on 14 August 2024. Add public pages of Facebook one by one instead.",
        "https://transparency.meta.com/researchtools/meta-content-library",
    )
    yield _gone(
        "anonymous-reddit",
        "Reddit JSON without an account",
        "reddit",
        "Reddit answers no anonymous requests for JSON since May 2026. Use Reddit: its feeds, or its API with an app.",
        "https://www.reddit.com",
    )
    yield _gone(
        "tiktok",
        "TikTok Research API",
        "tiktok",
        "TikTok gives its Research API to academics in the US and Europe alone. Import a file of a tool that has it.",
        "https://developers.tiktok.com/products/research-api",
    )


@dataclass(frozen=True)
class Retired(Described):
    """``retired`` says in a sentence or two what became of it and what to use instead."""

    retired: str

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """``SourceGone``, always."""
        raise SourceGone(self.retired, url=self.url)


def _gone(name: str, label: str, platform: str, sentence: str, url: str) -> Retired:
    return Retired(name, label, platform, url, (), sentence)
