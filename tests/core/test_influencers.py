"""Accounts: the formulas, profiles, who names whom, the kept collection, setting aside, and forgetting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from pasip_core.cli.app import main
from pasip_core.commands import influencers as commands
from pasip_core.commands import privacy
from pasip_core.domain.filters import Filters
from pasip_core.domain.handles import profile_url
from pasip_core.domain.influence import (
    ORGANISATION,
    SPAM,
    SetAside,
    account_id,
    engagement_rate,
    in_words,
    mean_polarity,
)
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.naming import spoken_to
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.domain.privacy import account, named
from pasip_core.domain.pseudonyms import Pseudonyms
from pasip_core.errors import InputError
from pasip_core.pipeline.erasure import erase
from pasip_core.pipeline.influencers import DAYS, keep_influencers
from pasip_core.pipeline.moving import backup, restore
from pasip_core.pipeline.pseudonymising import pseudonymise
from pasip_core.queries.influencers import account_detail, ranking
from pasip_core.queries.network import network
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Assigned, Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import WEEK, everything, roll_up
from tests.core.test_compacting import everywhere

NAME = "zwarkofim_77"


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def said(author: str, text: str = "kabar", **more: object) -> Mention:
    return make_mention(f"{text} dari {len(author)}", author=author, **more)


# Formulas


def test_the_rate_is_of_what_is_told_and_of_nothing_else() -> None:
    assert engagement_rate(30, 3, 200) == 5.0
    for unknown in ((None, 0, 200), (30, 3, None), (30, 3, 0), (0, 0, 5)):
        assert engagement_rate(*unknown) is None
    assert engagement_rate(0, 2, 100) == 0.0, "told to be nothing is not unknown"


@pytest.mark.parametrize(
    ("polarity", "word"), [(0.1, "positive"), (0.09, "neutral"), (-0.09, "neutral"), (-0.1, "negative"), (None, None)]
)
def test_a_polarity_in_words(polarity: float | None, word: str | None) -> None:
    assert in_words(polarity) == word


def test_the_mean_is_weighted_by_engagement_where_there_is_any() -> None:
    assert mean_polarity(9 * 1.0 + 1 * -1.0, 10, 0.0, 2) == 0.8
    assert mean_polarity(0.0, 0, 1.0, 2) == 0.5
    assert mean_polarity(0.0, 0, 0.0, 0) is None


@pytest.mark.parametrize(
    ("platform", "author", "url"),
    [
        ("twitter", "KPU_ID", "https://x.com/KPU_ID"),
        ("twitter", "two words", ""),
        ("twitter", "user-abcdefghijklmnop", ""),
        ("instagram", "@warung.kopi", "https://www.instagram.com/warung.kopi/"),
        ("threads", "a.b", "https://www.threads.com/@a.b"),
        ("tiktok", "a.b", "https://www.tiktok.com/@a.b"),
        ("telegram", "@kanal_berita", "https://t.me/kanal_berita"),
        ("youtube", "@saluran", "https://www.youtube.com/@saluran"),
        ("youtube", "Saluran Kita", ""),
        ("youtube", "UC" + "a" * 22, "https://www.youtube.com/channel/UC" + "a" * 22),
        ("reddit", "orang", "https://www.reddit.com/user/orang/"),
        ("bluesky", "siti.bsky.social", "https://bsky.app/profile/siti.bsky.social"),
        ("mastodon", "siti@contoh.example", "https://contoh.example/@siti"),
        ("mastodon", "siti", ""),
        ("facebook", "Halaman", ""),
        ("news", "Redaksi", ""),
        ("twitter", 'x"><script>', ""),
    ],
)
def test_a_profile_is_linked_only_where_the_name_leads_there(platform: str, author: str, url: str) -> None:
    assert profile_url(platform, author) == url


# Who names whom


@pytest.mark.parametrize(
    ("platform", "text", "names"),
    [
        ("twitter", "halo @Jokowi, @jokowi dan .@kpu_id.", {"jokowi", "kpu_id"}),
        ("twitter", "tulis ke info@contoh.example atau @@siapa", set()),
        ("twitter", "lihat https://medium.example/@orang/tulisan", set()),
        ("instagram", "cek @warung.kopi. enak", {"warung.kopi"}),
        ("twitter", "kata @prabowo.benar", {"prabowo"}),
        ("mastodon", "halo @siti@contoh.example", {"siti@contoh.example"}),
        ("news", "menurut @jokowi di X", set()),
        ("twitter", "@" + "a" * 61, set()),
    ],
)
def test_names_in_texts(platform: str, text: str, names: set[str]) -> None:
    assert spoken_to(make_mention(text, platform=platform)) == names


@pytest.mark.parametrize(
    ("raw_data", "names"),
    [
        ({"in_reply_to_screen_name": "KPU_ID"}, {"kpu_id"}),
        ({"reply_to": [{"screen_name": "Siti", "id": "7"}, {"screen_name": "@tono"}]}, {"siti", "tono"}),
        ({"in_reply_to": "1129384756"}, set()),
        ({"reply_to": "https://x.example/status/1"}, set()),
        ({"reply_to": None, "user": "lain"}, set()),
    ],
)
def test_answers_in_raw_data(raw_data: dict[str, object], names: set[str]) -> None:
    assert spoken_to(make_mention("balasan", raw_data=raw_data)) == names


def test_a_network_counts_each_mention_once_and_leaves_out_who_is_set_aside(stores: Stores) -> None:
    stores.mentions.upsert([
        make_mention("@kpu_id @KPU_ID tolong", author="siti"),
        make_mention("@kpu_id lagi", author="siti"),
        make_mention("kata @siti sendiri", author="@Siti"),
        make_mention("beli @kpu_id", author="spam"),
        make_mention("ikut @spam", author="tono"),
        make_mention("@kpu_id juga", author="", platform="instagram"),
    ])  # fmt: skip
    found = network(stores, everything(), [("twitter", "spam")])
    assert found.accounts.to_numpy().tolist() == [
        ["twitter", "kpu_id", 2, 1], ["instagram", "kpu_id", 1, 0], ["twitter", "siti", 1, 0],
    ]  # fmt: skip
    assert found.links.to_numpy().tolist() == [["twitter", "siti", "kpu_id", 2]]
    assert (found.looked_at, found.complete) == (6, True)


def test_a_network_looks_at_no_more_than_the_newest(stores: Stores) -> None:
    stores.mentions.upsert(
        [make_mention(f"@akun{n}", author=f"a{n}", published_at=NOW - timedelta(hours=n)) for n in range(9)]
    )
    found = network(stores, everything(), limit=4)
    assert set(found.accounts["account"]) == {"akun0", "akun1", "akun2", "akun3"}
    assert (found.looked_at, found.complete) == (4, False)
    assert network(stores, everything(), limit=9).complete


# Ranking and detail


def test_a_ranking_leaves_unknown_numbers_missing(stores: Stores) -> None:
    stores.mentions.upsert([
        said("siti", author_followers=50, sentiment="positive"), said("tono", engagement=Engagement()),
    ])  # fmt: skip
    table = ranking(stores, everything())
    assert table["author"].tolist() == ["siti", "tono"]
    assert table.loc[1, ["followers", "engagement_total", "engagement_rate", "polarity"]].isna().all()
    assert table.loc[0, "engagement_rate"] == 8.0
    assert table["profile_url"].tolist() == ["https://x.com/siti", "https://x.com/tono"]
    assert ranking(stores, everything(text="tiada")).empty


def test_the_detail_of_an_account_speaks_of_it_alone(stores: Stores) -> None:
    stores.mentions.upsert([
        said("siti", "ramai", engagement=Engagement(likes=90), sentiment="negative"),
        said("siti", "sepi", published_at=NOW - timedelta(days=2)),
        said("siti", "lain", platform="instagram"), said("tono"),
    ])  # fmt: skip
    roll_up(stores)
    detail = account_detail(stores, Filters(WEEK), "twitter", "siti")
    assert detail.trend["volume"].tolist() == [0, 0, 0, 0, 1, 0, 1]
    assert detail.by_sentiment == {"positive": 0, "neutral": 0, "negative": 1, "pending": 1}
    assert [m.content.split()[0] for m in detail.loudest] == ["ramai", "sepi"]


# The kept collection


def test_the_collection_holds_the_latest_weeks_and_is_made_anew_each_time(stores: Stores) -> None:
    stores.mentions.upsert([
        said("siti", author_followers=50, sentiment="positive"), said("lama", published_at=NOW - timedelta(days=DAYS)),
        said("spam"),
    ])  # fmt: skip
    commands.set_aside(stores, "twitter", "spam", SPAM)
    for _ in range(2):
        assert keep_influencers(stores, JAKARTA, clock=lambda: NOW) == 1
    (one,) = stores.influencers.list()
    assert (one.username, one.platform, one.followers_count, one.mentions_count) == ("siti", "twitter", 50, 1)
    assert (one.sentiment_influence, one.engagement_rate, one.topics_discussed) == ("positive", 8.0, ())
    assert (one.profile_url, one.last_activity) == ("https://x.com/siti", NOW)
    stores.mentions.exclude([said("siti").id])
    stores.mentions.upsert([said("baru")])
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    assert [record.username for record in stores.influencers.list()] == ["baru"]


def test_an_account_is_known_by_the_topics_it_speaks_of(stores: Stores) -> None:
    told = [said("siti", f"kata {n}") for n in range(4)] + [said("tono", "lain")]
    stores.mentions.upsert(told)
    topics = ["beras", "banjir", "beras", "", "banjir"]
    stores.mentions.assign_topics(
        [Assigned(m.id, m.content_hash, topic) for m, topic in zip(told, topics, strict=True) if topic]
    )
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    kept = {record.username: record.topics_discussed for record in stores.influencers.list()}
    assert kept == {"siti": ("beras", "banjir"), "tono": ("banjir",)}
    assert account_detail(stores, Filters(WEEK), "twitter", "siti").topics == (("beras", 2), ("banjir", 1))


def test_an_old_import_has_influencers_of_its_own_time(stores: Stores) -> None:
    long_ago = said("dulu", published_at=NOW - timedelta(days=900))
    stores.mentions.upsert([long_ago])
    assert keep_influencers(stores, JAKARTA, clock=lambda: NOW) == 1
    stores.mentions.exclude([long_ago.id])
    assert keep_influencers(stores, JAKARTA, clock=lambda: NOW) == 0
    assert stores.influencers.list() == []


def test_the_command_keeps_and_tells(stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    stores.mentions.upsert([said("siti", author_followers=50), said("tono", engagement=Engagement(likes=900))])
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    current_settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["influencers", *arguments])
        return int(left.value.code or 0), capsys.readouterr().out

    status, told = run("--by", "engagement", "--json", "--from", "2026-11-01", "--to", "2026-11-30")
    assert (status, [one["username"] for one in json.loads(told)]) == (0, ["tono", "siti"])
    assert json.loads(told)[0]["followers_count"] is None
    assert {record.username for record in stores.influencers.list()} == {"siti", "tono"}
    assert run("--by", "loudness")[0] == 2
    assert "tono" not in run("--account", "siti", "--platform", "twitter")[1]
    current_settings.cache_clear()


# Setting aside


def test_setting_aside_is_noted_and_taken_back(stores: Stores) -> None:
    stores.mentions.upsert([said("partai")])
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    for reason in (SPAM, ORGANISATION):
        aside = commands.set_aside(stores, "twitter", "partai", reason, who="sari")
    assert [(one.username, one.reason, one.who) for one in stores.set_aside.list()] == [
        ("partai", ORGANISATION, "sari")
    ]
    assert stores.influencers.list() == []
    assert commands.bring_back(stores, aside.id)
    assert not commands.bring_back(stores, aside.id)
    assert stores.set_aside.list() == []
    noted = sorted((e.action, e.subject, e.detail["reason"]) for e in stores.audit.list())
    assert noted == [
        (commands.BRING_BACK, "twitter:partai", ORGANISATION), (commands.SET_ASIDE, "twitter:partai", ORGANISATION),
        (commands.SET_ASIDE, "twitter:partai", SPAM),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "reason"), [("siti", "because"), ("", SPAM)])
def test_what_cannot_be_set_aside_is_refused(stores: Stores, name: str, reason: str) -> None:
    with pytest.raises(InputError):
        commands.set_aside(stores, "twitter", name, reason)
    assert (stores.set_aside.list(), stores.audit.list()) == ([], [])


# Forgetting


def keep_everywhere(stores: Stores) -> None:
    """The name in every record that can hold it; another one beside it, and the same on another platform."""
    mentions = [said(NAME, author_followers=9), said("siti"), said(NAME, platform="facebook")]
    stores.mentions.upsert(mentions)
    roll_up(stores)
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    for platform, name in (("twitter", NAME), ("twitter", "lain"), ("facebook", NAME)):
        stores.set_aside.save(SetAside(account_id(platform, name), platform, name, SPAM, NOW, "local"))


def test_erasure_leaves_no_name_in_records_of_accounts_nor_in_backups(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    keep_everywhere(stores)
    file = settings.data_dir / "backups" / "b.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    backup(stores, file, zone=JAKARTA)
    request, key = privacy.begin(stores, account("twitter", f"@{NAME.upper()}"), reason="permohonan 12/2026")
    done = erase(stores, settings, request.id, key, owner="test", scrub_queue=lambda holds: ())
    assert done.proven, done.findings
    left = {(one.platform, one.username) for one in (*stores.influencers.list(), *stores.set_aside.list())}
    assert left == {("twitter", "siti"), ("twitter", "lain"), ("facebook", NAME)}
    opened = connect(Settings(_env_file=None, data_dir=tmp_path / "again"))
    restore(file, opened, JAKARTA)
    back = {(one.platform, one.username) for one in (*opened.influencers.list(), *opened.set_aside.list())}
    assert back == left
    assert opened.mentions.count(everything()).value == 2
    opened.close()


def test_erasing_by_name_takes_accounts_that_bear_it(stores: Stores, settings: Settings) -> None:
    stores.mentions.upsert([said("Budi Santoso", platform="facebook"), said("siti")])
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    commands.set_aside(stores, "facebook", "budi_santoso", SPAM)
    request, key = privacy.begin(stores, named("Budi Santoso"), reason="permohonan 13/2026")
    assert erase(stores, settings, request.id, key, owner="test", scrub_queue=lambda holds: ()).proven
    assert [one.username for one in stores.influencers.list()] == ["siti"]
    assert stores.set_aside.list() == []


def test_pseudonyms_reach_records_of_accounts(stores: Stores, settings: Settings) -> None:
    stores.mentions.upsert([said(NAME), said("siti")])
    roll_up(stores)
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    commands.set_aside(stores, "twitter", NAME, SPAM)
    hiding = settings.model_copy(update={"pseudonymise_authors": True, "secret_key": SecretStr("rahasia" * 5)})
    pseudonymise(stores, hiding)
    pseudonyms = Pseudonyms.of(hiding)
    assert pseudonyms is not None
    known_as = pseudonyms.of_account("twitter", NAME)
    assert [(one.id, one.username) for one in stores.set_aside.list()] == [(account_id("twitter", known_as), known_as)]
    assert stores.influencers.list() == []
    assert [entry.subject for entry in stores.audit.list()] == [f"twitter:{known_as}"]
    keep_influencers(stores, JAKARTA, clock=lambda: NOW)
    assert [one.profile_url for one in stores.influencers.list()] == [""]
    stores.close()
    assert NAME.encode() not in everywhere(settings.data_dir)


def test_a_year_with_a_change_of_the_clock_is_ranked_like_any_other(stores: Stores) -> None:
    stores.mentions.upsert([said("siti")])
    roll_up(stores)
    period = Period(WEEK.first.replace(year=2026, month=1), WEEK.last)
    assert [a.author for a in stores.mentions.accounts(Filters(period), "mentions")] == ["siti"]
