"""Made-up article pages in the markup of the outlets."""

# ruff: noqa: E501
from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PARAGRAPHS = (
    "Wali kota meresmikan jembatan penyeberangan di kawasan pasar lama pada Senin pagi, setelah tertunda dua tahun.",
    "Simak bagaimana warga menyambutnya: sejak subuh mereka memenuhi tepi sungai, membawa bendera kecil dan bekal untuk sarapan bersama keluarga.",
    '"Kami berharap jembatan ini memudahkan anak-anak ke sekolah," kata Ketua RW setempat, Darmo, kepada wartawan.',
    "Anggaran pembangunan mencapai Rp 12,5 miliar dan berasal dari kas daerah, menurut Dinas Pekerjaan Umum.",
)


def page(body: str, head: str = "", title: str = "Judul uji - Uji.com") -> str:
    return f"<!DOCTYPE html><html lang='id'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}</body></html>"


def ps(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


NAV = "<nav><ul>" + "".join(f"<li><a href='/k{i}'>Kanal {i}</a></li>" for i in range(9)) + "</ul></nav>"
RELATED = (
    "<div class='terkait'><h3>Berita Terkait</h3><ul>"
    + "".join(f"<li><a href='/r{i}'>Judul lain nomor {i} yang cukup panjang untuk dibaca</a></li>" for i in range(9))
    + "</ul></div>"
)

DETIK = page(
    NAV
    + "<article class='detail'><h1 class='detail__title'>Jembatan Pasar Lama Diresmikan</h1>"
    "<div class='detail__author'>Budi Santoso - <span>detikNews</span></div>"
    "<div class='detail__date'>Senin, 23 Nov 2026 10:15 WIB</div>"
    "<figure><img src='a.jpg'><figcaption>Jembatan. (Foto: Uji/detikcom)</figcaption></figure>"
    "<div class='detail__body-text itp_bodycontent'><strong>Jakarta</strong> - " + ps(*PARAGRAPHS[:2])
    + "<p class='para_caption'>ADVERTISEMENT</p><p class='para_caption'>SCROLL TO CONTINUE WITH CONTENT</p>"
    "<table class='linksisip'><tr><td><div class='lihatjg'>Baca juga: <a href='/x'>Judul lain</a></div></td></tr></table>"
    + ps(*PARAGRAPHS[2:])
    + "<br><strong>Simak Video \"<span>Jembatan</span>\"</strong><br>[Gambas:Video 20detik]<br><strong>(bud/sa)</strong>"
    "</div></article>" + RELATED,
    "<meta name='dtk:author' content='Budi Santoso'><meta name='dtk:createddate' content='2026/11/23 08:00:00'>"
    "<meta name='dtk:publishdate' content='2026/11/23 10:15:30'>",
)  # fmt: skip
KOMPAS = page(
    NAV + "<h1 class='read__title'>Jembatan Pasar Lama Diresmikan</h1>"
    "<div class='read__time'>Kompas.com, 03/08/2026, 10:15 WIB</div><div class='credit-title-name'>Sari</div>"
    "<div class='read__content'>" + ps("JAKARTA, KOMPAS.com - " + PARAGRAPHS[0])
    + "<div class='inject-baca-juga-1'>Baca juga: <a href='#'>Judul lain</a></div>"
    + ps(*PARAGRAPHS[1:], "Baca juga: Judul lain lagi", "Simak breaking news di WhatsApp Channel kami")
    + "</div>" + RELATED
)  # fmt: skip
TEMPO = page(
    NAV + "<h1>Jembatan Pasar Lama Diresmikan</h1><div class='detail-content'>"
    + ps(PARAGRAPHS[0], "Scroll ke bawah untuk melanjutkan membaca", *PARAGRAPHS[1:], "Pilihan Editor: Judul lain")
    + "</div>" + RELATED,
    '<script type="application/ld+json">{"@graph":[{"@type":"WebSite","name":"tempo.co"},{"@type":["NewsArticle"],'
    '"headline":"Jembatan Pasar Lama Diresmikan | tempo.co","datePublished":"2026-11-23T03:15:00Z",'
    '"author":[{"@type":"Person","name":"Rini"},{"@type":"Person","name":"Agus Salim"}]}]}</script>',
)  # fmt: skip
CNN = page(
    NAV + "<h1>Jembatan Pasar Lama Diresmikan</h1><div>CNN Indonesia</div><div>Senin, 23 Nov 2026 10:15 WIB</div>"
    "<div class='detail-text'><strong>Jakarta, CNN Indonesia</strong> -- " + ps(*PARAGRAPHS)
    + "<p>[Gambas:Video CNN]</p><p>(abc/def)</p></div>" + RELATED,
    '<script type="application/ld+json">[{"@type":"BreadcrumbList"},{"@type":"NewsArticle","headline":'
    '"Jembatan Pasar Lama Diresmikan","datePublished":"2026-11-23T10:15:00+07:00",'
    '"author":{"@type":"Organization","name":"CNN Indonesia"}}]</script>',
)  # fmt: skip
ANTARA = page(
    NAV + "<h1 class='wrap__article-detail-title'>Jembatan Pasar Lama Diresmikan</h1>"
    "<ul><li class='list-inline-item mr-2'>Senin, 23 November 2026 10:15 WIB</li></ul>"
    "<div class='wrap__article-detail-content post-content'>" + ps("Jakarta (ANTARA) - " + PARAGRAPHS[0], *PARAGRAPHS[1:])
    + "<p class='baca-juga'><span>Baca juga: <a href='/y'>Judul lain</a></span></p>"
    "<p class='text-muted mt-2 small'>Pewarta: Dewi Lestari<br>Editor: Joko<br>Copyright © ANTARA 2026</p></div>" + RELATED
)  # fmt: skip
TRIBUN = page(
    NAV + "<h1>Jembatan Pasar Lama Diresmikan</h1><time>Senin, 23 November 2026 10:15 WIB</time>"
    "<div class='side-article txt-article'>" + ps("TRIBUNNEWS.COM - " + PARAGRAPHS[0])
    + "<p class='baca'><strong>Baca: <a href='/z'>Judul lain</a></strong></p>" + ps(*PARAGRAPHS[1:])
    + "</div><div class='paging'><a href='?page=2'>2</a><a href='?page=3'>3</a><a href='https://lain.test/x?page=4'>4</a></div>"
    "<div id='penulis'>Penulis: Tono Wibowo</div><div id='editor'>Editor: Ani</div>" + RELATED,
    "<meta property='og:title' content='Jembatan Pasar Lama Diresmikan - Tribunnews.com'>"
    "<meta property='og:site_name' content='Tribunnews.com'>",
)  # fmt: skip
OUTLETS = {
    "detik": DETIK,
    "kompas": KOMPAS,
    "tempo": TEMPO,
    "cnnindonesia": CNN,
    "antaranews": ANTARA,
    "tribunnews": TRIBUN,
}
