"""A table of work: dense, ruled by thin lines, numbers to the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from discovery_app.components.buttons import icon_button
from discovery_app.components.empty_state import skeleton
from discovery_app.components.tokens import (
    MUTED,
    Handler,
    Rows,
    Truth,
    ValueHandler,
    Words,
    how_many,
)


@dataclass(frozen=True)
class Column:
    """A column head.

    Attributes:
        width: A CSS width; without one the column takes what is left.
        numeric: Right-aligned, with tabular numerals.
        key: What ``on_sort`` gets; without one the column does not sort.
    """

    title: str
    width: str = ""
    numeric: bool = False
    key: str = ""


@dataclass(frozen=True)
class Sorting:
    """By which column the rows are sorted, and what a click on a head does.

    Attributes:
        key: The ``Column.key`` of the sorted column.
        descending: Which way.
        on_sort: Gets the key of the head that was clicked.
    """

    key: Words
    descending: Truth = False
    on_sort: ValueHandler | None = None


@dataclass(frozen=True)
class Selecting:
    """The box in the head that selects every row of the page."""

    all_selected: Truth
    on_select_all: ValueHandler


def data_table(
    label: str,
    columns: Sequence[Column],
    rows: Rows,
    draw_row: Callable[[Any], rx.Component],
    *,
    sorting: Sorting | None = None,
    selecting: Selecting | None = None,
    loading: Truth = False,
    empty: rx.Component | None = None,
    min_width: str = "720px",
    cards: bool = False,
    footer: rx.Component | None = None,
) -> rx.Component:
    """Return a table that scrolls inside its panel; the first column stays in view.

    Args:
        label: Says to a screen reader what the rows are.
        columns: In order; as many as ``draw_row`` returns cells.
        rows: One page of rows, as frozen snapshots.
        draw_row: Returns ``table_row(...)`` for a row.
        sorting: Heads with a key become buttons; the sorted one shows its arrow.
        selecting: Adds the box to the first head; the rows bring theirs
            (``table_row(select=...)``).
        loading: Shows grey rows of the same height instead.
        empty: An ``empty_state``, shown in place of the table when it has no rows.
        min_width: Below it the table scrolls instead of squeezing.
        cards: On a phone each row becomes a card; for rows worked through in turn.
        footer: A ``pager``, or nothing.
    """
    heads = [
        _head(column, sorting, selecting if at == 0 else None)
        for at, column in enumerate(columns)
    ]
    there = isinstance(rows, rx.Var) or len(rows) > 0
    body = rx.foreach(rows, draw_row) if there else rx.fragment()
    if loading is not False:
        body = rx.cond(loading, _grey_rows(len(columns)), body)
    table = rx.fragment(
        rx.box(
            rx.table.root(
                rx.table.header(rx.table.row(*heads)),
                rx.table.body(body, custom_attrs={"aria-busy": loading}),
                size="1",
                variant="ghost",
                min_width=min_width,
                custom_attrs={"aria-label": label},
            ),
            class_name="table-scroll",
            role="region",
            aria_label=label,
            tab_index=0,
        ),
        footer or rx.fragment(),
    )
    return rx.box(
        _or_empty(table, rows, loading, empty),
        class_name="panel data-table as-cards" if cards else "panel data-table",
    )


def pager(
    shown: Words,
    on_previous: Handler | None = None,
    on_next: Handler | None = None,
    has_previous: Truth = False,
    has_next: Truth = False,
) -> rx.Component:
    """Return the line under a table: rows shown, and the way to the others."""
    return rx.flex(
        rx.text(shown, size="1", color=MUTED, class_name="num", aria_live="polite"),
        rx.flex(
            _step("chevron_left", "Previous page", on_previous, has_previous),
            _step("chevron_right", "Next page", on_next, has_next),
            gap="16px",
        ),
        class_name="pager",
    )


def _step(icon: str, label: str, handler: Handler | None, there: Truth) -> rx.Component:
    actions: dict[str, Any] = {} if handler is None else {"on_click": handler}
    disabled = ~there if isinstance(there, rx.Var) else not there
    return icon_button(icon, label, size="1", disabled=disabled, **actions)


def _or_empty(
    table: rx.Component, rows: Rows, loading: Truth, empty: rx.Component | None
) -> rx.Component:
    if empty is None:
        return table
    if not isinstance(rows, rx.Var):
        return table if rows else empty
    none = how_many(rows) == 0
    if loading is not False:
        none = none & (~loading if isinstance(loading, rx.Var) else not loading)
    return rx.cond(none, empty, table)


def _grey_rows(columns: int, rows: int = 8) -> rx.Component:
    cells = [rx.table.cell(skeleton(width="72%")) for _ in range(columns)]
    return rx.fragment(
        *[rx.table.row(*cells, class_name="grey-row") for _ in range(rows)]
    )


def _head(
    column: Column, sorting: Sorting | None, selecting: Selecting | None
) -> rx.Component:
    sorts = sorting is not None and column.key != ""
    title = _sort_button(column, sorting) if sorting and sorts else column.title
    if selecting is not None:
        box = rx.checkbox(
            checked=selecting.all_selected,
            on_change=selecting.on_select_all,
            size="1",
            custom_attrs={"aria-label": "Select every row of this page"},
        )
        title = rx.flex(box, rx.box(title), align="center", gap="12px")
    if not column.title:
        title = rx.el.span("Actions", class_name="sr-only")
    return rx.table.column_header_cell(
        title,
        justify="end" if column.numeric else "start",
        width=column.width,
        custom_attrs={"aria-sort": _aria_sort(column, sorting)}
        if sorting and sorts
        else {},
    )


def _sort_button(column: Column, sorting: Sorting) -> rx.Component:
    arrow = rx.cond(
        sorting.descending,
        rx.icon("arrow_down", size=12, aria_hidden=True),
        rx.icon("arrow_up", size=12, aria_hidden=True),
    )
    idle = rx.icon("chevrons_up_down", size=12, class_name="idle", aria_hidden=True)
    inside = (column.title, rx.cond(_is_sorted(column, sorting), arrow, idle))
    if sorting.on_sort is None:
        return rx.el.span(*inside, class_name="head")
    return rx.el.button(
        *inside,
        on_click=sorting.on_sort(column.key),
        type="button",
        class_name="head",
    )


def _is_sorted(column: Column, sorting: Sorting) -> Truth:
    return sorting.key == column.key


def _aria_sort(column: Column, sorting: Sorting) -> rx.Var:
    way = rx.cond(sorting.descending, "descending", "ascending")
    return rx.cond(_is_sorted(column, sorting), way, "none")
