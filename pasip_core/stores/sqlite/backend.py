"""Everything that is kept, in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from pasip_core.domain.coordination import CoordinatedGroup
from pasip_core.domain.influence import Influencer, SetAside
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.names import Alias
from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.domain.quality import Label, Rescoring, Sample
from pasip_core.domain.quotas import Use
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rhythm import Rhythm
from pasip_core.domain.runs import AddressState, AuditEntry, Feed, ImportRun, Move, SourceCursor, SourceInfo, SourceRun
from pasip_core.domain.topic import Topic, TopicRun

from ..cells import COUNTED, OVER_SETS
from .compacting import compact
from .database import SCHEMA_VERSION, Database, migrate
from .leases import SqliteLeases
from .mentions import SqliteMentions
from .records import SqliteRecords
from .series import SqliteSeries
from .stories import SqliteStories

COUNTED_MENTIONS = (
    f"SELECT coalesce(sum({' + '.join(f'{sentiment}_volume' for sentiment in COUNTED)}), 0) "
    f"FROM set_cells WHERE grain = {OVER_SETS}"
)
"""One row a day. Counting the mentions themselves would read an index of all of them."""


class SqliteStores:
    """See ``Stores``. ``zone`` is the zone of days, ``patience`` that of ``Database``."""

    def __init__(self, path: Path, zone: ZoneInfo, patience: float | None = None) -> None:
        self._database = Database(path, patience)
        self.mentions = SqliteMentions(self._database, zone)
        self.stories = SqliteStories(self._database, zone, self.mentions)
        self.metrics = SqliteSeries(self._database, zone)
        self.leases = SqliteLeases(self._database)
        self.keywords = SqliteRecords(self._database, "keywords", Keyword)
        self.feeds = SqliteRecords(self._database, "feeds", Feed)
        self.addresses = SqliteRecords(self._database, "addresses", AddressState)
        self.quota_uses = SqliteRecords(self._database, "quota_uses", Use)
        self.sources = SqliteRecords(self._database, "sources", SourceInfo)
        self.rhythms = SqliteRecords(self._database, "rhythms", Rhythm)
        self.source_runs = SqliteRecords(self._database, "source_runs", SourceRun)
        self.cursors = SqliteRecords(self._database, "cursors", SourceCursor)
        self.imports = SqliteRecords(self._database, "imports", ImportRun)
        self.audit = SqliteRecords(self._database, "audit_log", AuditEntry)
        self.moves = SqliteRecords(self._database, "moves", Move)
        self.aliases = SqliteRecords(self._database, "aliases", Alias)
        self.frozen = SqliteRecords(self._database, "frozen", Frozen)
        self.salts = SqliteRecords(self._database, "salts", Salt)
        self.erased = SqliteRecords(self._database, "erased", Erased)
        self.erasures = SqliteRecords(self._database, "erasures", Erasure)
        self.influencers = SqliteRecords(self._database, "influencers", Influencer)
        self.set_aside = SqliteRecords(self._database, "set_aside", SetAside)
        self.topics = SqliteRecords(self._database, "topics", Topic)
        self.topic_runs = SqliteRecords(self._database, "topic_runs", TopicRun)
        self.samples = SqliteRecords(self._database, "samples", Sample)
        self.labels = SqliteRecords(self._database, "labels", Label)
        self.rescorings = SqliteRecords(self._database, "rescorings", Rescoring)
        self.coordinated_groups = SqliteRecords(self._database, "coordinated_groups", CoordinatedGroup)

    def migrate(self) -> None:
        """See ``Stores``."""
        migrate(self._database)

    def compact(self) -> None:
        """See ``Stores``."""
        compact(self._database)

    def health(self) -> Mapping[str, str]:
        """See ``Stores``."""
        path = self._database.path
        with self._database.reading() as connection:
            mentions = connection.execute(COUNTED_MENTIONS).fetchone()[0]
        return {
            "backend": f"SQLite {sqlite3.sqlite_version}",
            "schema": str(SCHEMA_VERSION),
            "file": str(path),
            "size": f"{path.stat().st_size / 1e6:.1f} MB",
            "mentions": str(mentions),
        }

    def close(self) -> None:
        """See ``Stores``."""
        self._database.close()
