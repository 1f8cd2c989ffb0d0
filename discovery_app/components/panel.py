"""A bordered area with a heading, the only box of a page, and its unboxed sister."""

import reflex as rx

from discovery_app.components.tokens import MUTED, Words


def panel(
    title: Words, *children: rx.Component, note: rx.Component | Words = ""
) -> rx.Component:
    """Return ``children`` under ``title``; ``note`` stands to its right."""
    return rx.el.section(
        rx.flex(
            rx.heading(title, size="3", as_="h2", weight="medium"),
            rx.text(note, size="1", color=MUTED, as_="div"),
            class_name="panel-head",
        ),
        *children,
        class_name="panel padded",
        aria_label=title,
    )


def section(
    title: Words, *children: rx.Component, note: rx.Component | Words = ""
) -> rx.Component:
    """Return ``children`` under ``title``, for what brings its own box (a table)."""
    return rx.el.section(
        rx.flex(
            rx.heading(title, size="3", as_="h2", weight="medium"),
            rx.text(note, size="2", color=MUTED, as_="div"),
            align="baseline",
            gap="0 12px",
            wrap="wrap",
            margin_bottom="8px",
        ),
        *children,
        min_width="0",
        aria_label=title,
    )


def foldable(
    title: Words, *children: rx.Component, opened: bool = False
) -> rx.Component:
    """Return ``children`` under a line that opens and closes them, e.g. charts."""
    return rx.el.details(
        rx.el.summary(title), *children, open=opened, class_name="foldable"
    )
