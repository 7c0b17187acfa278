"""Handles and addresses of channels, pages and groups: what people paste, and what is refused in words."""

from __future__ import annotations

import pytest

from pasip_core.domain.handles import read_place
from pasip_core.errors import InputError

ID = "UCabcdefghijklmnopqrstuv"


@pytest.mark.parametrize(("kind", "text", "handle", "url"), [
    ("telegram", "@KanalUji", "kanaluji", "https://t.me/s/kanaluji"),
    ("telegram", " kanal_uji ", "kanal_uji", "https://t.me/s/kanal_uji"),
    ("telegram", "https://t.me/s/KanalUji?before=12", "kanaluji", "https://t.me/s/kanaluji"),
    ("telegram", "t.me/kanaluji/123", "kanaluji", "https://t.me/s/kanaluji"),
    ("telegram", "http://telegram.me/kanaluji/", "kanaluji", "https://t.me/s/kanaluji"),
    ("youtube", "@NajwaShihab", "najwashihab", "https://www.youtube.com/@najwashihab"),
    ("youtube", "youtube.com/@kanal.uji/videos", "kanal.uji", "https://www.youtube.com/@kanal.uji"),
    ("youtube", f"https://m.youtube.com/channel/{ID}", ID, f"https://www.youtube.com/channel/{ID}"),
    ("youtube", ID, ID, f"https://www.youtube.com/channel/{ID}"),
    ("facebook", "Halaman.Uji", "halaman.uji", "https://www.facebook.com/halaman.uji"),
    ("facebook", "https://m.facebook.com/halamanuji/posts", "halamanuji", "https://www.facebook.com/halamanuji"),
    ("facebook", "https://www.facebook.com/profile.php?id=100064&sk=about", "100064", "https://www.facebook.com/100064"),
    ("facebook", "facebook.com/pages/Nama/1234567", "1234567", "https://www.facebook.com/1234567"),
    ("facebook", "facebook.com/Nama-Halaman-100012345678", "100012345678", "https://www.facebook.com/100012345678"),
    ("instagram", "@akun.uji_1", "akun.uji_1", "https://www.instagram.com/akun.uji_1/"),
    ("instagram", "https://www.instagram.com/Akun_Uji/?hl=id", "akun_uji", "https://www.instagram.com/akun_uji/"),
    ("reddit", "r/Indonesia", "indonesia", "https://www.reddit.com/r/indonesia/"),
    ("reddit", "https://old.reddit.com/r/indonesia/new/", "indonesia", "https://www.reddit.com/r/indonesia/"),
])  # fmt: skip
def test_whatever_people_paste_becomes_one_handle_and_address(kind: str, text: str, handle: str, url: str) -> None:
    place = read_place(kind, text)
    assert (place.kind, place.handle, place.url) == (kind, handle, url)
    assert read_place(kind, place.url) == place
    assert read_place(kind, place.handle) == place


@pytest.mark.parametrize(("kind", "text", "told"), [
    ("telegram", "", "names no Telegram channel; write @name"),
    ("telegram", "a b", "names no Telegram channel"),
    ("telegram", "https://t.me/+AbCdEf", "private chat"),
    ("telegram", "https://t.me/joinchat/AbCdEf", "private chat"),
    ("telegram", "https://t.me/c/1234/5", "private chat"),
    ("telegram", "https://www.youtube.com/@kanal", "choose YouTube channel for it"),
    ("telegram", "https://t.me.evil.example/kanal", "names no Telegram channel"),
    ("youtube", "https://www.youtube.com/watch?v=abc123DEF45", "names no YouTube channel"),
    ("youtube", "https://www.youtube.com/c/NamaLama", "write @name"),
    ("facebook", "https://www.facebook.com/groups/12345", "lets no program read groups"),
    ("facebook", "https://www.facebook.com/watch/", "names no Facebook page"),
    ("instagram", "https://www.instagram.com/p/XyZ/", "names no Instagram account"),
    ("instagram", "https://www.instagram.com/explore/", "names no Instagram account"),
    ("reddit", "https://www.reddit.com/user/nama", "names no subreddit; write r/name"),
    ("reddit", "r/all", "names no subreddit"),
    ("reddit", "http://[::1/r/indonesia", "names no subreddit"),
    ("reddit", "r/" + "x" * 5000, "names no subreddit"),
])  # fmt: skip
def test_what_leads_nowhere_is_refused_with_the_way_out(kind: str, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        read_place(kind, text)
    assert refused.value.field == "address"
    assert len(str(refused.value)) < 400
