"""Everything that is kept, on one MongoDB server or cluster."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from zoneinfo import ZoneInfo

from pymongo.errors import OperationFailure

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

from .leases import MongoLeases
from .mentions import MongoMentions
from .records import MongoRecords
from .schema import SCHEMA_VERSION, migrate
from .series import MongoSeries
from .server import Server, bounded
from .stories import MongoStories

GROWING = ("scraped_data", "sentiment_analysis")


class MongoStores:
    """See ``Stores``. ``zone`` is the zone of days; ``patience`` bounds, in seconds, the wait for each answer.

    ``SettingError`` for an address that cannot be read.
    """

    def __init__(self, address: str, zone: ZoneInfo, patience: float | None = None) -> None:
        self._server = Server(address, {} if patience is None else bounded(patience))
        self.mentions = MongoMentions(self._server, zone)
        self.stories = MongoStories(self._server, zone)
        self.metrics = MongoSeries(self._server, zone)
        self.leases = MongoLeases(self._server)
        self.keywords = MongoRecords(self._server, "keywords", Keyword)
        self.feeds = MongoRecords(self._server, "feeds", Feed)
        self.addresses = MongoRecords(self._server, "addresses", AddressState)
        self.quota_uses = MongoRecords(self._server, "quota_uses", Use)
        self.sources = MongoRecords(self._server, "sources", SourceInfo)
        self.rhythms = MongoRecords(self._server, "rhythms", Rhythm)
        self.source_runs = MongoRecords(self._server, "source_runs", SourceRun)
        self.cursors = MongoRecords(self._server, "cursors", SourceCursor)
        self.imports = MongoRecords(self._server, "imports", ImportRun)
        self.audit = MongoRecords(self._server, "audit_log", AuditEntry)
        self.moves = MongoRecords(self._server, "moves", Move)
        self.aliases = MongoRecords(self._server, "aliases", Alias)
        self.frozen = MongoRecords(self._server, "frozen", Frozen)
        self.salts = MongoRecords(self._server, "salts", Salt)
        self.erased = MongoRecords(self._server, "erased", Erased)
        self.erasures = MongoRecords(self._server, "erasures", Erasure)
        self.influencers = MongoRecords(self._server, "influencers", Influencer)
        self.set_aside = MongoRecords(self._server, "set_aside", SetAside)
        self.topics = MongoRecords(self._server, "topics", Topic)
        self.topic_runs = MongoRecords(self._server, "topic_runs", TopicRun)
        self.samples = MongoRecords(self._server, "samples", Sample)
        self.labels = MongoRecords(self._server, "labels", Label)
        self.rescorings = MongoRecords(self._server, "rescorings", Rescoring)
        self.coordinated_groups = MongoRecords(self._server, "coordinated_groups", CoordinatedGroup)

    def migrate(self) -> None:
        """See ``Stores``."""
        migrate(self._server)

    def compact(self) -> None:
        """See ``Stores``. Freed space goes back to the files where the server lets this account ask for it; its
        journal, the log for its replicas and its snapshots run out by themselves, or are its operator's to clear."""
        with closing(self._server.patient()) as patient, patient.speaking():
            for collection in GROWING:
                with suppress(OperationFailure):
                    patient.database.command("compact", collection)

    def health(self) -> Mapping[str, str]:
        """See ``Stores``."""
        with self._server.speaking():
            version = self._server.database.command("buildInfo")["version"]
            mentions = self._server["scraped_data"].estimated_document_count()
        return {
            "backend": f"MongoDB {version}",
            "schema": str(SCHEMA_VERSION),
            "server": self._server.hosts,
            "database": self._server.name,
            "mentions": str(mentions),
        }

    def close(self) -> None:
        """See ``Stores``."""
        self._server.close()
