"""Finding topics among 20,000 mentions: seconds and memory of a first run, and of one that knows the topics already."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.builders import NOW, make_mention
from tests.contracts.helpers import TODAY, roll_up

MENTIONS, THEMES, WORDS = 20_000, 120, 25
PERIOD = Period(TODAY - timedelta(days=29), TODAY)


def topics(count: int = MENTIONS) -> dict[str, float]:
    """Each run in a process of its own, as a job is: ``_mb`` is the most memory it had."""
    with tempfile.TemporaryDirectory(prefix="pasip-") as folder:
        _fill(Path(folder), count)
        first = _in_a_process(Path(folder), count)
        later = _in_a_process(Path(folder), count + 1)
    return {
        **{f"first_run_{name}": value for name, value in first.items()},
        **{f"later_run_{name}": value for name, value in later.items()},
    }


def _fill(folder: Path, count: int) -> None:
    rng = random.Random(11)
    syllables = [a + b for a in "bcdghjklmnprst" for b in "aiueo"]
    words = ["".join(rng.choices(syllables, k=3)) for _ in range(THEMES * WORDS)]
    stores = connect(Settings(_env_file=None, data_dir=folder))
    mentions = []
    for n in range(count):
        theme = int(THEMES * rng.random() ** 2)
        own = rng.sample(words[theme * WORDS : (theme + 1) * WORDS], 9)
        text = " ".join([*own, *rng.choices(words, k=6)])
        mentions.append(make_mention(text, author=f"a{n}", published_at=NOW - timedelta(days=28 * rng.random())))
    stores.mentions.upsert(mentions)
    roll_up(stores)
    stores.close()


def _in_a_process(folder: Path, seed: int) -> dict[str, float]:
    argv = [sys.executable, "-m", "tests.benchmarks.bench_topics", str(folder), str(seed)]
    told = subprocess.run(argv, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def _run(folder: Path, seed: int) -> dict[str, float]:
    from pasip_core.pipeline.topics import find_topics

    stores = connect(Settings(_env_file=None, data_dir=folder))
    stores.mentions.upsert([make_mention(f"satu lagi {seed}", author=f"b{seed}")])
    begun = time.perf_counter()
    run = find_topics(stores, PERIOD, owner="bench")
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    found = sum(topic.alive for topic in stores.topics.list())
    stores.close()
    return {"s": seconds, "mb": memory, "topics": found, "assigned": run.assigned}


BENCHMARKS = [topics]

if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), int(sys.argv[2]))))
