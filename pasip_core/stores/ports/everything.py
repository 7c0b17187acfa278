"""All ports of one store, opened together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol, get_args, get_origin, get_type_hints

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

from .mentions import MentionStore
from .metrics import MetricStore
from .records import Leases, Records
from .stories import StoryStore


class Stores(Protocol):
    """Everything that is kept, opened together by ``connect``."""

    @property
    def mentions(self) -> MentionStore: ...
    @property
    def stories(self) -> StoryStore: ...
    @property
    def metrics(self) -> MetricStore: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def keywords(self) -> Records[Keyword]: ...
    @property
    def feeds(self) -> Records[Feed]: ...
    @property
    def addresses(self) -> Records[AddressState]: ...
    @property
    def quota_uses(self) -> Records[Use]: ...
    @property
    def sources(self) -> Records[SourceInfo]: ...
    @property
    def rhythms(self) -> Records[Rhythm]: ...
    @property
    def source_runs(self) -> Records[SourceRun]: ...
    @property
    def cursors(self) -> Records[SourceCursor]: ...
    @property
    def imports(self) -> Records[ImportRun]: ...
    @property
    def audit(self) -> Records[AuditEntry]: ...
    @property
    def moves(self) -> Records[Move]: ...
    @property
    def aliases(self) -> Records[Alias]: ...
    @property
    def frozen(self) -> Records[Frozen]: ...
    @property
    def salts(self) -> Records[Salt]: ...
    @property
    def erased(self) -> Records[Erased]: ...
    @property
    def erasures(self) -> Records[Erasure]: ...
    @property
    def influencers(self) -> Records[Influencer]: ...
    @property
    def set_aside(self) -> Records[SetAside]: ...
    @property
    def topics(self) -> Records[Topic]: ...
    @property
    def topic_runs(self) -> Records[TopicRun]: ...
    @property
    def samples(self) -> Records[Sample]: ...
    @property
    def labels(self) -> Records[Label]: ...
    @property
    def rescorings(self) -> Records[Rescoring]: ...
    @property
    def coordinated_groups(self) -> Records[CoordinatedGroup]: ...

    def migrate(self) -> None:
        """Bring the schema up to this version; safe to repeat and to run twice at once."""

    def compact(self) -> None:
        """Leave nothing of what was deleted or replaced before: not in free space, logs, or the text index.

        Safe to repeat and to interrupt. May take minutes and need as much space again as the store has; other
        processes wait, or get ``StoreUnavailable``. Raises it, too, where a reader holds on to an old state.
        Where a server keeps copies of its own (replicas' logs, snapshots), they are its operator's to clear.
        """

    def health(self) -> Mapping[str, str]:
        """What ``doctor`` shows: backend, version, where, size."""

    def close(self) -> None:
        """Let go of connections and files."""


@cache
def record_types() -> Mapping[str, type[Any]]:
    """What each collection of ``Stores`` holds, by the name of its property.

    Read from the protocol above, so that a collection that is added there is moved and backed up as well.
    """
    told = {
        name: get_type_hints(attribute.fget)["return"]
        for name, attribute in vars(Stores).items()
        if isinstance(attribute, property)
    }
    return {name: get_args(hint)[0] for name, hint in told.items() if get_origin(hint) is Records}
