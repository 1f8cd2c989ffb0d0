"""The first rows of a file, under the headers they have in it."""

import reflex as rx

from discovery_app.components.table_row import cell
from discovery_app.components.tokens import MUTED, Words, said
from discovery_app.domain.uploads import PreviewRow


def preview_table(
    label: Words, columns: tuple[str, ...], rows: tuple[PreviewRow, ...]
) -> rx.Component:
    """Return ``rows`` under ``columns``, which only the file knows; it scrolls.

    Args:
        label: Says to a screen reader what the rows are.
        columns: Headers, in file order.
        rows: With as many cells as there are ``columns``.
    """
    heads = rx.foreach(
        columns,
        lambda header: rx.table.column_header_cell(header, title=header),
    )
    return rx.box(
        rx.box(
            rx.table.root(
                rx.table.header(
                    rx.table.row(
                        rx.table.column_header_cell("Row", justify="end", width="64px"),
                        heads,
                    )
                ),
                rx.table.body(rx.foreach(rows, _row)),
                size="1",
                variant="ghost",
                custom_attrs={"aria-label": said(label)},
            ),
            class_name="table-scroll",
            role="region",
            aria_label=label,
            tab_index=0,
        ),
        class_name="panel data-table preview-table",
    )


def _row(row: PreviewRow) -> rx.Component:
    return rx.table.row(
        rx.table.row_header_cell(
            rx.text(row.number, size="1", color=MUTED, align="right", class_name="num")
        ),
        rx.foreach(row.cells, lambda text: cell(text, class_name="mono", title=text)),
    )
