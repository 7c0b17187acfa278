"""Where mentions come from: how each source is, and what to do about it."""

from __future__ import annotations

import streamlit as st

from pages.components import add_source, cached, rhythm_view, source_table, source_view
from pages.components.access import require_role
from pages.components.i18n import t
from pasip_core.queries.sources import source_cards

require_role()

st.title(t("Sources"))
cards = source_cards(cached.stores(), cached.now())
if cards:
    source_table.show_counts(cards)
add_source.show()
if cards:
    found = source_table.filtered(cards)
    source_table.show_table(found)
    if chosen := source_table.choose(found):
        source_view.show(chosen)
    rhythm_view.show(found)
else:
    st.info(
        t("No sources are known yet. The workers write them down when they start: run `make up`."),
        icon=":material/cloud_sync:",
    )
