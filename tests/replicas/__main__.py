"""Serve every replica until Ctrl-C: ``python -m tests.replicas --port 9000 [--outlets FOLDER] [--stories 12]``."""

from __future__ import annotations

import argparse
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

from .server import STATES
from .sites import open_world


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.replicas", description=__doc__)
    parser.add_argument("--port", type=int, default=9000, help="the first of nine ports")
    parser.add_argument("--stories", type=int, default=12, help="articles an outlet")
    parser.add_argument("--outlets", type=Path, help="where to write the outlet files; a new folder unless told")
    given = parser.parse_args()
    folder = given.outlets or Path(tempfile.mkdtemp(prefix="pasip-outlets-"))
    with ExitStack() as stack:
        world = open_world(stack, folder, stories=given.stories, port=given.port)
        for name, replica in world.replicas.items():
            print(f"{name:14}{replica.url}")
        print(f"{'google news':14}{world.google.url}")
        print(f"{'gdelt':14}{world.gdelt.url}")
        print(f"\nfeed to add: {world.replicas['feed'].url}/feed (named by the page {world.replicas['feed'].url}/)\n")
        print(f"OUTLETS_DIR={folder}")
        print(f"PLATFORMS_FILE={world.platforms_file}")
        print(f"PRIVATE_HOSTS_ALLOWED={world.hosts}")
        print('\nChange a state: curl -d \'{"state": "error", "path": "/"}\' URL/_state; see URL/_log')
        print("States:", ", ".join(STATES), flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
