"""What is known of one row, beside the list; rises from below on a phone."""

import reflex as rx

from discovery_app.components.buttons import icon_button
from discovery_app.components.tokens import MUTED, Handler, Words, when_said


def drawer(
    title: Words, *children: rx.Component, on_close: Handler, subtitle: Words = ""
) -> rx.Component:
    """Return the drawer; place it with ``layout.with_drawer``. Escape closes it."""
    return rx.el.aside(
        rx.flex(
            rx.box(
                rx.heading(title, size="4", as_="h2"),
                when_said(subtitle, rx.text(subtitle, size="2", color=MUTED)),
                min_width="0",
            ),
            icon_button(
                "x",
                "Close",
                on_click=on_close,
                custom_attrs={"data-closes-drawer": "true"},
            ),
            justify="between",
            align="start",
            gap="12px",
        ),
        *children,
        class_name="panel drawer",
        aria_label=title,
    )


def drawer_section(title: str, *children: rx.Component) -> rx.Component:
    """Return ``children`` of a drawer under a small heading."""
    return rx.box(
        rx.heading(title, size="2", as_="h3", weight="medium", margin_bottom="4px"),
        *children,
        margin_top="16px",
    )


def verdict(title: Words, text: Words, note: Words = "") -> rx.Component:
    """Return the advice that a drawer explains: what, why, and by which rule."""
    return rx.box(
        rx.text(title, size="4", weight="medium"),
        rx.text(text, size="2"),
        when_said(note, rx.text(note, size="1", color=MUTED, class_name="num")),
        class_name="verdict",
    )
