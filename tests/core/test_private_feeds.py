"""A feed whose address is a secret is read by it, and told of without it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from pasip_core.commands import collecting
from pasip_core.pipeline.catalogue import open_sources, publish_sources
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.replicas import Page, Replica

PIECE, TOKEN = "aB3dE5fG7hI9jK1lM3nO5pQ7", "rahasia"
WHOLE = f"/umpan/{PIECE}/rss?lang=id&token={TOKEN}"


TEXT = "<p>" + "Kalimat panjang tentang pemilu. " * 60 + "</p>"
FEED = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>x</title><item><title>Judul</title><link>/artikel</link><content:encoded><![CDATA[{TEXT}]]></content:encoded>
<pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item></channel></rss>"""


class Members:
    """A site that gives its feed only to who knows the whole address, for as long as it is ``well``."""

    well = True

    def __call__(self, path: str) -> Page | None:
        return Page(FEED.encode(), "application/xml") if path == WHOLE and self.well else None


def told_by_cli(replica: Replica, folder: Path, *arguments: str) -> str:
    """Everything that a command says."""
    allowed = {"DATA_DIR": str(folder), "PRIVATE_HOSTS_ALLOWED": replica.host, "SCRAPING_DELAY": "0", "COLUMNS": "300"}
    command = [sys.executable, "-m", "pasip_core", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | allowed, timeout=120)
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_secret_address_is_asked_as_a_whole_and_shown_nowhere(tmp_path: Path) -> None:
    site, folder = Members(), tmp_path / "data"
    stores = connect(Settings(_env_file=None, data_dir=folder))
    with Replica(site) as replica:
        feed = collecting.add_feed(stores, replica.url + WHOLE, "Anggota")
        said = [told_by_cli(replica, folder, "collect", "--source", feed.id, "--json")]
        assert stores.source_runs.list()[-1].error == ""
        assert stores.source_runs.list()[-1].new == 1
        site.well = False
        commands = ("collect", "--source", feed.id), ("sources",), ("sources", "--json")
        said += [told_by_cli(replica, folder, *command) for command in commands]
    assert stores.feeds.get(feed.id).url == replica.url + WHOLE
    assert stores.sources.get(feed.id).url == f"{replica.url}/umpan/***/rss?lang=id&token=***"
    assert "***/rss?…" in said[1]
    logs = [path.read_text() for path in (folder / "logs").glob("*.log")]
    told = "\n".join(
        [*said, *logs, repr(stores.source_runs.list()), repr(stores.sources.list()), repr(stores.audit.list())]
    )
    for secret in (PIECE, TOKEN):
        assert secret.lower() not in told.lower()
    stores.close()


def test_the_address_of_a_channel_stays_whole_though_its_id_looks_random(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    stores = connect(settings)
    channel = collecting.add_place(stores, "youtube", "https://www.youtube.com/channel/UCaB3dE5fG7hI9jK1lM3nO5p")
    page = collecting.add_place(stores, "facebook", "https://www.facebook.com/profile.php?id=12345678901234567")
    with open_sources(settings, stores) as sources:
        publish_sources(stores, sources, settings)
    assert stores.sources.get(channel.id).url == "https://www.youtube.com/channel/UCaB3dE5fG7hI9jK1lM3nO5p"
    assert stores.sources.get(page.id).url == "https://www.facebook.com/12345678901234567"
    stores.close()
