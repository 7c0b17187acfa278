"""The sites: six outlets, any feed, Google News; and the outlet files that point at them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pasip_core.sources.outlet_file import BUILT_IN, load_outlets

from .server import Page, Replica
from .stories import Story, article_html, atom, make_stories, news_sitemap, path_of, rss

OUTLETS = ("detik", "kompas", "tempo", "antaranews", "cnnindonesia", "tribunnews")
XML = "application/rss+xml"
SITEMAP = "application/xml"
NOBODY = "http://127.0.0.1:9"
"""A private address, which the collector refuses to ask: for platforms that have no part in a world."""
EMPTY_SEARCH = "<p>Hasil tidak ditemukan. Coba kata kunci lain.</p>"
LINKS = {
    "detik": '<article><h3 class="media__title"><a href="{url}">{title}</a></h3></article>',
    "kompas": '<div class="articleItem"><a class="article-link" href="{url}"><h3>{title}</h3></a></div>',
    "antaranews": '<div class="card__post"><a href="{url}">{title}</a></div>',
}


@dataclass
class Site:
    """The pages of one outlet. ``stories`` may be changed while it is served."""

    outlet: str
    stories: list[Story]
    base: str = ""
    announced: int = 100
    """How many of the newest stories feeds tell of; search finds them all."""

    def address(self, story: Story) -> str:
        return self.base + path_of(self.outlet, story)

    def __call__(self, path: str) -> Page | None:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        told = [(story, self.address(story)) for story in self.stories[: self.announced]]
        if re.search(r"sitemap[\w-]*\.xml$", parts.path):
            return Page(news_sitemap(told), SITEMAP)
        if parts.path.endswith("/atom.xml"):
            return Page(atom(told), "application/atom+xml")
        if (
            "rss" in parts.path
            or parts.path.startswith("/index.php")
            or parts.path.endswith((".xml", "/feed"))
            or (re.fullmatch(r"/[a-z]+", parts.path) and self.outlet == "tempo")
        ):
            return Page(rss(told, self.outlet), XML)
        if parts.path.startswith("/search"):
            return self._search(query)
        if parts.path in ("/", "/indeks", "/terkini"):
            return self._links(self.stories[: self.announced] if query.get("page", "1") == "1" else [])
        return self._article(parts.path, query)

    def _search(self, query: Mapping[str, str]) -> Page:
        words = query.get("q", query.get("query", "")).lower().replace('"', " ").split()
        hits = [s for s in self.stories if all(w in f"{s.title} {' '.join(s.paragraphs())}".lower() for w in words)]
        return self._links(hits if query.get("page", "1") == "1" else [])

    def _links(self, stories: list[Story]) -> Page:
        form = LINKS.get(self.outlet, '<p><a href="{url}">{title}</a></p>')
        links = "".join(form.format(url=path_of(self.outlet, s), title=html.escape(s.title)) for s in stories)
        named = f'<link rel="alternate" type="application/rss+xml" href="{self.base}/feed">'
        return Page(f"<html><head>{named}</head><body>{links or EMPTY_SEARCH}</body></html>".encode())

    def _article(self, path: str, query: Mapping[str, str]) -> Page | None:
        story = next((s for s in self.stories if path_of(self.outlet, s) == path), None)
        if story is None:
            return None
        whole = query.get("single") == "1" or query.get("page") == "all"
        page = None if whole else int(query.get("page", "1")) if query.get("page", "1").isdigit() else 1
        return Page(article_html(self.outlet, story, self.base + path, page).encode())


@dataclass
class GoogleNews:
    """The feed of a query over the titles of other sites, and of an outlet that nobody collects."""

    sites: list[Site] = field(default_factory=list)
    base: str = ""
    unknown: bool = True

    def __call__(self, path: str) -> Page | None:
        parts = urlsplit(path)
        if parts.path != "/rss/search":
            return None
        asked = re.sub(r"\bwhen:\w+", "", parse_qs(parts.query).get("q", [""])[0])
        words = asked.lower().replace('"', " ").split()
        hits = [(s, site) for site in self.sites for s in site.stories if all(w in s.title.lower() for w in words)]
        items = [self._item(s, s.title, site.base, site.outlet.title()) for s, site in hits]
        if self.unknown and hits:
            items.append(
                self._item(hits[0][0], "Judul dari media lain yang tidak dikumpulkan", "https://lain.test", "Lain")
            )
        body = "".join(items)
        return Page(f'<?xml version="1.0"?><rss version="2.0"><channel><title>"{html.escape(asked)}" - Google Berita'
                    f"</title>{body}</channel></rss>".encode(), XML)  # fmt: skip

    def _item(self, story: Story, title: str, origin: str, name: str) -> str:
        key = f"CBMi{abs(hash((title, origin))):x}"
        return (
            f"<item><title>{html.escape(title)} - {name}</title><link>{self.base}/rss/articles/{key}?oc=5</link>"
            f'<guid isPermaLink="false">{key}</guid><pubDate>{format_datetime(story.published_at)}</pubDate>'
            f'<source url="{origin}">{name}</source></item>'
        )


def replica_outlets(base_urls: Mapping[str, str], folder: Path) -> Path:
    """Write outlet files into ``folder`` that are the built-in ones but point at local servers; the others are off."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, base in base_urls.items():
        text = (BUILT_IN / f"{name}.toml").read_text("utf-8")
        text = re.sub(r'^(url|home) = "https?://[^/"]+', rf'\1 = "{base}', text, flags=re.MULTILINE)
        text = re.sub(r"^skip_hosts = .*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"^hosts = .*$", f'hosts = ["{urlsplit(base).netloc}"]', text, flags=re.MULTILINE)
        (folder / f"{name}.toml").write_text(text, "utf-8")
    for name in set(load_outlets()) - set(base_urls):  # nothing real is asked
        (folder / f"{name}.toml").write_text(f'name = "{name}"\nactive = false\n', "utf-8")
    return folder


@dataclass
class World:
    """Every site at once, running."""

    replicas: dict[str, Replica]
    sites: dict[str, Site]
    google: Replica
    gdelt: Replica
    outlets_dir: Path
    platforms_file: Path

    @property
    def hosts(self) -> str:
        """What to put into PRIVATE_HOSTS_ALLOWED."""
        return ",".join(replica.host for replica in (*self.replicas.values(), self.google, self.gdelt))

    def settings(self) -> dict[str, object]:
        """Settings that point a program at this world."""
        return {
            "private_hosts_allowed": self.hosts,
            "outlets_dir": self.outlets_dir,
            "platforms_file": self.platforms_file,
        }


def open_world(
    stack: ExitStack, folder: Path, *, stories: int = 12, port: int = 0, now: datetime | None = None
) -> World:
    """Serve the six outlets, a plain feed (``feed``), Google News and GDELT; files for them go into ``folder``."""
    from .aggregators import Gdelt

    replicas, sites = {}, {}
    for number, name in enumerate((*OUTLETS, "feed")):
        site = sites[name] = Site(name, make_stories(number + 1, stories, now))
        replica = replicas[name] = stack.enter_context(Replica(site, port + number if port else 0))
        site.base = replica.url
    news = GoogleNews([sites[name] for name in OUTLETS])
    google = stack.enter_context(Replica(news, port + len(replicas) if port else 0))
    news.base = google.url
    replica_outlets({name: replicas[name].url for name in OUTLETS}, folder)
    platforms = folder.with_name(f"{folder.name}-platforms.toml")
    gdelt = stack.enter_context(Replica(Gdelt(), port + len(replicas) + 1 if port else 0))
    told = {"google-news": google.url, "gdelt": f"{gdelt.url}/api/v2", "reddit": NOBODY}
    platforms.write_text("".join(f'["{name}"]\nbase = "{base}"\ndelay = 0.0\n' for name, base in told.items()), "utf-8")
    return World(replicas, sites, google, gdelt, folder, platforms)
