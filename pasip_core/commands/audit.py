"""Who changed what."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pasip_core.domain.runs import AuditEntry
from pasip_core.stores.ports import Stores

LOCAL = "local"
"""Who acts while there is no login: the one person at this machine."""


def record(stores: Stores, now: datetime, who: str, action: str, subject: str, **detail: Any) -> None:
    """Add an entry to the audit log."""
    stores.audit.save(AuditEntry(uuid.uuid4().hex, now, who, action, subject, detail))
