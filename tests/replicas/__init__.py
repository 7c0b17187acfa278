"""Local stand-ins of every source: real HTTP servers that can also misbehave. See ``python -m tests.replicas``."""

from .server import STATES, Asked, Page, Replica
from .sites import OUTLETS, GoogleNews, Site, World, open_world, replica_outlets
from .stories import Story, article_html, atom, make_stories, news_sitemap, path_of, rss

__all__ = [
    "OUTLETS", "STATES", "Asked", "GoogleNews", "Page", "Replica", "Site", "Story", "World", "article_html", "atom",
    "make_stories", "news_sitemap", "open_world", "path_of", "replica_outlets", "rss",
]  # fmt: skip
