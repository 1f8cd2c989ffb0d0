"""How the parts of a page stand beside and under each other."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.tokens import MUTED


def stack(*children: rx.Component) -> rx.Component:
    """Return ``children`` under each other, 16 px apart."""
    return rx.box(*children, class_name="stack")


def tiles(*children: rx.Component) -> rx.Component:
    """Return up to five ``metric_tile`` beside each other."""
    return rx.box(*children, class_name=f"tiles of-{len(children)}")


def halves(left: rx.Component, right: rx.Component) -> rx.Component:
    """Return two equal columns; one under the other on a phone."""
    return rx.box(left, right, class_name="halves")


def main_and_side(main: rx.Component, side: rx.Component) -> rx.Component:
    """Return a wide column and one of 328 px, which goes below under 1280 px."""
    return rx.box(main, side, class_name="main-and-side")


def wide_and_narrow(wide: rx.Component, narrow: rx.Component) -> rx.Component:
    """Return a wide column and one of 472 px, for two charts."""
    return rx.box(wide, narrow, class_name="charts-wide")


def with_drawer(
    main: rx.Component, side: rx.Component, is_open: rx.Var[bool] | bool
) -> rx.Component:
    """Return ``main``, with the ``drawer`` ``side`` beside it while it is open."""
    return rx.cond(
        is_open,
        rx.box(main, side, class_name="with-drawer"),
        main,
    )


def last_on_phone(*children: rx.Component) -> rx.Component:
    """Return ``children`` so that on a phone they follow the rest, e.g. charts.

    It works for what stands directly in the ``frame``.
    """
    return rx.box(*children, class_name="stack last-on-phone")


def sticky_footer(
    words: rx.Var[str] | str | rx.Component, *actions: rx.Component
) -> rx.Component:
    """Return the line that stays at the bottom while a list is worked through."""
    return rx.flex(
        rx.text(words, size="2", class_name="num", as_="div"),
        rx.flex(
            *actions, align="center", gap="8px 16px", margin_left="auto", wrap="wrap"
        ),
        class_name="sticky-footer",
    )


def key_hints(hints: Sequence[tuple[str, str]]) -> rx.Component:
    """Return the keys of a page as (keys parted by spaces, word); wide pages only."""
    return rx.flex(
        *[
            rx.flex(
                *[rx.el.kbd(key) for key in keys.split()],
                rx.text(word, size="1", color=MUTED),
                align="center",
                gap="4px",
            )
            for keys, word in hints
        ],
        gap="16px",
        class_name="keys",
    )
