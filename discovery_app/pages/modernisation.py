"""End of life and treatment advice, each with what it stands on."""

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.buttons import link_button
from discovery_app.components.charts import donut, share_list, stacked_bars
from discovery_app.components.empty_state import empty_state, skeleton
from discovery_app.components.export_menu import export_menu
from discovery_app.components.frame import frame
from discovery_app.components.layout import (
    last_on_phone,
    wide_and_narrow,
    with_drawer,
)
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel
from discovery_app.components.tokens import Tone, Words, how_many, said
from discovery_app.pages.evaluation import evaluate_dialog, evaluation_notices
from discovery_app.pages.modernisation_advice import advice_drawer
from discovery_app.pages.modernisation_lists import modernisation_lists
from discovery_app.pages.modernisation_summary import (
    application_drawer,
    summary_notices,
    summary_panel,
)
from discovery_app.states.evaluation import EvaluationState
from discovery_app.states.modernisation import ModernisationState
from discovery_app.states.narrative import ApplicationNarrativeState, NarrativeState
from discovery_app.states.session import SessionState


@rx.page(
    route="/engagements/[engagement_id]/modernisation",
    title="Modernisation · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        ModernisationState.watch,
        NarrativeState.watch,
        ApplicationNarrativeState.watch,
        EvaluationState.watch,
    ],
)
def modernisation() -> rx.Component:
    """Show both charts, the list, and what is open beside it."""
    opened = ModernisationState.open_one.asset_id != ""
    return frame(
        "Modernisation",
        page_header(
            "Modernisation",
            link_button("Settings", _place() + "settings"),
            evaluate_dialog(),
            export_menu(
                (
                    ("Findings", _exports() + "findings"),
                    ("Decisions", _exports() + "decisions"),
                    ("Plan", _exports() + "plan"),
                )
            ),
            subtitle=ModernisationState.charts.facts,
        ),
        notice(ModernisationState.problem, tone=Tone.BAD),
        _said(ModernisationState.failure, Tone.BAD),
        _said(ModernisationState.notice, Tone.GOOD),
        evaluation_notices(),
        summary_notices(NarrativeState),
        summary_panel(),
        last_on_phone(wide_and_narrow(_quarters(), _treatments())),
        with_drawer(
            modernisation_lists(),
            rx.cond(opened, advice_drawer(), application_drawer()),
            opened | (ModernisationState.query.application != ""),
        ),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _said(words: Words, tone: Tone) -> rx.Component:
    return notice(words, tone=tone, on_dismiss=ModernisationState.dismiss)


def _place() -> StringVar:
    return said("/engagements/") + ModernisationState.engagement_id + "/"


def _exports() -> StringVar:
    return said("/api/v1") + _place() + "exports/"


def _quarters() -> rx.Component:
    chart = stacked_bars(
        ModernisationState.bars,
        {
            "Ended or extended only": Tone.BAD,
            "Within 12 months": Tone.ATTENTION,
            "Later": Tone.NEUTRAL,
        },
        label=ModernisationState.charts.sentence,
        height=152,
    )
    return panel(
        "End of support by quarter",
        rx.cond(
            ModernisationState.loading,
            skeleton("184px"),
            rx.cond(ModernisationState.charts.dated, chart, _no_dates()),
        ),
        note="products on assets in scope",
    )


def _no_dates() -> rx.Component:
    return empty_state(
        "calendar_off",
        "No product with a date yet",
        "Products come from operating systems and database engines with versions.",
    )


def _treatments() -> rx.Component:
    charts = ModernisationState.charts
    ring = rx.flex(
        donut(
            charts.slices,
            total=charts.total,
            unit="assets",
            label="Treatments that hold; the list beside has the numbers",
        ),
        share_list(charts.slices, label="Assets by treatment"),
        align="center",
        gap="24px",
        wrap="wrap",
    )
    none = empty_state(
        "sparkles",
        "No advice yet",
        "It comes with the first import that is published.",
    )
    return panel(
        "Treatment",
        rx.cond(
            ModernisationState.loading,
            skeleton("184px"),
            rx.cond(how_many(charts.slices) > 0, ring, none),
        ),
        note="6R, what holds",
    )
