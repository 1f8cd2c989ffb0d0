"""A ``data_table`` whose columns people choose, so that a state names them."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from discovery_app.components.data_table import Sorting
from discovery_app.components.empty_state import skeleton
from discovery_app.components.tokens import Rows, Truth, Words, how_many, said

_GREY_ROWS = 8
_GREY_COLUMNS = 6


def chosen_table(
    label: str,
    first: tuple[str, str],
    columns: Rows,
    rows: Rows,
    draw_row: Callable[[Any], rx.Component],
    *,
    sorting: Sorting,
    loading: Truth,
    empty: rx.Component,
    min_width: Words,
    footer: rx.Component,
) -> rx.Component:
    """Return a table with a fixed first column and ``columns`` after it.

    Args:
        label: Says to a screen reader what the rows are.
        first: The first column's title and sort key.
        columns: Each has ``key``, ``title``, ``width`` and ``kind``; a column of the
            kind ``number`` stands right.
        rows: One page of rows.
        draw_row: Returns ``table_row(...)`` with a cell a column.
        sorting: By which column the rows are sorted.
        loading: Shows grey rows of the same height instead.
        empty: Shown in place of the table when it has no rows.
        min_width: Below it the table scrolls instead of squeezing.
        footer: A ``pager``.
    """
    title, key = first
    heads = rx.table.row(
        _head(title, key, "216px", right=False, sorting=sorting),
        rx.foreach(
            columns,
            lambda one: _head(
                one.title,
                one.key,
                one.width,
                right=said(one.kind) == "number",
                sorting=sorting,
            ),
        ),
    )
    table = rx.fragment(
        rx.box(
            rx.table.root(
                rx.table.header(heads),
                rx.table.body(rx.foreach(rows, draw_row)),
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
        footer,
    )
    return rx.box(
        rx.cond(loading, _grey(), rx.cond(how_many(rows) == 0, empty, table)),
        class_name="panel data-table",
        custom_attrs={"aria-busy": loading},
    )


def _head(
    title: Words,
    key: Words,
    width: Words,
    *,
    right: rx.Var[bool] | bool,
    sorting: Sorting,
) -> rx.Component:
    is_sorted = said(sorting.key) == said(key)
    way = rx.cond(sorting.descending, "descending", "ascending")
    arrow = rx.cond(
        sorting.descending,
        rx.icon("arrow_down", size=12, aria_hidden=True),
        rx.icon("arrow_up", size=12, aria_hidden=True),
    )
    idle = rx.icon("chevrons_up_down", size=12, class_name="idle", aria_hidden=True)
    handler: dict[str, Any] = (
        {"on_click": sorting.on_sort(key)} if sorting.on_sort is not None else {}
    )
    return rx.table.column_header_cell(
        rx.el.button(
            title,
            rx.cond(is_sorted, arrow, idle),
            type="button",
            class_name="head",
            **handler,
        ),
        width=width,
        text_align=rx.cond(right, "right", "left"),
        custom_attrs={"aria-sort": rx.cond(is_sorted, way, "none")},
    )


def _grey() -> rx.Component:
    cells = [rx.table.cell(skeleton(width="72%")) for _ in range(_GREY_COLUMNS)]
    return rx.table.root(
        rx.table.body(
            *[rx.table.row(*cells, class_name="grey-row") for _ in range(_GREY_ROWS)]
        ),
        size="1",
        variant="ghost",
        aria_hidden="true",
    )
