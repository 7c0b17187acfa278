"""Stores with something in every part, their checksums, and a process that moves them and can be killed.

``python -m tests.core.moving_kit ACTION FROM TO`` moves and prints a dot whenever it gets on.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from pasip_core.domain.coordination import Account, CoordinatedGroup, Evidence
from pasip_core.domain.influence import Influencer, SetAside
from pasip_core.domain.metrics import Cell, DayNumbers, SetCell
from pasip_core.domain.names import Alias, NamedEntity
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.domain.quality import Label, Rescoring, Sample
from pasip_core.domain.quotas import Use
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rhythm import Rhythm
from pasip_core.domain.runs import AddressState, AuditEntry, Feed, ImportRun, SourceCursor, SourceInfo, SourceRun
from pasip_core.domain.topic import Term, Topic, TopicRun
from pasip_core.pipeline.moving import StoreContents, backup, move, restore
from pasip_core.pipeline.moving.contents import sum_of
from pasip_core.pipeline.moving.parts import all_parts
from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite import SqliteStores
from tests.builders import NOW, make_keyword
from tests.contracts.filling import KEYWORDS, fill
from tests.contracts.helpers import TODAY, everything

ROOT = Path(__file__).parents[2]
KILLS = 10
LONG_AGO = TODAY - timedelta(days=400)


def open_store(path: Path) -> SqliteStores:
    """The embedded store in this file."""
    stores = SqliteStores(path, JAKARTA)
    stores.migrate()
    return stores


def fill_everything(stores: Stores, mentions: int = 200) -> None:
    """Something in every part, and a day with numbers whose mentions are gone."""
    fill(stores, mentions)
    for keyword in KEYWORDS:
        stores.keywords.save(make_keyword(keyword, rule='"a" OR b', aliases=("é",), monitoring_start=NOW))
    stores.feeds.save(Feed("f1", "Detik", "https://rss.example/?a=1", NOW, active=False))
    stores.sources.save(SourceInfo("youtube", "YouTube", "youtube", "", ("YOUTUBE_API_KEY",)))
    for n in range(30):
        stores.source_runs.save(SourceRun(f"r{n}", "detik", NOW + timedelta(microseconds=n), None, n, note="catatan"))
    stores.addresses.save(AddressState("detik:a", "detik", "https://a.example/rss", "ok", "teks", NOW, NOW, off=True))
    stores.quota_uses.save(Use("u1", "youtube.searches", NOW, 0.5, "pemilu"))
    stores.rhythms.save(Rhythm("detik", NOW, NOW, (0, 3), (5,), (2.5,), 40.5, NOW, NOW, 61.5, 3600.0, ("detik.com",)))
    stores.cursors.save(SourceCursor("detik", {"seen": ["a", 1, None, {"b": 2.5}], "teks": "🔥"}))
    stores.imports.save(ImportRun("i1", "data.csv", NOW, NOW, 9, 5, 2, 1, 1, "x.csv"))
    stores.audit.save(AuditEntry("a1", NOW, "sari", "keyword.edit", "anies", {"from": {"rule": ""}, "to": [1, 2]}))
    jkw, jokowi = NamedEntity("PERSON", "Jkw"), NamedEntity("PERSON", "Joko Widodo")
    stores.aliases.save(Alias(jkw.id, jkw.kind, jkw.name, jokowi.id, jokowi.kind, jokowi.name, NOW))
    stores.frozen.save(Frozen("news", LONG_AGO.isoformat()))
    stores.salts.save(Salt.fresh())
    stores.erased.save(Erased("0" * 32, "name", "e1", words=2))
    stores.erasures.save(Erasure("e1", NOW, "sari", "permohonan 1", "name", "0" * 32, by_platform={"news": 1}))
    stores.influencers.save(
        Influencer("ab", "a1", "twitter", None, 1.5, 3, "negative", ("t1",), "https://x.com/a1", NOW)
    )
    stores.set_aside.save(SetAside("cd", "twitter", "partai", "organisation", NOW, "sari"))
    accounts = (Account("twitter", "ani"), Account("twitter", "budi"))
    seen = Evidence("2026-11-23T03:15:00+00:00", "text", "ab" * 16, "twitter", "ani", "0" * 24)
    stores.coordinated_groups.save(CoordinatedGroup("g1", accounts, NOW, NOW, NOW, 2, 3, 0.25, (seen,)))
    stores.topics.save(Topic("t0", "banjir", ("banjir",), (0.5,), (Term("banjir rob", 1.0),), NOW, NOW))
    stores.topic_runs.save(TopicRun("last", NOW, TODAY.isoformat(), TODAY.isoformat(), NOW, counts={"new": 1}))
    (there,) = stores.mentions.page(everything(), limit=1).mentions
    stores.samples.save(Sample("2026-11-16", NOW, 9, (there.id,)))
    stores.labels.save(
        Label("2026-11-16:a", "2026-11-16", there.id, there.content_hash, "", NOW, "sari", {"m.1": "neutral"})
    )
    stores.rescorings.save(Rescoring("sentiment", "m.1", 9, NOW, NOW))
    write_numbers(stores, frozen_numbers())


def frozen_numbers() -> DayNumbers:
    """Numbers of a day long ago, which no rollup could compute any more."""
    cells = (Cell("*", "news", "negative", 2, 3, None), Cell("anies", "news", "neutral", 1, 1, 4))
    sets = (SetCell(("anies",), "news", "koran lama", "negative", 2, 3, None),)
    return DayNumbers(LONG_AGO, {}, cells, sets)


def write_numbers(stores: Stores, numbers: DayNumbers) -> None:
    """As rollup would."""
    fence = stores.leases.acquire("rollup", "test", 60)
    assert fence is not None
    stores.metrics.write(numbers, fence)
    stores.leases.release(fence)


def checksums(stores: Stores) -> dict[str, tuple[int, str]]:
    """Count and checksum of each part."""
    contents = StoreContents(stores)
    sums = {part.name: sum_of(part, contents.values(part)) for part in all_parts()}
    return {name: (one.count, one.sha256) for name, one in sums.items()}


def killed_and_finished(
    action: str, source: Path, target: Path, *, marks: int, seed: int, after_kill: Callable[[], None] = lambda: None
) -> None:
    """Start it and kill it at a random moment around its first ``marks`` dots, until ten were killed; let it end."""
    rng, kills = random.Random(seed), 0
    while kills < KILLS:
        process = _start(action, source, target)
        assert process.stdout is not None
        process.stdout.read(rng.randint(1, marks))
        time.sleep(rng.random() * 0.04)
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
        after_kill()
    process = _start(action, source, target)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint.decode()


def _start(action: str, source: Path, target: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.core.moving_kit", action, str(source), str(target)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _dot(done: int, total: int | None, note: str) -> None:
    sys.stdout.write(".")
    sys.stdout.flush()


def run(action: str, source: Path, target: Path) -> None:
    """``migrate``, ``backup`` or ``restore``, with a dot on standard output at each step."""
    if action == "backup":
        with closing(open_store(source)) as stores:
            backup(stores, target, JAKARTA, progress=_dot)
    elif action == "restore":
        with closing(open_store(target)) as stores:
            restore(source, stores, JAKARTA, progress=_dot)
    else:
        with closing(open_store(source)) as old, closing(open_store(target)) as new:
            move(StoreContents(old, str(source)), new, progress=_dot)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
