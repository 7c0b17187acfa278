"""Article extraction against the libraries it stands on, each alone, on the same pages."""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Callable

from pasip_core.sources.extract import extract

WORDS = (
    "wali", "kota", "warga", "jembatan", "pasar", "menteri", "anggaran", "daerah", "sekolah", "sungai", "rapat",
    "dewan", "pagi", "tahun", "rakyat",
)  # fmt: skip


def extraction(pages: int = 40) -> dict[str, float]:
    """Pages a second on one core: ours, newspaper4k and trafilatura; and our ratio to the faster."""
    rng = random.Random(7)
    corpus = [_page(rng) for _ in range(pages)]
    rates = {name: _rate(read, corpus) for name, read in _readers().items()}
    rates["ours_to_faster"] = rates["ours"] / max(rates["newspaper4k"], rates["trafilatura"])
    return rates


def _readers() -> dict[str, Callable[[str], object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import newspaper
        import trafilatura

    def by_newspaper(html: str) -> str:
        paper = newspaper.Article("https://page.invalid/", language="id", fetch_images=False)
        paper.download(input_html=html)
        paper.parse()
        return str(paper.text)

    return {
        "ours": lambda html: extract(html, "https://uji.test/a"),
        "newspaper4k": by_newspaper,
        "trafilatura": lambda html: trafilatura.extract(html, include_comments=False),
    }


def _rate(read: Callable[[str], object], corpus: list[str]) -> float:
    read(corpus[0])  # imports and compiled expressions
    start = time.perf_counter()
    for html in corpus:
        read(html)
    return len(corpus) / (time.perf_counter() - start)


def _page(rng: random.Random) -> str:
    """Some 100 kB of an article among scripts, menus, teasers and comments."""

    def sentences(count: int) -> str:
        return " ".join(" ".join(rng.choices(WORDS, k=12)).capitalize() + "." for _ in range(count))

    menu = "".join(f"<li><a href='/k{i}'>{sentences(1)[:20]}</a></li>" for i in range(80))
    cards = "".join(
        f"<div class='card'><a href='/c{i}'><h3>{sentences(1)}</h3></a><p>{sentences(1)}</p></div>" for i in range(60)
    )
    comments = "".join(f"<div class='comment'><p>{sentences(2)}</p></div>" for _ in range(40))
    body = "".join(f"<p>{sentences(rng.randint(1, 5))}</p>" for _ in range(rng.randint(6, 25)))
    script = f"<script>{'var a = 1; ' * 3000}</script>"
    return (
        f"<html lang='id'><head><title>Judul</title>{script}</head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>Judul</h1>{body}</article>{cards}<section id='comments'>{comments}</section></body></html>"
    )


if __name__ == "__main__":
    for name, value in extraction().items():
        print(f"{name:16} {value:8.1f}")
