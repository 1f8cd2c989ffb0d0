"""The map on the dependencies page: the estate, a group, or one asset's neighbours."""

import reflex as rx

from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state, skeleton
from discovery_app.components.filter_bar import filter_bar, filter_chip
from discovery_app.components.layout import stack
from discovery_app.components.map_view import map_view
from discovery_app.components.panel import foldable
from discovery_app.components.table_row import cell, number_cell, table_row
from discovery_app.components.tabs import segmented
from discovery_app.components.tokens import MUTED, Rows, how_many, said, when_said
from discovery_app.domain.dependency_page import BY_APPLICATION, TWO_STEPS
from discovery_app.domain.map_page import MapChip, MapLinkRow
from discovery_app.states.dependencies import DependenciesState

LINK_COLUMNS = (
    Column("From", "208px"),
    Column("To", "208px"),
    Column("Ports", "200px"),
    Column("Dependencies", "120px", numeric=True),
    Column("Connections", "120px", numeric=True),
    Column("Marks"),
)
WHOLE, ONE_STEP = "groups", "1"


def dependency_map() -> rx.Component:
    """Return the search, the map, what many need, and the same as a table."""
    shown = DependenciesState.picture
    return stack(
        _filters(),
        when_said(shown.hits_words, _chips(shown.hits_words, shown.hits)),
        rx.el.section(
            _head(),
            rx.cond(
                DependenciesState.loading,
                skeleton("480px"),
                rx.cond(how_many(shown.boxes) > 0, map_view(shown), _empty()),
            ),
            class_name="panel padded map-panel",
            aria_label="Dependency map",
        ),
        rx.cond(
            how_many(shown.shared) > 0,
            _chips("Also needed by many, apart from groups and waves", shown.shared),
            rx.fragment(),
        ),
        rx.cond(how_many(shown.links) > 0, _table(), rx.fragment()),
    )


def _filters() -> rx.Component:
    query = DependenciesState.query
    focus = said(query.focus)
    around = focus.startswith("asset:") | focus.startswith("end:")
    return filter_bar(
        "Find an asset or application",
        [
            rx.cond(
                focus == "",
                segmented(
                    "What a box is",
                    ((WHOLE, "Move groups"), (BY_APPLICATION, "Applications")),
                    rx.cond(query.by != "", query.by, WHOLE),
                    lambda value: DependenciesState.pick("by", value),
                ),
                rx.fragment(),
            ),
            rx.cond(
                around,
                segmented(
                    "How far around",
                    ((ONE_STEP, "1 step"), (TWO_STEPS, "2 steps")),
                    rx.cond(query.hops != "", query.hops, ONE_STEP),
                    lambda value: DependenciesState.pick("hops", value),
                ),
                rx.fragment(),
            ),
            filter_chip(
                "Noise",
                (("all", "shown"),),
                rx.cond(query.noise != "", "all", ""),
                lambda value: DependenciesState.pick("noise", value),
                any_word="Hidden",
            ),
        ],
        value=query.q,
        on_change=DependenciesState.search,
    )


def _head() -> rx.Component:
    shown = DependenciesState.picture
    return rx.flex(
        rx.box(
            rx.heading(
                shown.title, size="3", as_="h2", weight="medium", class_name="breaks"
            ),
            rx.text(shown.facts, size="1", color=MUTED, class_name="num"),
            when_said(shown.left_out, rx.text(shown.left_out, size="1", color=MUTED)),
            min_width="0",
            aria_live="polite",
        ),
        rx.flex(
            when_said(shown.whole_href, _link("Whole engagement", shown.whole_href)),
            when_said(shown.asset_href, _link("Open asset", shown.asset_href)),
            _link("As a list", shown.list_href),
            gap="4px 16px",
            wrap="wrap",
        ),
        justify="between",
        gap="8px 16px",
        wrap="wrap",
        margin_bottom="12px",
    )


def _link(word: str, href: rx.Var[str] | str) -> rx.Component:
    return rx.link(word, href=href, size="2")


def _empty() -> rx.Component:
    refusal = DependenciesState.picture.refusal
    return rx.cond(
        said(refusal) != "",
        empty_state("search_x", "Nothing to draw", refusal),
        empty_state(
            "share_2",
            "No dependencies yet",
            "Import a list of connections, or a list with a column that says what "
            "depends on what. Noise and shared services alone make no map.",
        ),
    )


def _chips(title: rx.Var[str] | str, chips: Rows) -> rx.Component:
    return rx.flex(
        rx.text(title, size="1", color=MUTED),
        rx.foreach(chips, _chip),
        align="center",
        gap="4px 8px",
        wrap="wrap",
        aria_live="polite",
    )


def _chip(one: MapChip) -> rx.Component:
    return rx.link(
        rx.el.span(one.name, class_name="medium"),
        rx.el.span(one.note, class_name="quiet"),
        href=one.href,
        size="1",
        underline="none",
        class_name="map-chip",
    )


def _table() -> rx.Component:
    return foldable(
        "The same as a table",
        data_table(
            "The lines of the map, the busiest first",
            LINK_COLUMNS,
            DependenciesState.picture.links,
            _link_row,
            min_width="920px",
        ),
    )


def _link_row(row: MapLinkRow) -> rx.Component:
    return table_row(
        _end(row.source, row.source_href),
        cell(_end(row.destination, row.destination_href)),
        cell(row.ports, class_name="num"),
        number_cell(row.dependencies),
        number_cell(row.connections),
        cell(row.marks),
    )


def _end(name: str, href: str) -> rx.Component:
    plain = rx.text(name, size="2", class_name="truncate", title=name)
    linked = rx.link(plain, href=href, underline="hover", color="inherit")
    return rx.cond(said(href) != "", linked, plain)
