"""The list of outlets in the documentation is the one in the files."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from pasip_core.sources.outlet import Outlet
from pasip_core.sources.outlet_file import load_outlets

ROOT = Path(__file__).parents[1]
REGIONS = {
    "national": "The whole country", "sumatra": "Sumatra", "java": "Java", "kalimantan": "Kalimantan",
    "sulawesi": "Sulawesi", "bali-nusa-tenggara": "Bali and Nusa Tenggara", "maluku": "Maluku", "papua": "Papua",
}  # fmt: skip
KINDS = {"feed": "feed", "sitemap": "sitemap", "index": "index page", "wordpress": "WordPress"}


def row_of(outlet: Outlet) -> str:
    """The outlet's row: who, where, its source id, and how it is read, with how sure each address is."""
    named = Counter((KINDS[listing.kind], listing.confidence) for listing in outlet.listings)
    ways = [f"{kind} {sure}" if number == 1 else f"{number} {kind}s {sure}" for (kind, sure), number in named.items()]
    if outlet.search:
        ways.append(f"search {outlet.search.confidence}")
    if outlet.discover:
        ways.append(f"looked for at the site {outlet.confidence}" if not outlet.listings else "else looked for")
    if outlet.google_news:
        ways.append("Google News by name")
    return f"| [{outlet.label}]({outlet.home}) | `{outlet.name}` | {', '.join(ways)} |"


def test_every_outlet_stands_in_the_documentation_under_its_region() -> None:
    parts = re.split(r"^### (.+)\n", (ROOT / "docs" / "sources.md").read_text("utf-8"), flags=re.MULTILINE)
    shown = {title: [line for line in text.splitlines() if line.startswith("| [")]
             for title, text in zip(parts[1::2], parts[2::2], strict=True)}  # fmt: skip
    outlets = sorted(load_outlets().values(), key=lambda outlet: outlet.label.casefold())
    assert shown == {
        title: [row_of(outlet) for outlet in outlets if outlet.region == region] for region, title in REGIONS.items()
    }


def test_the_readme_counts_the_outlets() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"(\d+) news outlets", readme)) == {str(len(load_outlets()))}
