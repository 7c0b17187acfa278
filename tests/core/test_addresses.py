"""What of an address may be shown: the rest stays readable, and what is ordinary stays as it is."""

from __future__ import annotations

import pytest

from pasip_core.domain.addresses import without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://budi:rahasia@contoh.example/rss", "https://***@contoh.example/rss"),
        ("https://:rahasia@contoh.example/rss", "https://***@contoh.example/rss"),
        ("https://contoh.example:8443/rss?key=a1&page=2", "https://contoh.example:8443/rss?key=***&page=2"),
        ("https://contoh.example/rss?lang=id&api_key=a", "https://contoh.example/rss?lang=id&api_key=***"),
        ("https://contoh.example/rss?apiKey=a&accessToken=b", "https://contoh.example/rss?apiKey=***&accessToken=***"),
        ("https://contoh.example/rss?X-Amz-Signature=a", "https://contoh.example/rss?X-Amz-Signature=***"),
        ("https://contoh.example/rss?auth=a;sig=b;user%5Ftoken=c", "https://contoh.example/rss?auth=***;sig=***;user%5Ftoken=***"),
        ("https://contoh.example/rss#access_token=a", "https://contoh.example/rss#access_token=***"),
        (
            "https://www.reddit.com/.rss?feed=0b3f1c2d4e5f60718293a4b5c6d7e8f901234567&user=budi",
            "https://www.reddit.com/.rss?feed=***&user=budi",
        ),
        ("https://api.telegram.org/bot123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/x", "https://api.telegram.org/***/x"),
        ("https://hooks.slack.com/services/T01/B02/aB3dE5fG7hI9jK1lM3nO5pQ7", "https://hooks.slack.com/services/T01/B02/***"),
        ("https://www.google.com/alerts/feeds/01234567890123456789/98765432109876543210", "https://www.google.com/alerts/feeds/***/***"),
        ("https://kal.example/private-0123456789abcdef0123456789abcdef/basic.ics", "https://kal.example/***/basic.ics"),
        ("https://contoh.example/rss;jsessionid=a1/umpan;v=2;token=b", "https://contoh.example/rss;jsessionid=***/umpan;v=2;token=***"),
        ("https://contoh.example/rss?PHPSESSID=a&apitoken=b&userkey=c&clientsecret=d", "https://contoh.example/rss?PHPSESSID=***&apitoken=***&userkey=***&clientsecret=***"),
        ("https://contoh.example/rss?page=2?token=a", "https://contoh.example/rss?page=***"),
        ("https://proksi.example/?url=https%3A%2F%2Fa.example%2F%3Fkey%3Da", "https://proksi.example/?url=***"),
        ("https://proksi.example/?url=https://budi:rahasia@a.example/", "https://proksi.example/?url=***"),
        ("https://contoh.example/rss?0b3f1c2d4e5f60718293a4b5c6d7e8f901234567", "https://contoh.example/rss?***"),
        ("https://contoh.example/%61B3dE5fG7hI9jK1lM3nO5pQ7", "https://contoh.example/***"),
        ("https://[2001:db8::1]:8443/rss?TOKEN=a", "https://[2001:db8::1]:8443/rss?TOKEN=***"),
        ("http://[::1?token=rahasia", "***"),
        ("https://feeds.example/550e8400-e29b-41d4-a716-446655440000.xml", "https://feeds.example/***"),
    ],
)  # fmt: skip
def test_secrets_of_an_address_are_hidden(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    assert without_secrets(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://www.kompas.com/read?page=2&id=7&keyword=jokowi&author=budi",
        "https://nasional.kompas.com/read/2026/11/23/12345678/jokowi-resmikan-tol-trans-jawa-2026?page=all",
        "https://www.cnnindonesia.com/nasional/20261123101010-32-1234567/ktt-g20-bahas-covid19-di-bali",
        "https://news.detik.com/berita/d-7654321/prabowo-temui-anies?utm_source=x",
        "https://www.youtube.com/feeds/videos.xml?channel_id=UCaB3dE5fG7hI9jK1lM3nO5p",
        "https://www.youtube.com/feeds/videos.xml?playlist_id=PLaB3dE5fG7hI9jK1lM3nO5pQ7",
        "https://contoh.example/rss.xml?token=&monkey=1",
        "https://contoh.example/%D8%A7%D9%84%D8%B9%D8%B1%D8%A8%D9%8A%D8%A9?q=%D8%A7%D9%84%D8%B9%D8%B1%D8%A8%D9%8A%D8%A9",
        "https://contoh.example/?url=https%3A%2F%2Fa.example%2Frss%3Flang%3Did",
        "HTTPS://Contoh.example/a//b?#",
        "http://[::1",
        "jokowi",
        "",
    ],
)
def test_ordinary_addresses_stay_as_they_are(url: str) -> None:
    assert without_secrets(url) == url
