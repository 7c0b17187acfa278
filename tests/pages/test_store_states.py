"""Every page while the store is away, full, read-only, damaged, held or of another version, and after it is back."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components import cached
from pasip_core.commands import imports
from pasip_core.errors import StoreFull
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite.database import SCHEMA_VERSION
from tests import trouble
from tests.builders import make_keyword
from tests.pages.conftest import texts
from tests.pages.test_pages import MAY, PAGES, two_keywords_in_may

Open = Callable[..., AppTest]
Fill = Callable[..., None]
State = Callable[[Settings], AbstractContextManager[None]]


@contextmanager
def opened_read_only(here: Settings) -> Iterator[None]:
    """Rights bind who opens: what the app had open is closed, and again afterwards."""
    with trouble.read_only(here.data_dir):
        st.cache_resource.clear()
        yield
    st.cache_resource.clear()


GONE: dict[str, tuple[State, str, str]] = {
    "folder gone": (lambda h: trouble.moved(h.data_dir), "does not answer", "tidak menjawab"),
    "damaged": (lambda h: trouble.damaged(h.sqlite_path), "damaged", "rusak"),
    "newer": (
        lambda h: trouble.schema(h.sqlite_path, SCHEMA_VERSION + 1), "another version", "versi lain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_what_is_wrong_and_is_well_again_once_the_store_is(
    open_app: Open, here: Settings, stores: Stores, fill: Fill, page: str, name: str
) -> None:
    state, english, indonesian = GONE[name]
    fill(**two_keywords_in_may())
    for locale, words in (("en-US", english), ("id-ID", indonesian)):
        app = open_app(page, locale=locale, **MAY)
        title = app.title[0].value
        with state(here):
            cached.look_again()
            app.run()
            assert words in app.error[0].value
            assert len(app.error) == 1
            assert not app.exception
            assert not app.title
        app.button(key=f"again_{'import' if page == 'imports' else page}").click().run()
        assert app.title[0].value == title
        assert not app.error or "workers" in app.error[0].value or "latar" in app.error[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_store_that_may_only_be_read_is_shown_with_a_warning(
    open_app: Open, here: Settings, stores: Stores, fill: Fill, page: str
) -> None:
    fill(**two_keywords_in_may())
    with opened_read_only(here):
        app = open_app(page, **MAY)
        assert "may only be read" in app.warning[0].value
        assert app.title
        assert not app.exception
    cached.look_again()
    app.run()
    assert "may only be read" not in texts(app)


def test_a_change_of_what_may_only_be_read_is_refused_beside_the_form(
    open_app: Open, here: Settings, stores: Stores, fill: Fill
) -> None:
    fill(**two_keywords_in_may())
    with opened_read_only(here):
        app = open_app("keywords")
        app.toggle(key="active_jokowi").set_value(False).run()
        assert "may only be read" in app.error[0].value
        assert app.title
    assert stores.keywords.get("jokowi").active


@pytest.mark.parametrize("page", PAGES)
def test_a_full_disk_is_told_on_each_page_and_what_is_stored_is_shown(
    open_app: Open, here: Settings, page: str
) -> None:
    with trouble.small_disk(here.data_dir, 40):
        stores = connect(here)
        stores.keywords.save(make_keyword("jokowi"))
        app = open_app(page)
        assert not app.warning
        with trouble.filled(here.data_dir):
            cached.look_again()
            app.run()
            assert "The disk is full" in app.warning[0].value
            assert app.title
            assert not app.exception
        cached.look_again()
        app.run()
        assert not app.warning
        stores.close()
        st.cache_resource.clear()


def test_a_store_that_cannot_even_be_opened_for_lack_of_room_says_only_that(open_app: Open, here: Settings) -> None:
    with trouble.small_disk(here.data_dir, 40):
        connect(here).close()
        with trouble.filled(here.data_dir):
            app = open_app()
            assert "The disk is full" in app.error[0].value
            assert "can still be read" not in texts(app)
            assert not app.warning
        app.button(key="again_overview").click().run()
        assert app.title
        st.cache_resource.clear()


def test_an_upload_that_does_not_fit_is_told_and_leaves_nothing(here: Settings) -> None:
    with trouble.small_disk(here.data_dir, 4), trouble.filled(here.data_dir, but=1 << 20):
        with pytest.raises(StoreFull):
            imports.keep_upload(here, "tweets.csv", io.BytesIO(bytes(2 << 20)))
        assert [path for path in here.data_dir.rglob("*") if path.name == "tweets.csv"] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_another_program_holds_whole_is_busy_within_seconds(
    open_app: Open, here: Settings, page: str
) -> None:
    connect(here).close()
    with trouble.held(here.sqlite_path, "everything"):
        begun = time.monotonic()
        app = open_app(page)
        assert "too busy" in app.error[0].value
        assert time.monotonic() - begun < 15
    cached.look_again()
    app.run()
    assert app.title
    assert "too busy" not in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_while_another_program_writes_pages_are_read_as_ever(
    open_app: Open, here: Settings, stores: Stores, fill: Fill, page: str
) -> None:
    fill(**two_keywords_in_may())
    with trouble.held(here.sqlite_path):
        app = open_app(page, **MAY)
        assert app.title
        assert "too busy" not in texts(app)


@pytest.mark.slow
def test_a_change_waits_for_another_program_and_no_longer_than_its_patience(
    open_app: Open, here: Settings, stores: Stores, fill: Fill
) -> None:
    fill(**two_keywords_in_may())
    app = open_app("keywords")
    with trouble.held(here.sqlite_path):
        begun = time.monotonic()
        app.toggle(key="active_jokowi").set_value(False).run()
        assert cached.PATIENCE - 1 < time.monotonic() - begun < cached.PATIENCE + 10
        assert "too busy" in app.error[0].value
    app.toggle(key="active_jokowi").set_value(False).run()
    assert not stores.keywords.get("jokowi").active


def test_an_older_backup_is_brought_up_to_date_while_the_app_runs(
    open_app: Open, here: Settings, stores: Stores, fill: Fill
) -> None:
    fill(**two_keywords_in_may())
    app = open_app(**MAY)
    assert app.metric
    stores.close()
    empty = here.data_dir / "empty"
    empty.touch()
    empty.replace(here.sqlite_path)
    for name in ("pasip.db-wal", "pasip.db-shm"):
        (here.data_dir / name).unlink(missing_ok=True)
    cached.look_again()
    app.run()
    assert "Three steps" in texts(app)


def test_the_export_says_that_it_cannot_be_made_now(here: Settings, stores: Stores, fill: Fill) -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from pages.components.exports import ROUTES

    fill(**two_keywords_in_may())
    with TestClient(Starlette(routes=list(ROUTES))) as client:
        assert client.get("/download/mentions.csv").status_code == 200
        with trouble.moved(here.data_dir):
            refused = client.get("/download/mentions.csv")
            assert (refused.status_code, "does not answer" in refused.text) == (503, True)
        assert client.get("/download/mentions.csv").status_code == 200


QUEUE = "The background workers cannot be reached"


@pytest.mark.parametrize("page", PAGES)
def test_a_queue_that_is_away_takes_no_page_along(open_app: Open, stores: Stores, fill: Fill, page: str) -> None:
    """The queue of these tests is away."""
    fill(**two_keywords_in_may())
    app = open_app(page, **MAY)
    assert app.title
    assert not app.exception
    assert (QUEUE in texts(app)) == (page == "collection")


@pytest.mark.slow
def test_a_queue_that_takes_calls_and_never_answers_holds_a_page_up_for_seconds_only(
    open_app: Open, here: Settings
) -> None:
    here.data_dir.mkdir(parents=True)
    with trouble.deaf_server(here.redis_socket):
        begun = time.monotonic()
        app = open_app("collection")
        assert time.monotonic() - begun < 25
        assert QUEUE in texts(app)
