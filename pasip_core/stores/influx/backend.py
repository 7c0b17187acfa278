"""A document store whose series are also in InfluxDB."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ..ports import Stores
from .series import InfluxSeries
from .server import InfluxServer


class InfluxStores:
    """See ``Stores``. Opening asks nothing of InfluxDB: mentions are collected while it is away."""

    def __init__(self, documents: Stores, server: InfluxServer, zone: ZoneInfo) -> None:
        self._documents, self._server = documents, server
        self.mentions = documents.mentions
        self.stories = documents.stories
        self.metrics = InfluxSeries(documents.metrics, documents.leases, server, zone)
        self.leases = documents.leases
        self.keywords = documents.keywords
        self.feeds = documents.feeds
        self.addresses = documents.addresses
        self.quota_uses = documents.quota_uses
        self.sources = documents.sources
        self.rhythms = documents.rhythms
        self.source_runs = documents.source_runs
        self.cursors = documents.cursors
        self.imports = documents.imports
        self.audit = documents.audit
        self.moves = documents.moves
        self.aliases = documents.aliases
        self.frozen = documents.frozen
        self.salts = documents.salts
        self.erased = documents.erased
        self.erasures = documents.erasures
        self.influencers = documents.influencers
        self.set_aside = documents.set_aside
        self.topics = documents.topics
        self.topic_runs = documents.topic_runs
        self.samples = documents.samples
        self.labels = documents.labels
        self.rescorings = documents.rescorings
        self.coordinated_groups = documents.coordinated_groups

    def migrate(self) -> None:
        """See ``Stores``: the bucket, too, and in it every day that has numbers."""
        self._documents.migrate()
        self._server.prepare()
        self.metrics.fill()

    def compact(self) -> None:
        """See ``Stores``. Series hold numbers alone, nothing of a person."""
        self._documents.compact()

    def health(self) -> Mapping[str, str]:
        """See ``Stores``."""
        return {**self._documents.health(), **self._server.health()}

    def close(self) -> None:
        """See ``Stores``."""
        self._server.close()
        self._documents.close()
