"""The whole app under AppTest, over a real store in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pasip_core.domain.keyword import Keyword, rules_revision
from pasip_core.domain.mention import Mention
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores
from tests.builders import make_mention

SCRIPT = Path(__file__).parents[2] / "pages" / "navigation.py"


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The environment of an installation in a temporary folder; its queue is away."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    current_settings.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    yield current_settings()
    st.cache_data.clear()
    st.cache_resource.clear()
    current_settings.cache_clear()


@pytest.fixture
def stores(here: Settings) -> Iterator[Stores]:
    """The store that the app reads, opened beside it."""
    from pasip_core.stores.connect import connect

    opened = connect(here)
    yield opened
    opened.close()


@pytest.fixture
def fill(stores: Stores) -> Callable[..., None]:
    """Keep keywords and mentions, and roll them up."""
    from pasip_core.pipeline.rollup import rollup

    def put(mentions: Sequence[Mention] = (), keywords: Sequence[Keyword] = ()) -> None:
        for keyword in keywords:
            stores.keywords.save(keyword)
        revision = rules_revision(stores.keywords.list())
        stores.mentions.upsert([replace(m, rules_revision=revision) for m in mentions])
        rollup(stores, owner="test", clock=lambda: datetime.now(UTC), progress=lambda done, total, note: None)

    return put


@pytest.fixture
def open_app(here: Settings) -> Callable[..., AppTest]:
    """Open the app at an address, in a browser that speaks English unless told otherwise."""

    def start(page: str = "", locale: str = "en-US", **params: str) -> AppTest:
        app = AppTest.from_file(SCRIPT, default_timeout=30)
        app.context = {"locale": locale, "timezone": "Asia/Jakarta"}
        for name, value in params.items():
            app.query_params[name.removesuffix("_")] = value
        app.run()
        if page:
            for name, value in params.items():
                app.query_params[name.removesuffix("_")] = value
            app.switch_page(f"{page}.py").run()
        return app

    return start


def texts(app: AppTest) -> str:
    """Everything a person could read, in one string."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "success")
    found = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    found += [f"{metric.label} {metric.value} {metric.delta}" for metric in app.metric]
    return "\n".join(found + [button.label for button in app.button])


def at(day: str, hour: int = 12) -> datetime:
    """A moment on a day, UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def said(text: str, day: str, *, keywords: Sequence[str] = (), sentiment: str | None = None, **more: object) -> Mention:
    """A mention of a day that carries these keywords."""
    return make_mention(text, sentiment=sentiment, published_at=at(day), keywords=tuple(keywords), **more)
