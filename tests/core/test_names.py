"""Which names a text is read to hold, as an Indonesian reader would count them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE, Entity
from pasip_core.domain.names import ACCOUNT, DOMAIN, HASHTAG, READER, Alias, Merged, NamedEntity
from pasip_core.nlp import entities
from pasip_core.nlp.names import NameReader, load_reader
from pasip_core.nlp.tags import find_tags, site_of
from tests.builders import NOW


class Heard:
    """A model that hears what it is told to, wherever the text holds it."""

    def __init__(self, **names: str) -> None:
        self._names = {text.replace("_", " "): label for text, label in names.items()}
        self.asked: list[str] = []

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.asked += texts
        return [
            [
                Entity(name, label, text.index(name), text.index(name) + len(name), name)
                for name, label in self._names.items()
                if name in text
            ]
            for text in texts
        ]


def heard(text: str, said: str, label: str = PERSON) -> list[str]:
    """The names of that kind in a text of which the model heard ``said``."""
    (names,) = NameReader(Heard(**{said.replace(" ", "_"): label})).read([text])
    return [name.name for name in names if name.kind == label]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Pak Budi Santoso", "Budi Santoso"),
        ("Prof. Dr. H. Bambang Wijaya", "Bambang Wijaya"),
        ("Bupati Siti Aminah, S.H., M.Si.", "Siti Aminah"),
        ("BUDI SANTOSO", None),
        ("budi santoso", None),
        ("Gubernur", None),
        ("RT", None),
        ("Yg", None),
        ("Kalau", None),
        ("Disindir Jokowi", None),
        ("Timses Prabowo", None),
        ("Edhy Prabowo", "Edhy Prabowo"),
        ("Budi2", None),
        ("Siti dan Budi Santoso", "Budi Santoso"),
    ],
)
def test_titles_are_no_part_of_a_name_and_slang_is_none(said: str, name: str | None) -> None:
    found = heard(f"Kemarin katanya {said} datang ke sini untuk melihat sawah.", said)
    assert [one for one in found if one not in {"Joko Widodo", "Prabowo Subianto", "Siti"}] == ([name] if name else [])


@pytest.mark.parametrize(
    "text", ["Jokowi datang", "Pak Jokowi datang", "joko widodo datang", "pakde jokowi", "JOKOWI!"]
)
def test_well_known_people_have_one_name(text: str) -> None:
    (names,) = NameReader(Heard(Pak_Jokowi=PERSON)).read([text])
    assert names == (NamedEntity(PERSON, "Joko Widodo"),)


@pytest.mark.parametrize(
    ("said", "label", "name"),
    [
        ("Prabowo", PLACE, None),
        ("Hoaks", ORGANISATION, None),
        ("SALAH", ORGANISATION, None),
        ("GERAKAN MENCEGAH", ORGANISATION, None),
        ("KPPS", ORGANISATION, "KPPS"),
        ("Bank Sejahtera Abadi", ORGANISATION, "Bank Sejahtera Abadi"),
        ("Kalau Mobil", PLACE, None),
        ("Desa Sukamakmur", PLACE, "Desa Sukamakmur"),
    ],
)
def test_places_and_organisations_look_like_names(said: str, label: str, name: str | None) -> None:
    assert heard(f"Kemarin di {said} ada rapat warga soal sawah.", said, label) == ([name] if name else [])


def test_a_person_taken_for_a_place_is_a_person() -> None:
    (names,) = NameReader(Heard(Prabowo=PLACE)).read(["Kata Prabowo begitu"])
    assert names == (NamedEntity(PERSON, "Prabowo Subianto"),)


def test_nobody_asks_the_model_where_capitals_tell_nothing_nor_twice_for_copies() -> None:
    model = Heard()
    NameReader(model).read(["semua huruf kecil", "SEMUA HURUF BESAR DI SINI", "Ada Budi", "Ada Budi", "#Tagar @Akun"])
    assert model.asked == ["Ada Budi"]


def test_tags_accounts_and_sites_are_found_by_rule() -> None:
    text = (
        "@Budi_S setuju! #GantiPresiden lihat https://news.detik.com/berita/1?x=#y dan www.kpu.go.id, surat ke "
        "budi@contoh.co.id; &#39; #2019 http://bit.ly/abc https://youtu.be/x @null https://www.kompas.c…"
    )
    found = {(name.kind, name.name) for name in find_tags(text)}
    assert found == {
        (ACCOUNT, "budi_s"), (HASHTAG, "gantipresiden"), (DOMAIN, "detik.com"), (DOMAIN, "kpu.go.id"),
        (DOMAIN, "youtube.com"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("https://m.antaranews.com/x", "antaranews.com"),
        ("http://user:pass@www.viva.co.id:8080/a", "viva.co.id"),
        ("https://cerita.blogspot.com/2019", "cerita.blogspot.com"),
        ("https://t.co/abc", ""),
        ("https://localhost/x", ""),
        ("https://-/", ""),
        ("https://203.0.113.7/x", ""),
    ],
)
def test_a_site_is_what_was_registered(link: str, site: str) -> None:
    assert site_of(link) == site


def test_reading_again_gives_the_same() -> None:
    texts = ["Gubernur Ridwan Kamil bertemu PDIP di Bandung #jabar", "", "Pak Budi Santoso", "\ud83d rusak @a_b"]
    reader = load_reader()
    assert reader.read(texts) == reader.read(texts)
    assert reader.read(texts[:1])[0] == (
        NamedEntity(PERSON, "Ridwan Kamil"), NamedEntity(PLACE, "Bandung"),
        NamedEntity(ORGANISATION, "PDI Perjuangan"), NamedEntity(HASHTAG, "jabar"),
    )  # fmt: skip


def test_the_reader_bears_the_version_of_its_model() -> None:
    assert READER.startswith(f"{entities.VERSION}.")


def test_a_ring_of_merged_names_counts_as_one() -> None:
    a, b, c = (NamedEntity(PERSON, name) for name in "abc")

    def into(one: NamedEntity, main: NamedEntity) -> Alias:
        return Alias(one.id, one.kind, one.name, main.id, main.kind, main.name, NOW)

    merged = Merged([into(a, b), into(b, a), into(c, a)])
    assert len({merged.main(name.id) for name in (a, b, c)}) == 1
    assert set(merged.members(a.id)) == {a.id, b.id, c.id}
    assert [len(ids) for ids in merged.groups().values()] == [3]
