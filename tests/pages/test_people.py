"""People and places: lists of names, one name in full, and what people say of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from streamlit.testing.v1 import AppTest

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE
from pasip_core.domain.mention import Mention
from pasip_core.domain.names import HASHTAG, NamedEntity, NamesRead
from pasip_core.pipeline.rollup import rollup
from pasip_core.stores.ports import Stores
from tests.builders import NOW
from tests.pages.conftest import said, texts

Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}
JOKOWI, BUDI = NamedEntity(PERSON, "Joko Widodo"), NamedEntity(PERSON, "Budi Santoso")
SOLO, KPU, TAG = NamedEntity(PLACE, "Surakarta"), NamedEntity(ORGANISATION, "KPU"), NamedEntity(HASHTAG, "debat")


def read(stores: Stores, names: Mapping[str, Sequence[NamedEntity]], mentions: Sequence[Mention]) -> None:
    """Give each mention the names under its text."""
    stores.mentions.save_names([NamesRead(m.id, m.content_hash, tuple(names.get(m.content, ()))) for m in mentions])
    rollup(stores, owner="test", clock=lambda: NOW)


def three(stores: Stores, fill: Fill) -> None:
    mentions = [
        said("satu", "2019-05-02", sentiment="positive"),
        said("dua", "2019-05-03", sentiment="negative"),
        said("tiga", "2019-05-04", sentiment="neutral"),
    ]
    fill(mentions)
    read(stores, {"satu": (JOKOWI, SOLO, TAG), "dua": (JOKOWI, KPU), "tiga": (BUDI,)}, mentions)


def listed(app: AppTest) -> dict[str, int]:
    return dict(zip(app.dataframe[0].value["name"], app.dataframe[0].value["volume"], strict=True))


def test_the_names_of_a_kind_are_listed_loudest_first(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    assert list(listed(open_app("people", **MAY)).items()) == [("Joko Widodo", 2), ("Budi Santoso", 1)]
    assert listed(open_app("people", **MAY, names="HASHTAG")) == {"#debat": 1}
    assert listed(open_app("people", **MAY, text="satu")) == {"Joko Widodo": 1}


def test_mentions_that_wait_are_told(open_app: Open, fill: Fill, stores: Stores) -> None:
    fill([said("belum dibaca", "2019-05-02")])
    shown = texts(open_app("people", **MAY))
    assert "1 mentions are not read yet" in shown
    assert "Nothing of this kind" in shown


def test_a_name_shows_its_numbers_its_company_and_its_mentions(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    app = open_app("people", **MAY, name=JOKOWI.id)
    assert not app.exception
    assert {m.label: m.value for m in app.metric}["Mentions"] == "2"
    assert app.subheader[0].value == "Joko Widodo"
    beside = [button.label for button in app.button if str(button.key).startswith("beside_")]
    assert beside == ["1 · Surakarta", "1 · KPU", "1 · \\#debat"]
    app.button(key=f"beside_{KPU.id}").click().run()
    assert app.subheader[0].value == "KPU"
    assert app.query_params["name"] == KPU.id


def test_a_chosen_name_follows_to_the_mentions_and_no_further(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    app = open_app("people", **MAY, name=JOKOWI.id)
    app.switch_page("mentions.py").run()
    assert "2 mentions" in texts(app)
    assert "Name: Joko Widodo" in texts(app)
    app.button(key="filter_name").click().run()
    assert "3 mentions" in texts(app)
    app = open_app("people", **MAY, name=JOKOWI.id)
    app.switch_page("overview.py").run()
    assert {m.label: m.value for m in app.metric}["Mentions"] == "3"


def test_two_names_are_merged_and_parted_again(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    app = open_app("people", **MAY, name=BUDI.id)
    app.selectbox(key=f"into_{BUDI.id}").select(JOKOWI.id).run()
    app.button(key="merge_name").click().run()
    assert not app.exception
    assert app.subheader[0].value == "Joko Widodo"
    assert {m.label: m.value for m in app.metric}["Mentions"] == "3"
    assert "Budi Santoso counts as Joko Widodo" in texts(app)
    assert [(entry.action, entry.subject) for entry in stores.audit.list()] == [("name.merge", "Budi Santoso")]
    app.button(key=f"undo_{BUDI.id}").click().run()
    assert {m.label: m.value for m in app.metric}["Mentions"] == "2"
    assert "counts as" not in texts(app)


def test_a_name_that_is_none_is_hidden(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    app = open_app("people", **MAY, name=JOKOWI.id)
    app.button(key="hide_name").click().run()
    assert listed(app) == {"Budi Santoso": 1}
    assert "Joko Widodo is hidden" in texts(app)


def test_an_unknown_name_in_the_address_shows_the_list(open_app: Open, fill: Fill, stores: Stores) -> None:
    three(stores, fill)
    app = open_app("people", **MAY, name="0" * 16)
    assert not app.exception
    assert len(listed(app)) == 2
    assert "left out" in texts(open_app("people", **MAY, name="<b>"))
