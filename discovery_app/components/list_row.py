"""A short list of links: what waits, what runs."""

import reflex as rx

from discovery_app.components.status_badge import status_label
from discovery_app.components.tokens import MUTED, Words


def list_row(
    status: Words,
    first: Words,
    second: Words,
    href: Words,
    aside: rx.Component | Words = "",
) -> rx.Component:
    """Return a line of a list: status, what it is, and how old.

    Args:
        status: A workflow or phase status.
        first: What is said.
        second: Its context.
        href: Where it is dealt with.
        aside: A ``relative_time``, or words.
    """
    return rx.link(
        rx.box(status_label(status), class_name="list-status"),
        rx.box(
            rx.text(first, size="2", weight="medium", class_name="truncate"),
            rx.text(second, size="1", color=MUTED, class_name="truncate"),
            min_width="0",
            flex="1",
        ),
        rx.text(aside, size="2", color=MUTED, class_name="num nowrap", as_="div"),
        rx.icon("chevron_right", size=16, color=MUTED, aria_hidden=True),
        href=href,
        underline="none",
        class_name="list-row",
    )
