"""Pseudonyms in place of accounts: the same for the same account, and no name beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from pasip_core.commands import privacy as commands
from pasip_core.domain.pseudonyms import PSEUDONYM, Pseudonyms
from pasip_core.domain.rules import Matcher
from pasip_core.errors import SettingError
from pasip_core.pipeline.erasure import erase
from pasip_core.pipeline.intake import Intake
from pasip_core.pipeline.prepare import prepare
from pasip_core.pipeline.pseudonymising import pseudonymise
from pasip_core.settings import Settings, load_settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention, make_raw
from tests.contracts.helpers import TODAY, everything, page_through, roll_up
from tests.core.test_compacting import everywhere

NAME = "Zwarkofim_77"


@pytest.fixture
def hiding(settings: Settings) -> Settings:
    return settings.model_copy(update={"pseudonymise_authors": True, "secret_key": SecretStr("rahasia" * 5)})


@pytest.fixture
def stores(hiding: Settings) -> Iterator[Stores]:
    opened = connect(hiding)
    yield opened
    opened.close()


@pytest.fixture
def intake(stores: Stores, hiding: Settings) -> Intake:
    made = Intake(stores, Matcher([]), hiding)
    made.open(NOW)
    return made


def test_the_same_account_has_the_same_pseudonym_and_others_have_others(intake: Intake, hiding: Settings) -> None:
    pseudonyms = {intake.take(make_raw(author=a)).author for a in (NAME, f"@{NAME}", NAME.lower())}
    assert len(pseudonyms) == 1
    assert PSEUDONYM.fullmatch(pseudonyms.pop())
    others = {intake.take(make_raw(author=a, platform=p)).author for a, p in
              ((NAME, "twitter"), (NAME, "facebook"), ("siti", "twitter"))}  # fmt: skip
    assert len(others) == 3
    other_key = hiding.model_copy(update={"secret_key": SecretStr("lain")})
    made = [Pseudonyms.of(s).of_account("twitter", NAME) for s in (hiding, other_key)]
    assert made[0] != made[1]


def test_a_pseudonym_changes_neither_identity_nor_text(intake: Intake) -> None:
    raw = make_raw(f"kata @{NAME} begitu", author=NAME, url=f"https://x.com/{NAME}/status/12")
    mention, plain = intake.take(raw), prepare(raw, Matcher([]), NOW)
    assert (mention.id, mention.content, mention.content_hash) == (plain.id, plain.content, plain.content_hash)


def test_news_outlets_and_their_writers_keep_their_names(intake: Intake) -> None:
    url = "https://www.detik.com/penulis/budi"
    mention = intake.take(make_raw(author="Budi", platform="news", url=url, raw_data={"author": "Budi"}))
    assert (mention.author, mention.url, dict(mention.raw_data)) == ("Budi", url, {"author": "Budi"})


@pytest.mark.parametrize(("url", "plain"), [
    (f"https://twitter.com/{NAME}/status/12?s=20", "https://twitter.com/i/status/12"),
    (f"https://mobile.x.com/{NAME}/statuses/12", "https://mobile.x.com/i/status/12"),
    (f"https://www.tiktok.com/@{NAME}/video/9", "https://www.tiktok.com/@/video/9"),
    (f"https://www.instagram.com/{NAME}/reel/Ab-1_/", "https://www.instagram.com/reel/Ab-1_/"),
    ("https://www.instagram.com/p/Ab1/", "https://www.instagram.com/p/Ab1/"),
    (f"https://www.threads.net/@{NAME}/post/C1", "https://www.threads.net/t/C1"),
    ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc"),
    (f"https://www.youtube.com/@{NAME}", ""),
    (f"https://www.facebook.com/{NAME}/posts/1", ""),
    (f"https://mastodon.example/@{NAME}/11", ""),
    (f"https://t.me/{NAME}/11", ""),
    ("https://x.com/%5Awarkofim_77/likes", ""),
    ("https://x.com/hashtag/zwarkofim", "https://x.com/hashtag/zwarkofim"),
])  # fmt: skip
def test_addresses_do_not_tell_whose_they_are(intake: Intake, url: str, plain: str) -> None:
    assert intake.take(make_raw(author=NAME, url=url)).url == plain


def test_raw_data_keeps_what_does_not_tell(intake: Intake) -> None:
    raw = {
        "retweets": 3, "lang": "in", "user": {"id": 5, "screen_name": NAME}, "author.bio": "pecinta kopi", "via": NAME,
        "user_id": "123", "profileImageUrl": "https://p.example/x.jpg", "reply": f"RT {NAME.lower()}: ya",
        "links": [f"https://x.com/{NAME}/status/1", f"https://x.com/{NAME}", "https://d.example/a"], "mine": True,
        "displayname": "Zwar Kofim", "in_reply_to": "orang_lain", "did": "did:plc:abc", "page_name": "halaman",
    }  # fmt: skip
    kept = dict(intake.take(make_raw(author=NAME, raw_data=raw)).raw_data)
    pseudonym = intake.take(make_raw(author=NAME)).author
    assert kept == {
        "retweets": 3, "lang": "in", "via": pseudonym, "reply": f"RT {pseudonym}: ya", "mine": True,
        "links": ["https://x.com/i/status/1", "https://d.example/a"], "in_reply_to": "orang_lain",
    }  # fmt: skip
    assert "zwar" not in json.dumps(kept).lower()


def test_what_was_stored_before_gets_pseudonyms_and_no_byte_of_the_name_stays(stores: Stores, hiding: Settings) -> None:
    mentions = [
        make_mention(f"kabar {n}", author=author, url=f"https://x.com/{author}/status/{n}", keywords=("a",),
                     raw_data={"user": author.upper()}, sentiment="positive")
        for n in range(1_200)
        for author in ((NAME, "siti")[n % 2],)
    ]  # fmt: skip
    news = make_mention("berita", author="Wartawan", platform="news")
    stores.mentions.upsert([*mentions, news])
    roll_up(stores)
    numbers = stores.metrics.read(TODAY)
    assert NAME.encode() in everywhere(hiding.data_dir)
    assert pseudonymise(stores, hiding) == 1_200
    assert pseudonymise(stores, hiding) == 0
    assert NAME.lower().encode() not in everywhere(hiding.data_dir).lower()
    assert len({m.author for m in page_through(stores, everything(), limit=500)}) == 3
    assert stores.mentions.get(news.id) == news
    assert stores.metrics.read(TODAY) == numbers


def test_an_account_is_erased_by_its_name_though_only_the_pseudonym_is_stored(
    stores: Stores, hiding: Settings, intake: Intake
) -> None:
    theirs = [intake.take(make_raw(f"kabar {n}", author=NAME)) for n in range(3)]
    stores.mentions.upsert([*theirs, intake.take(make_raw("lain", author="siti"))])
    person = commands.whom(hiding, platform="twitter", username=f"@{NAME.lower()}")
    request, key = commands.begin(stores, person, reason="permohonan")
    done = erase(stores, hiding, request.id, key, owner="t", scrub_queue=lambda holds: ())
    assert (done.removed, done.proven) == (3, True)
    assert len(page_through(stores, everything())) == 1


def test_pseudonyms_need_a_key_and_the_command_needs_the_setting(stores: Stores, settings: Settings) -> None:
    with pytest.raises(SettingError, match="SECRET_KEY is empty"):
        load_settings(_env_file=None, pseudonymise_authors="1")
    with pytest.raises(SettingError, match="PSEUDONYMISE_AUTHORS"):
        pseudonymise(stores, settings)
