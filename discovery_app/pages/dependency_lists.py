"""The lists of the dependencies page: edges, unknown endpoints, move groups."""

from functools import partial

import reflex as rx

from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state
from discovery_app.components.filter_bar import filter_chip
from discovery_app.components.layout import stack
from discovery_app.components.table_row import (
    cell,
    clipped,
    number_cell,
    table_row,
    two_lines,
)
from discovery_app.components.tabs import tabs
from discovery_app.components.tokens import MUTED, said, when_said
from discovery_app.domain.dependency_page import (
    EDGES,
    GROUPS,
    MAP,
    UNKNOWN,
    DependencyRow,
    EndpointRow,
    GroupRow,
)
from discovery_app.pages.dependency_map import dependency_map
from discovery_app.pages.list_parts import list_pager, picking, search_bar
from discovery_app.states.dependencies import DependenciesState

EDGE_COLUMNS = (
    Column("From", "208px"),
    Column("To", "208px"),
    Column("Port", "96px"),
    Column("Kind", "120px"),
    Column("Connections", "112px", numeric=True),
    Column("Observed", "200px"),
    Column("Marks and source"),
)
ENDPOINT_COLUMNS = (
    Column("Endpoint", "240px"),
    Column("Dependencies", "128px", numeric=True),
    Column("Who talks to it"),
)
GROUP_COLUMNS = (
    Column("Move group", "200px"),
    Column("Waves", "112px"),
    Column("Assets", "88px", numeric=True),
    Column("In cycles", "88px", numeric=True),
    Column("Environments", "200px"),
    Column("Applications"),
)
NOISE = (("all", "shown"), ("only", "alone"))
KINDS = (
    ("connection", "Connection"),
    ("depends_on", "Depends on"),
    ("application", "Application"),
)

_pick = partial(picking, DependenciesState)


def dependency_views() -> rx.Component:
    """Return the map and the three lists as views of one page."""
    return tabs(
        [
            (MAP, "Map", dependency_map()),
            (EDGES, "Dependencies", stack(_filters(), _edges())),
            (UNKNOWN, "Unknown endpoints", _endpoints()),
            (GROUPS, "Move groups", _groups()),
        ],
        DependenciesState.query.view,
        lambda view: DependenciesState.pick("view", view),
    )


def _filters() -> rx.Component:
    query = DependenciesState.query
    yes = (("yes", "only"),)
    return search_bar(
        DependenciesState,
        "Search an endpoint",
        [
            filter_chip(
                "Noise",
                NOISE,
                query.noise,
                _pick("noise"),
                any_word="Hidden",
            ),
            filter_chip("Kind", KINDS, query.kind, _pick("kind")),
            filter_chip(
                "Shared services",
                yes,
                query.shared,
                _pick("shared"),
            ),
            filter_chip(
                "Across environments",
                yes,
                query.cross,
                _pick("cross"),
            ),
            rx.cond(
                query.asset != "",
                filter_chip(
                    "Asset",
                    ((query.asset, "one"),),
                    query.asset,
                    _pick("asset"),
                ),
                rx.fragment(),
            ),
        ],
    )


def _edges() -> rx.Component:
    return data_table(
        "Dependencies, the busiest first",
        EDGE_COLUMNS,
        DependenciesState.listed.edges,
        _edge_row,
        loading=DependenciesState.loading,
        empty=rx.cond(
            DependenciesState.is_filtered,
            empty_state(
                "search_x", "No dependency fits these filters", "Take a filter back."
            ),
            empty_state(
                "share_2",
                "No dependencies yet",
                "Import a list of connections, or a list with a column that says what "
                "depends on what. What counts as noise is hidden.",
            ),
        ),
        min_width="1080px",
        footer=list_pager(DependenciesState),
    )


def _edge_row(row: DependencyRow) -> rx.Component:
    return table_row(
        _endpoint(row.source, row.source_href),
        cell(_endpoint(row.destination, row.destination_href)),
        cell(row.port, class_name="num nowrap"),
        cell(row.kind),
        number_cell(row.connections),
        cell(row.seen, class_name="num nowrap"),
        cell(
            when_said(row.marks, clipped(row.marks)),
            rx.text(row.evidence, size="1", color=MUTED, class_name="truncate"),
            title=row.evidence,
        ),
    )


def _endpoint(name: str, href: str) -> rx.Component:
    plain = rx.text(name, size="2", class_name="truncate", title=name)
    linked = rx.link(plain, href=href, underline="hover", color="inherit")
    return rx.cond(said(href) != "", linked, plain)


def _endpoints() -> rx.Component:
    return data_table(
        "Endpoints that are no known asset",
        ENDPOINT_COLUMNS,
        DependenciesState.listed.endpoints,
        _endpoint_row,
        loading=DependenciesState.loading,
        empty=empty_state(
            "circle_check",
            "Every endpoint is a known asset",
            "Or no connections were imported yet.",
        ),
        footer=list_pager(DependenciesState),
    )


def _endpoint_row(row: EndpointRow) -> rx.Component:
    return table_row(
        rx.box(
            _endpoint(row.endpoint, row.href),
            when_said(row.note, rx.text(row.note, size="1", color=MUTED)),
        ),
        number_cell(row.edges),
        cell(clipped(row.talkers, size="2")),
    )


def _groups() -> rx.Component:
    return data_table(
        "Move groups by wave",
        GROUP_COLUMNS,
        DependenciesState.listed.groups,
        _group_row,
        loading=DependenciesState.loading,
        empty=empty_state(
            "package",
            "No move groups yet",
            "They come from dependencies that are neither noise nor shared services.",
        ),
        min_width="920px",
        footer=list_pager(DependenciesState),
    )


def _group_row(row: GroupRow) -> rx.Component:
    return table_row(
        two_lines(row.name, row.upload),
        cell(row.wave),
        number_cell(row.assets),
        number_cell(row.cycles),
        cell(clipped(row.environments, size="2")),
        cell(clipped(row.applications, size="2")),
        on_open=DependenciesState.open(row.group),
        selected=DependenciesState.query.group == row.group,
    )
