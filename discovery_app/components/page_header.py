"""The top of a page: where one is, what it is, what one can do."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.tokens import MUTED, Words


def page_header(
    title: Words,
    *actions: rx.Component,
    subtitle: rx.Component | Words = "",
    beside: rx.Component | None = None,
    trail: Sequence[tuple[Words, Words]] = (),
) -> rx.Component:
    """Return the header of a page.

    Args:
        title: The only level-one heading of the page.
        actions: Buttons, most used last, at most one of them solid.
        subtitle: One line of facts under the title.
        beside: A badge beside the title.
        trail: Pages above this one as (word, route), outermost first.
    """
    return rx.flex(
        rx.box(
            _trail(trail) if trail else rx.fragment(),
            rx.flex(
                rx.heading(
                    title, size="5", as_="h1", class_name="truncate", title=title
                ),
                beside or rx.fragment(),
                align="center",
                gap="12px",
                wrap="wrap",
            ),
            rx.text(subtitle, size="2", color=MUTED, margin_top="2px", as_="div"),
            min_width="0",
        ),
        rx.flex(*actions, gap="8px", wrap="wrap", align="center"),
        class_name="page-header",
    )


def _trail(trail: Sequence[tuple[Words, Words]]) -> rx.Component:
    steps: list[rx.Component] = []
    for word, route in trail:
        steps += [
            rx.link(word, href=route, size="2", color=MUTED),
            rx.text("/", size="2", color=MUTED, aria_hidden=True),
        ]
    return rx.el.nav(
        rx.flex(
            *steps[:-1], gap="6px", align="center", wrap="wrap", margin_bottom="4px"
        ),
        aria_label="Breadcrumb",
    )
