"""The lists of the modernisation page: support, advice, readiness."""

from functools import partial

import reflex as rx

from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state
from discovery_app.components.filter_bar import filter_chip
from discovery_app.components.layout import stack
from discovery_app.components.support_label import support_label
from discovery_app.components.table_row import cell, clipped, table_row, two_lines
from discovery_app.components.tabs import tabs
from discovery_app.components.tokens import MUTED
from discovery_app.domain.modernisation_page import (
    AdviceRow,
    ReadinessRow,
    SupportRow,
)
from discovery_app.pages.list_parts import list_pager, picking, search_bar
from discovery_app.states.modernisation import (
    ADVICE,
    READINESS,
    SUPPORT,
    ModernisationState,
)

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

_pick = partial(picking, ModernisationState)


def modernisation_lists() -> rx.Component:
    """Return the three lists as views of one page."""
    return tabs(
        [
            (SUPPORT, "End of support", stack(_support_filters(), _support())),
            (ADVICE, "Advice", stack(_advice_filters(), _advice())),
            (
                READINESS,
                "Readiness",
                stack(
                    search_bar(ModernisationState, "Search application", []),
                    _readiness(),
                ),
            ),
        ],
        ModernisationState.query.view,
        lambda view: ModernisationState.pick("view", view),
    )


def _support_filters() -> rx.Component:
    query, listed = ModernisationState.query, ModernisationState.listed
    return search_bar(
        ModernisationState,
        "Search asset or product",
        [
            filter_chip(
                "Support",
                listed.states,
                query.state,
                _pick("state"),
            ),
            filter_chip(
                "Due",
                listed.quarters,
                query.quarter,
                _pick("quarter"),
            ),
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
    return search_bar(
        ModernisationState,
        "Search asset",
        [
            filter_chip(
                "Advice",
                listed.treatments,
                query.treatment,
                _pick("treatment"),
            ),
            filter_chip(
                "Decided",
                OVERRIDDEN,
                query.override,
                _pick("override"),
            ),
        ],
    )


def _support() -> rx.Component:
    return data_table(
        "Products by the end of their support",
        SUPPORT_COLUMNS,
        ModernisationState.listed.products,
        _support_row,
        loading=ModernisationState.loading,
        empty=_empty("No product was recognised yet"),
        min_width="920px",
        footer=list_pager(ModernisationState),
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
        footer=list_pager(ModernisationState),
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
        footer=list_pager(ModernisationState),
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
        on_open=ModernisationState.open_application(row.key),
        selected=(ModernisationState.query.application != "")
        & (ModernisationState.query.application == row.key),
    )
