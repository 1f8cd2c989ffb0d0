"""End of life and treatment advice, each with what it stands on."""

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.buttons import link_button, plain_button, quiet_button
from discovery_app.components.charts import donut, share_list, stacked_bars
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table, pager
from discovery_app.components.drawer import drawer, drawer_section, verdict
from discovery_app.components.empty_state import empty_state, skeleton
from discovery_app.components.export_menu import export_menu
from discovery_app.components.facts import sourced
from discovery_app.components.field_select import field_select
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.frame import frame
from discovery_app.components.layout import (
    last_on_phone,
    stack,
    wide_and_narrow,
    with_drawer,
)
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel
from discovery_app.components.support_label import support_label
from discovery_app.components.table_row import (
    cell,
    clipped,
    table_row,
    two_lines,
)
from discovery_app.components.tabs import tabs
from discovery_app.components.tokens import (
    MUTED,
    Tone,
    Words,
    how_many,
    said,
    when,
    when_said,
)
from discovery_app.domain.modernisation_page import (
    AdviceRow,
    InputLine,
    ReadinessRow,
    SupportRow,
)
from discovery_app.pages.modernisation_summary import (
    evaluate_dialog,
    summary_notices,
    summary_panel,
)
from discovery_app.states.modernisation import (
    ADVICE,
    READINESS,
    SUPPORT,
    TREATMENTS,
    ModernisationState,
)
from discovery_app.states.narrative import NarrativeState
from discovery_app.states.session import SessionState

SUPPORT_COLUMNS = (
    Column("Asset", "152px"),
    Column("Product", "248px"),
    Column("Support", "160px"),
    Column("Days left", "104px", numeric=True),
    Column("Advice", "136px"),
    Column("Evidence"),
)
ADVICE_COLUMNS = (
    Column("Asset", "168px"),
    Column("Advice", "160px"),
    Column("Effort", "88px"),
    Column("Decided by", "128px"),
    Column("Why"),
    Column("What the rule saw"),
    Column("Also matched", "112px"),
)
READINESS_COLUMNS = (
    Column("Application", "232px"),
    Column("Readiness", "104px", numeric=True),
    Column("Level", "224px"),
    Column("What is missing most"),
    Column("Who should answer", "232px"),
)
OVERRIDDEN = (("yes", "by a person"), ("no", "by the rules"))


@rx.page(
    route="/engagements/[engagement_id]/modernisation",
    title="Modernisation · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        ModernisationState.watch,
        NarrativeState.watch,
    ],
)
def modernisation() -> rx.Component:
    """Show both charts, the list, and the asset that is open beside it."""
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
                )
            ),
            subtitle=ModernisationState.charts.facts,
        ),
        notice(ModernisationState.problem, tone=Tone.BAD),
        _said(ModernisationState.failure, Tone.BAD),
        _said(ModernisationState.notice, Tone.GOOD),
        summary_notices(),
        summary_panel(),
        last_on_phone(wide_and_narrow(_quarters(), _treatments())),
        with_drawer(_views(), _drawer(), ModernisationState.open_one.asset_id != ""),
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


def _views() -> rx.Component:
    return tabs(
        [
            (SUPPORT, "End of support", stack(_support_filters(), _support())),
            (ADVICE, "Advice", stack(_advice_filters(), _advice())),
            (
                READINESS,
                "Readiness",
                stack(_bar("Search application", []), _readiness()),
            ),
        ],
        ModernisationState.query.view,
        lambda view: ModernisationState.pick("view", view),
    )


def _support_filters() -> rx.Component:
    query, listed = ModernisationState.query, ModernisationState.listed
    return _bar(
        "Search asset or product",
        [
            filter_chip("Support", listed.states, query.state, _pick("state")),
            filter_chip("Due", listed.quarters, query.quarter, _pick("quarter")),
            filter_chip(
                "Scope",
                (("all", "also out of scope"),),
                query.scope,
                _pick("scope"),
                any_word="In scope",
            ),
        ],
    )


def _advice_filters() -> rx.Component:
    query, listed = ModernisationState.query, ModernisationState.listed
    return _bar(
        "Search asset",
        [
            filter_chip(
                "Advice", listed.treatments, query.treatment, _pick("treatment")
            ),
            filter_chip("Decided", OVERRIDDEN, query.override, _pick("override")),
        ],
    )


def _bar(placeholder: str, chips: list[rx.Component]) -> rx.Component:
    return filter_bar(
        placeholder,
        chips,
        value=ModernisationState.query.q,
        on_change=ModernisationState.search,
        count=ModernisationState.listed.count,
        on_clear=ModernisationState.clear,
        filtered=ModernisationState.is_filtered,
    )


def _pick(name: str):  # noqa: ANN202  A handler of one value.
    return lambda value: ModernisationState.pick(name, value)


def _support() -> rx.Component:
    return data_table(
        "Products by the end of their support",
        SUPPORT_COLUMNS,
        ModernisationState.listed.products,
        _support_row,
        loading=ModernisationState.loading,
        empty=_empty("No product was recognised yet"),
        min_width="920px",
        footer=_pager(),
    )


def _advice() -> rx.Component:
    return data_table(
        "Advice per asset",
        ADVICE_COLUMNS,
        ModernisationState.listed.advice,
        _advice_row,
        loading=ModernisationState.loading,
        empty=_empty("No asset has advice yet"),
        min_width="920px",
        footer=_pager(),
    )


def _readiness() -> rx.Component:
    return data_table(
        "Readiness per application, the least ready first",
        READINESS_COLUMNS,
        ModernisationState.listed.readiness,
        _readiness_row,
        loading=ModernisationState.loading,
        empty=_empty("No asset names an application yet"),
        min_width="920px",
        footer=_pager(),
    )


def _pager() -> rx.Component:
    listed = ModernisationState.listed
    return pager(
        listed.shown,
        ModernisationState.previous_page,
        ModernisationState.next_page,
        listed.has_previous,
        listed.has_next,
    )


def _empty(title: str) -> rx.Component:
    return rx.cond(
        ModernisationState.is_filtered,
        empty_state("search_x", "Nothing fits these filters", "Take a filter back."),
        empty_state(
            "sparkles",
            title,
            "Import the client's inventory files; this fills when they are published.",
        ),
    )


def _support_row(row: SupportRow) -> rx.Component:
    return table_row(
        rx.text(
            row.asset,
            size="2",
            weight="medium",
            class_name="truncate",
            title=row.asset,
        ),
        cell(two_lines(row.raw, row.product)),
        cell(support_label(row.state)),
        rx.table.cell(
            rx.text(row.days, size="2"),
            rx.text(row.due, size="1", color=MUTED),
            text_align="right",
            class_name="num nowrap",
        ),
        cell(two_lines(row.advice, row.rule)),
        cell(clipped(row.evidence, tone="quiet")),
        on_open=ModernisationState.open(row.asset_id),
        selected=ModernisationState.query.asset == row.asset_id,
    )


def _advice_row(row: AdviceRow) -> rx.Component:
    return table_row(
        rx.text(row.asset, size="2", weight="medium", class_name="truncate"),
        cell(two_lines(row.advice, row.rule)),
        cell(row.effort),
        cell(row.decided),
        cell(clipped(row.reason)),
        cell(clipped(row.inputs, tone="quiet")),
        cell(row.also),
        on_open=ModernisationState.open(row.asset_id),
        selected=ModernisationState.query.asset == row.asset_id,
    )


def _readiness_row(row: ReadinessRow) -> rx.Component:
    return table_row(
        two_lines(row.application, row.assets),
        cell(row.percent, justify="end", class_name="num"),
        cell(row.level),
        cell(clipped(row.gaps)),
        cell(clipped(row.ask, tone="quiet")),
    )


def _drawer() -> rx.Component:
    shown = ModernisationState.open_one
    return drawer(
        shown.asset,
        verdict(shown.advice, shown.reason, "Rule " + said(shown.rule)),
        when_said(shown.decided, rx.text(shown.decided, size="2")),
        when_said(shown.rules, rx.text(shown.rules, size="2", color=MUTED)),
        drawer_section(
            "What the rule saw",
            rx.el.dl(rx.foreach(shown.inputs, _input), class_name="inputs"),
            when(
                how_many(shown.inputs) == 0,
                rx.text("This rule looks at nothing else.", size="2", color=MUTED),
            ),
        ),
        drawer_section(
            "Effort",
            rx.text(shown.effort, size="2"),
            rx.text(shown.effort_reason, size="1", color=MUTED),
        ),
        drawer_section("Also matched", rx.text(shown.also, size="2", color=MUTED)),
        when(
            how_many(shown.products) > 0,
            drawer_section("Its products", rx.foreach(shown.products, _product)),
        ),
        rx.flex(
            when(ModernisationState.may_override, _override()),
            when(
                ModernisationState.may_override & (said(shown.decided) != ""),
                _withdraw(),
            ),
            link_button(
                "Open asset",
                said("/engagements/")
                + ModernisationState.engagement_id
                + "/assets?asset="
                + shown.asset_id,
            ),
            gap="8px",
            align="center",
            wrap="wrap",
            margin_top="20px",
        ),
        on_close=ModernisationState.close,
        subtitle="Judged as of " + said(shown.as_of),
    )


def _input(line: InputLine) -> rx.Component:
    return sourced(line.name, line.value, line.note)


def _product(row: SupportRow) -> rx.Component:
    return rx.box(
        rx.flex(
            rx.text(row.product, size="2", class_name="breaks"),
            support_label(row.state),
            justify="between",
            gap="8px",
        ),
        rx.text(row.evidence, size="1", color=MUTED),
        padding="6px 0",
    )


def _override() -> rx.Component:
    return confirm_dialog(
        plain_button("Override…"),
        "Decide otherwise for " + said(ModernisationState.open_one.asset),
        "Your word holds instead of the rules' advice, and later imports keep it. The "
        "rules' advice stays visible beside it.",
        "Override the advice",
        on_confirm=ModernisationState.override,
        reason=ModernisationState.reason,
        on_reason=ModernisationState.write_reason,
        reason_hint="The vendor confirmed a successor for next quarter.",
        blocked=ModernisationState.treatment == "",
        content=rx.box(
            rx.text("Treatment", size="2", class_name="label", margin_bottom="4px"),
            field_select(
                "Treatment",
                ModernisationState.treatment_word,
                list(TREATMENTS),
                ModernisationState.choose_treatment,
                search="Search treatments",
            ),
            margin_top="16px",
        ),
        on_open_change=ModernisationState.ask,
    )


def _withdraw() -> rx.Component:
    return confirm_dialog(
        quiet_button("Take back…"),
        "Let the rules decide again?",
        "The decision is taken back; what the rules advise holds again.",
        "Take the decision back",
        on_confirm=ModernisationState.withdraw,
        reason=ModernisationState.reason,
        on_reason=ModernisationState.write_reason,
        reason_hint="The reason for the exception is gone.",
        on_open_change=ModernisationState.ask,
    )
