"""Made-up articles, and how each outlet would show them."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
LONG_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
TOPICS = (
    ("Wali Kota Uji resmikan jembatan penghubung dua kelurahan", "infrastruktur"),
    ("Gubernur Contoh tinjau posko banjir di kawasan pesisir", "banjir"),
    ("Harga beras naik, pedagang pasar minta operasi pasar digelar", "harga beras"),
    ("Partai Teladan umumkan calon ketua umum periode mendatang", "partai"),
    ("Debat kandidat bahas subsidi pupuk dan nasib petani kecil", "debat"),
    ("KPU jelaskan jadwal pemilu dan tahapan pendaftaran pemilih", "pemilu"),
    ("Warga keluhkan layanan rumah sakit daerah yang lambat", "kesehatan"),
    ("Anggaran makan bergizi gratis dibahas di rapat paripurna", "anggaran"),
    ("Polisi amankan unjuk rasa buruh di depan gedung parlemen", "buruh"),
    ("Sekolah rusak di pelosok mulai diperbaiki pemerintah daerah", "pendidikan"),
    ("Tokoh Contoh temui relawan menjelang musyawarah nasional", "relawan"),
    ("Tarif angkutan kota disesuaikan setelah evaluasi tahunan", "tarif"),
)


@dataclass(frozen=True)
class Story:
    """One article. ``number`` makes addresses and texts differ between outlets and stories."""

    number: int
    title: str
    topic: str
    published_at: datetime
    author: str = "Budi Santoso"

    @property
    def slug(self) -> str:
        return "-".join("".join(c for c in self.title.lower() if c.isalnum() or c == " ").split())

    @property
    def summary(self) -> str:
        return f"Laporan mengenai {self.topic}: {self.title.lower()}."

    def paragraphs(self) -> list[str]:
        return [
            f"JAKARTA - {self.title}. Kegiatan bernomor {self.number} itu berlangsung sejak pagi dan dihadiri warga "
            "dari berbagai kecamatan yang ingin menyampaikan pendapat secara langsung.",
            f"Menurut keterangan resmi, persoalan {self.topic} sudah dibahas dalam beberapa pertemuan dan akan "
            "ditindaklanjuti oleh dinas terkait dalam waktu dekat bersama para pemangku kepentingan.",
            "Seorang warga yang ditemui di lokasi mengatakan bahwa ia berharap ada perubahan nyata, karena keluhan "
            "yang sama sudah disampaikan berulang kali tanpa jawaban yang memuaskan dari para pejabat.",
            f"Pengamat menilai langkah tersebut penting bagi kepercayaan publik. Ia menambahkan bahwa {self.topic} "
            "menjadi salah satu hal yang paling sering ditanyakan masyarakat selama satu bulan terakhir.",
            f"Penutup laporan {self.number}: pemerintah daerah berjanji mengumumkan hasilnya pekan depan.",
        ]


def make_stories(outlet_number: int, count: int, now: datetime | None = None) -> list[Story]:
    """``count`` stories, the newest first, an hour apart."""
    now = now or datetime.now(UTC).replace(second=0, microsecond=0)
    stories = []
    for n in range(count):
        title, topic = TOPICS[(n + outlet_number) % len(TOPICS)]
        title = title if n < len(TOPICS) else f"{title} bagian {n // len(TOPICS) + 1}"
        number = outlet_number * 100_000 + n
        stories.append(Story(number, title, topic, now - timedelta(minutes=10, hours=n)))
    return stories


def path_of(outlet: str, story: Story) -> str:
    """Where the outlet would put it."""
    day = story.published_at.astimezone(WIB)
    return {
        "detik": f"/berita/d-{7_000_000 + story.number}/{story.slug}",
        "kompas": f"/read/{day:%Y/%m/%d}/{day:%H%M%S}{story.number % 100:02}{story.number}/{story.slug}",
        "tempo": f"/politik/{story.slug}-{1_000_000 + story.number}",
        "antaranews": f"/berita/{4_000_000 + story.number}/{story.slug}",
        "cnnindonesia": f"/nasional/{day:%Y%m%d%H%M%S}-12-{story.number}/{story.slug}",
        "tribunnews": f"/nasional/{day:%Y/%m/%d}/{story.slug}-{story.number}",
    }.get(outlet, f"/artikel/{story.number}/{story.slug}")


def article_html(outlet: str, story: Story, url: str, page: int | None = 1) -> str:
    """The article page; ``page`` 1 or 2 shows a part of it, ``None`` all."""
    day = story.published_at.astimezone(WIB)
    lines = story.paragraphs()
    shown = lines if page is None or outlet not in SPLIT else (lines[:3] if page == 1 else lines[3:])
    body = "".join(f"<p>{html.escape(line)}</p>" for line in shown)
    title, author = html.escape(story.title), html.escape(story.author)
    nav = ""
    if page is not None and outlet in SPLIT:
        nav = SPLIT[outlet].format(url=url)
    weekday = DAYS[day.weekday()]
    visible = f"{weekday}, {day.day} {MONTHS[day.month - 1]} {day:%Y %H:%M} WIB"
    long_date = f"{weekday}, {day.day} {LONG_MONTHS[day.month - 1]} {day:%Y %H:%M} WIB"
    head = f'<link rel="canonical" href="{url}">'
    if outlet == "detik":
        head += f'<meta name="publishdate" content="{day:%Y/%m/%d %H:%M:%S}">'
        main = (
            f'<article class="detail"><h1 class="detail__title">{title}</h1><div class="detail__author">{author} - '
            f'<span>detikNews</span></div><div class="detail__date">{visible}</div>'
            f'<div class="detail__body-text itp_bodycontent">{body}<p>ADVERTISEMENT</p><table class="linksisip"><tr>'
            f"<td>Baca juga: <a href='/x'>Lain</a></td></tr></table><p>(bud/sa)</p>{nav}</div></article>"
        )
    elif outlet == "kompas":
        main = (
            f'<h1 class="read__title">{title}</h1><div class="read__time">Kompas.com, {day:%d/%m/%Y, %H:%M} WIB</div>'
            f'<div class="credit-title-name">{author}</div><div class="read__content">{body}'
            f'<div class="inject-baca-juga-1">Baca juga: <a href="#">Lain</a></div></div>{nav}'
        )
    elif outlet == "tempo":
        data = {"@graph": [{"@type": "NewsArticle", "headline": f"{story.title} | tempo.co",
                "datePublished": f"{story.published_at:%Y-%m-%dT%H:%M:%SZ}",
                "author": [{"@type": "Person", "name": story.author}]}]}  # fmt: skip
        head += f'<script type="application/ld+json">{json.dumps(data)}</script>'
        main = (
            f'<h1>{title}</h1><div class="detail-content">{body}<p>Scroll ke bawah untuk melanjutkan membaca</p>'
            "<p>Pilihan Editor: Lain</p></div>"
        )
    elif outlet == "antaranews":
        main = (
            f'<h1 class="wrap__article-detail-title">{title}</h1><div class="wrap__article-detail-info"><ul>'
            f'<li class="list-inline-item mr-2">{long_date}</li>'
            f'</ul></div><div class="wrap__article-detail-content post-content">{body}<p class="text-muted mt-2 small">'
            f'Pewarta: {author}</p><span class="baca-juga">Baca juga: Lain</span></div>'
        )
    elif outlet == "tribunnews":
        head += f'<meta property="og:title" content="{title}"><meta name="author" content="{author}">'
        main = (
            f"<h1>{title}</h1><time>{long_date}</time>"
            f'<div class="side-article txt-article">{body}<p class="baca">Baca juga: Lain</p></div>{nav}'
        )
    else:
        head += f'<meta property="article:published_time" content="{day.isoformat()}">'
        head += f'<meta name="author" content="{author}">'
        main = f'<article><h1>{title}</h1><div class="detail-text">{body}</div></article>'
    return f"<!doctype html><html lang='id'><head><title>{title}</title>{head}</head><body>{main}</body></html>"


SPLIT = {
    "detik": '<div class="detail__long-nav"><a href="{url}">1</a><a href="{url}?page=2">2</a></div>',
    "kompas": '<div class="paging"><a class="paging__link" href="{url}?page=2">2</a></div>',
    "tribunnews": '<div class="paging"><a href="{url}?page=2">2</a></div>',
}
"""Outlets that cut articles in two, and the links by which they do."""


def rss(stories: list[tuple[Story, str]], title: str = "Replika") -> bytes:
    """An RSS 2.0 feed of (story, address)."""
    items = "".join(
        f"<item><title>{html.escape(s.title)}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{format_datetime(s.published_at.astimezone(WIB))}</pubDate>"
        f"<description>{html.escape('<p>' + s.summary + '</p>')}</description></item>"
        for s, url in stories
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def atom(stories: list[tuple[Story, str]], title: str = "Replika") -> bytes:
    """An Atom feed."""
    items = "".join(
        f'<entry><title>{html.escape(s.title)}</title><link href="{url}"/><id>{url}</id>'
        f"<published>{s.published_at.isoformat()}</published><updated>{s.published_at.isoformat()}</updated>"
        f'<summary type="html">{html.escape("<p>" + s.summary + "</p>")}</summary></entry>'
        for s, url in stories
    )
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title>{items}</feed>'.encode()
    )


def news_sitemap(stories: list[tuple[Story, str]]) -> bytes:
    """A Google News sitemap."""
    items = "".join(
        f"<url><loc>{url}</loc><news:news><news:publication><news:name>Uji</news:name><news:language>id</news:language>"
        f"</news:publication><news:publication_date>{s.published_at.astimezone(WIB).isoformat()}</news:publication_date>"
        f"<news:title>{html.escape(s.title)}</news:title></news:news></url>"
        for s, url in stories
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{items}</urlset>'
    ).encode()
