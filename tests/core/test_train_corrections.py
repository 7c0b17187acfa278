"""What people corrected becomes something to learn from, and a trained model of one's own can be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pasip_core.commands import quality
from pasip_core.domain.period import Period
from pasip_core.nlp.corpora import OF_PEOPLE, read_training
from pasip_core.nlp.sentiment import BUNDLED_FOLDER, load_sentiment
from pasip_core.queries.quality import corrected_texts
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import draw_sample
from tests.builders import NOW, make_mention


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def test_corrections_are_learnt_from_but_not_what_a_model_is_judged_by(stores: Stores) -> None:
    one, other, third = (make_mention(f"teks {n}", sentiment="neutral") for n in range(3))
    stores.mentions.upsert([one, other, third])
    sample = draw_sample(stores, Period(NOW.date(), NOW.date()), NOW)
    quality.label(stores, sample, other.id, "positive")
    for mention in (one, other):
        stores.mentions.correct(mention.id, "negative", at=NOW)
    assert corrected_texts(stores) == [("teks 0", "negative")]


def test_a_correction_outranks_the_same_text_of_a_set(tmp_path: Path) -> None:
    folder = tmp_path / "sentiment"
    folder.mkdir()
    (folder / "smsa_train.tsv").write_text("zumbala keren\tpositive\nburuk sekali\tnegative\n", encoding="utf-8")
    for name in ("indonesian", "javanese", "sundanese"):
        (folder / f"nusax_{name}_train.csv").write_text("id,text,label\n1,biasa saja,neutral\n", encoding="utf-8")
    found = read_training(tmp_path, corrections=[("Zumbala, keren!", "negative")])
    assert (found.groups <= OF_PEOPLE).sum() == 1
    texts = [text for text in found.texts if "umbala" in text]
    assert texts == ["Zumbala, keren!"]


def test_a_folder_with_a_trained_model_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "sentiment").symlink_to(BUNDLED_FOLDER)
    own = load_sentiment(str(tmp_path))
    assert own.version == load_sentiment("bundled").version
    assert own.predict(["Saya suka sekali"]) == load_sentiment("bundled").predict(["Saya suka sekali"])
