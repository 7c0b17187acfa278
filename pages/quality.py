"""How well the machine reads: a weekly sample to label, how far it agrees, and which model read what."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, charts, formats, labelling, labels, model_view, state
from pages.components.access import require_role
from pages.components.i18n import t, tn
from pasip_core.domain.quality import LEAST_LABELS
from pasip_core.queries.quality import Agreement, agreements, chosen_corrections

require_role()


def show_agreement(found: list[Agreement]) -> None:
    """How far each model agrees with people, the present one first."""
    st.subheader(t("Agreement between people and the machine"))
    if not found or not found[0].labels:
        st.write(t("No text is labelled yet. Fifty texts a week take about five minutes."))
        return
    chosen = found[0]
    if len(found) > 1:
        by_version = {one.version: one for one in found}
        version = st.selectbox(t("Model"), list(by_version), key="quality_model")
        chosen = by_version[version]
    if not chosen.enough:
        st.info(
            t("There is no estimate yet: {n} of at least {least} labels.",
              n=formats.number(chosen.labels), least=formats.number(LEAST_LABELS)),
            icon=":material/hourglass_top:",
        )  # fmt: skip
        return
    low, high = chosen.between
    st.markdown(
        t("The machine reads **{share}** of the labelled texts as people do; of all texts it is between {low} and "
          "{high}, with 95% confidence ({n} labels).",
          share=formats.percent(100 * chosen.same / chosen.labels), low=formats.percent(100 * low),
          high=formats.percent(100 * high), n=formats.number(chosen.labels))
    )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        figure = cached.figure(charts.quality.confusion, chosen.confusion, chosen.confusion)
        st.vega_lite_chart(figure, width="stretch", key="confusion")
    with right:
        show_classes(chosen)
    st.caption(
        t("Only texts of the random samples are counted here. The page Sentiment draws what such errors leave open.")
    )


def show_classes(agreement: Agreement) -> None:
    """Each sentiment on its own."""
    import pandas as pd

    rows = [
        (labels.signed_sentiment(one.sentiment), one.people, one.model, _percent(one.recall), _percent(one.precision))
        for one in agreement.by_class()
    ]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows, columns=["sentiment", "people", "model", "recall", "precision"]),
        hide_index=True, width="stretch", key="classes", height="content", placeholder="–",
        column_config={
            "sentiment": column.TextColumn(t("Sentiment")),
            "people": column.NumberColumn(t("People say so"), format="localized"),
            "model": column.NumberColumn(t("Machine says so"), format="localized"),
            "recall": column.NumberColumn(t("Found"), format="%.0f%%",
                                          help=t("Of what people say is so, the share that the machine finds.")),
            "precision": column.NumberColumn(t("Right"), format="%.0f%%",
                                             help=t("Of what the machine reads so, the share that people do.")),
        },
    )  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def show_chosen() -> None:
    """Corrections that people chose to make."""
    chosen = chosen_corrections(cached.stores())
    if chosen.corrections:
        st.caption(
            ":material/edit: "
            + tn("Besides, people corrected {n} mention of their own choice.",
                 "Besides, people corrected {n} mentions of their own choice.", chosen.corrections)
            + " "
            + t("In {n} of them the machine had said something else. People mostly correct what is wrong, so that this "
                "tells nothing of all texts.", n=formats.number(chosen.other))
        )  # fmt: skip


st.title(t("Quality"))
labelling.show()
with state.attempted():
    show_agreement(agreements(cached.model_errors()))
    show_chosen()
    model_view.show()
