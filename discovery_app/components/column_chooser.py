"""Which columns a table shows: a button with a list of boxes."""

from typing import Any

import reflex as rx

from discovery_app.components.buttons import plain_button, quiet_button
from discovery_app.components.tokens import Handler, Rows


def column_chooser(
    columns: Rows,
    on_show: rx.EventHandler | Any,
    on_default: Handler,
) -> rx.Component:
    """Return the button and its list.

    Args:
        columns: Each has ``key``, ``title``, ``group`` and ``shown``.
        on_show: Gets a column's key and whether it is to be shown.
        on_default: Shows the columns of the beginning.
    """
    return rx.popover.root(
        rx.popover.trigger(plain_button("Columns", "columns_3")),
        rx.popover.content(
            rx.flex(
                rx.text("Columns", size="2", weight="medium"),
                quiet_button("Default", on_click=on_default, size="1"),
                justify="between",
                align="center",
                padding="12px 16px 8px",
            ),
            rx.box(
                rx.foreach(columns, lambda one: _box(one, on_show)),
                max_height="320px",
                overflow_y="auto",
                padding="0 16px 12px",
                role="group",
                aria_label="Columns",
            ),
            width="280px",
            padding="0",
            size="1",
            align="end",
            custom_attrs={"aria-label": "Columns"},
        ),
    )


def _box(one: Any, on_show: Any) -> rx.Component:
    return rx.el.label(
        rx.checkbox(
            checked=one.shown,
            on_change=lambda shown: on_show(one.key, shown),
            size="1",
        ),
        rx.text(one.title, size="2", as_="span"),
        display="flex",
        align_items="center",
        gap="8px",
        padding="4px 0",
        cursor="pointer",
    )
