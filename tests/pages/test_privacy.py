"""The privacy page: look first, confirm by typing, and no erasure without both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis
from streamlit.testing.v1 import AppTest

from pages.components import cached
from pasip_core.dispatch import job_status
from pasip_core.domain.privacy import Erasure
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores
from tests import trouble
from tests.builders import NOW, make_keyword
from tests.pages.conftest import said, texts
from workers.jobs import erase_person

Open = Callable[..., AppTest]
Fill = Callable[..., None]
EVIL = "**tebal** <script>x</script>"


@pytest.fixture
def with_queue(monkeypatch: pytest.MonkeyPatch, redis_url: str, redis: Redis) -> None:
    """The installation's queue answers."""
    monkeypatch.setenv("REDIS_URL", redis_url)


def tweets() -> list[object]:
    mine = [said(f"kicauan {n}", f"2019-05-0{n + 1}", author="Budi_Uji") for n in range(3)]
    other = said(f"halo @budi_uji {EVIL}", "2019-05-09", author="siti")
    return [*mine, other, said("lain", "2019-05-09", author="tono")]


def look_for(app: AppTest, username: str = "@budi_uji") -> AppTest:
    app.text_input(key="privacy_username").set_value(username)
    return app.button(key="privacy_look").click().run()


def test_a_search_shows_how_much_where_and_when_and_changes_nothing(open_app: Open, fill: Fill, stores: Stores):
    fill(mentions=tweets(), keywords=[make_keyword("budi_uji")])
    before = stores.mentions.watermark()
    app = look_for(open_app("privacy"))
    assert not app.exception
    assert [m.value for m in app.metric] == ["3", "3", "1", "1"]
    shown = texts(app)
    assert "From 1 May – 3 May 2019" in shown
    assert "Keyword with this name: budi\\_uji" in shown
    assert stores.mentions.watermark() == before
    assert stores.erasures.list() == []


def test_without_the_typed_name_the_button_is_dead(open_app: Open, fill: Fill):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    assert app.button(key="privacy_erase").disabled
    app.text_input(key="privacy_typed").set_value("budi").run()
    assert app.button(key="privacy_erase").disabled
    assert "That is not the same" in texts(app)
    app.text_input(key="privacy_typed").set_value(" @BUDI_uji ").run()
    assert "That is not the same" not in texts(app)
    assert app.button(key="privacy_erase").disabled, "and without a reason"
    app.text_input(key="privacy_reason").set_value("permohonan no. 12").run()
    assert not app.button(key="privacy_erase").disabled


def test_a_search_by_name_shows_the_words_around_it_marked_and_nothing_of_them_as_html(open_app: Open, fill: Fill):
    fill(mentions=[said(f"{'jauh ' * 60} kata Budi  Santosonya {EVIL} {'lagi ' * 60}", "2019-05-01")])
    app = open_app("privacy")
    app.segmented_control(key="privacy_way").set_value("name").run()
    app.text_input(key="privacy_name").set_value("budi santoso")
    app.button(key="privacy_look").click().run()
    (shown,) = [element.proto.body for element in app.get("html") if "<mark" in element.proto.body]
    assert ">Budi Santosonya</mark> **tebal** &lt;script&gt;x&lt;/script&gt; lagi" in shown
    assert "…jauh" in shown
    assert "jauh " * 30 not in shown


def test_what_was_found_of_one_person_does_not_stand_under_another_search(open_app: Open, fill: Fill):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    assert "What is stored of" in texts(app)
    app.segmented_control(key="privacy_way").set_value("name").run()
    assert "What is stored of" not in texts(app)


@pytest.mark.usefixtures("with_queue")
def test_what_is_confirmed_is_done_and_proven(open_app: Open, fill: Fill, stores: Stores):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    app.checkbox(key="privacy_others").check()
    app.text_input(key="privacy_reason").set_value("permohonan no. 12")
    app.text_input(key="privacy_typed").set_value("budi_uji").run()
    app.button(key="privacy_erase").click().run()
    assert not app.exception
    assert "Erasure under way" in texts(app)
    assert "Asked for by the person at this computer" in texts(app)
    assert not app.expander, "it is no earlier one"
    (request,) = stores.erasures.list()
    reloaded = open_app("privacy", locale="id-ID")
    assert "Penghapusan sedang berjalan" in texts(reloaded)
    assert not reloaded.expander
    job = job_status(f"erase-{request.id}", settings=current_settings())
    assert job is not None
    erase_person(*job.args)
    app.run()
    shown = texts(app)
    assert "Erased: 4 mentions" in shown
    assert "nothing was left" in shown
    assert "udi_uji" not in shown
    assert [m.author for m in stores.mentions.holding(["a"])] == ["tono"]


@pytest.mark.usefixtures("with_queue")
def test_a_reason_that_names_the_person_is_refused_and_the_form_stays(open_app: Open, fill: Fill, stores: Stores):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    app.text_input(key="privacy_reason").set_value("surat dari budi_uji")
    app.text_input(key="privacy_typed").set_value("budi_uji").run()
    app.button(key="privacy_erase").click().run()
    assert "names the person" in texts(app)
    assert app.button(key="privacy_erase")
    assert stores.erasures.list() == []


def test_without_workers_nothing_happens_and_the_page_says_so(open_app: Open, fill: Fill, stores: Stores):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    app.text_input(key="privacy_reason").set_value("permohonan no. 12")
    app.text_input(key="privacy_typed").set_value("budi_uji").run()
    app.button(key="privacy_erase").click().run()
    assert [error.value for error in app.error if "background workers cannot be reached" in error.value]
    assert len(app.error) == 1
    assert "Nothing was erased" in app.error[0].value
    assert stores.erasures.list() == []


@pytest.mark.usefixtures("with_queue")
def test_while_the_store_is_away_the_page_says_once_that_nothing_was_erased(
    open_app: Open, fill: Fill, here: Settings, stores: Stores
):
    fill(mentions=tweets())
    app = look_for(open_app("privacy"))
    app.text_input(key="privacy_reason").set_value("permohonan no. 12")
    app.text_input(key="privacy_typed").set_value("budi_uji").run()
    with trouble.moved(here.data_dir):
        cached.look_again()
        app.button(key="privacy_erase").click().run()
        assert [text.startswith("Nothing was erased") for text in (e.value for e in app.error)] == [True, False]
        assert texts(app).count("does not answer") == 1
    app.button(key="again_privacy").click().run()
    assert stores.erasures.list() == []
    assert app.button(key="privacy_erase"), "what was found is still there"


@pytest.mark.parametrize("username", ["", " @ "])
def test_nobody_is_looked_for_without_a_name(open_app: Open, username: str):
    app = look_for(open_app("privacy"), username)
    assert not app.exception
    assert "names no account" in texts(app)


def test_what_is_left_is_said_and_an_earlier_one_is_shown_by_its_hash(open_app: Open, stores: Stores):
    stores.erasures.save(
        Erasure(
            "e1", NOW, "local", "permohonan _lama_", "name", "ab" * 16, finished_at=NOW,
            findings=("lain.txt still holds it",), files=("blanked 3 lines of pasip.log",),
        )
    )  # fmt: skip
    app = open_app("privacy", locale="id-ID")
    assert "ab" * 16 in texts(app)
    assert "lain.txt masih memuatnya" in texts(app)
    assert "3 baris di pasip.log dikosongkan" in texts(app)
    assert "Diminta oleh orang di komputer ini" in texts(app)
    assert "belum semua" in app.expander[0].label


def test_how_long_is_kept_is_told(open_app: Open, monkeypatch: pytest.MonkeyPatch):
    assert "RETENTION_DAYS is empty" in texts(open_app("privacy"))
    monkeypatch.setenv("RETENTION_DAYS", "twitter=180,*=365")
    current_settings.cache_clear()
    shown = texts(open_app("privacy"))
    assert "X (Twitter): 180 days" in shown
    assert "All other platforms: 365 days" in shown
