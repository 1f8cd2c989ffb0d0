"""The rows of a ``data_table`` and what stands in their cells."""

from typing import Any, Literal

import reflex as rx

from discovery_app.components.tokens import (
    MUTED,
    Handler,
    Truth,
    ValueHandler,
    Words,
    is_given,
)


def table_row(
    first: rx.Component | Words,
    *cells: rx.Component,
    href: Words = "",
    on_open: Handler | None = None,
    select: rx.Component | None = None,
    selected: Truth = False,
    keyed: bool = False,
    identity: Words = "",
    **props: Any,
) -> rx.Component:
    """Return a row whose ``first`` cell names it.

    Args:
        first: The row's name; the link or button where the row has one.
        cells: The others, in the columns' order.
        href: The page that a click anywhere on the row opens.
        on_open: The same with a handler, e.g. to open the drawer.
        select: A ``row_checkbox``, placed before the name.
        selected: Whether the row is marked (chosen, or open in the drawer).
        keyed: Whether J and K reach the row, and keys its controls (``on_key``).
        identity: Tells rows apart, so that what is open in a row stays with it when
            rows above it come and go; by default its ``href``.
        props: For the row itself.
    """
    if is_given(identity) or is_given(href):
        props["key"] = identity if is_given(identity) else href
    if keyed:
        props |= {"tab_index": -1, "custom_attrs": {"data-keyed": "true"}}
    opens = on_open is not None or is_given(href)
    if on_open is not None:
        first = rx.el.button(
            first, on_click=on_open, type="button", class_name="row-opener"
        )
    elif opens:
        first = rx.link(first, href=href, underline="none", class_name="row-opener")
    if select is not None:
        first = rx.flex(select, first, align="center", gap="12px")
    mark = (
        rx.cond(selected, "selected", "")
        if isinstance(selected, rx.Var)
        else "selected" * bool(selected)
    )
    return rx.table.row(
        rx.table.row_header_cell(first),
        *cells,
        class_name=rx.cond(selected, "selected opens", "opens") if opens else mark,
        **props,
    )


def row_checkbox(
    label: Words, selected: Truth, on_change: ValueHandler
) -> rx.Component:
    """Return the box of a selectable row; ``on_change`` gets the new truth."""
    return rx.checkbox(
        checked=selected,
        on_change=on_change,
        size="1",
        custom_attrs={"aria-label": label},
    )


def cell(*children: rx.Component | rx.Var | str, **props: Any) -> rx.Component:
    """Return a cell of text or components."""
    return rx.table.cell(*children, **props)


def number_cell(value: rx.Var | str, unit: str = "") -> rx.Component:
    """Return a right-aligned number; the unit is quieter than the number."""
    return rx.table.cell(
        value,
        rx.el.span(f" {unit}", class_name="unit") if unit else rx.fragment(),
        justify="end",
        class_name="num nowrap",
    )


def two_lines(first: Words, second: Words) -> rx.Component:
    """Return a name with a quieter line under it; both whole on hover."""
    return rx.box(
        rx.text(first, size="2", weight="medium", class_name="truncate", title=first),
        rx.text(second, size="1", color=MUTED, class_name="truncate", title=second),
        min_width="0",
    )


def clipped(
    words: Words, *, size: Literal["1", "2"] = "1", tone: str = ""
) -> rx.Component:
    """Return at most two lines of ``words``; the whole is on hover."""
    return rx.text(
        words, size=size, class_name=f"two-lines {tone}".strip(), title=words
    )


def progress_cell(status: Words, percent: rx.Var[int] | int) -> rx.Component:
    """Return a bar in the colour of ``status`` with its number."""
    return rx.table.cell(
        rx.flex(
            rx.progress(
                value=percent,
                size="1",
                class_name=f"of-{status}",
                aria_label="Progress",
            ),
            rx.text(percent, " %", size="2", class_name="num percent"),
            align="center",
            gap="8px",
        )
    )
