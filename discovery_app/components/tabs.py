"""Views of one page: as tabs over panels, or as one small switch."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.tokens import MUTED, ValueHandler, Words


def tabs(
    views: Sequence[tuple[str, Words, rx.Component]],
    value: Words,
    on_change: ValueHandler,
) -> rx.Component:
    """Return tabs over their panels.

    Args:
        views: (value, word, what it shows), in order.
        value: The shown one.
        on_change: Gets the picked value.
    """
    return rx.tabs.root(
        rx.tabs.list(*[rx.tabs.trigger(word, value=key) for key, word, _ in views]),
        *[rx.tabs.content(shown, value=key) for key, _, shown in views],
        value=value,
        on_change=on_change,
        class_name="tabs",
    )


def segmented(
    label: str,
    options: Sequence[tuple[str, str]],
    value: Words,
    on_change: ValueHandler,
) -> rx.Component:
    """Return a switch between two to four ``options`` as (value, word)."""
    return rx.segmented_control.root(
        *[rx.segmented_control.item(word, value=key) for key, word in options],
        value=value,
        on_change=lambda picked: on_change(picked.to(str)),
        size="1",
        class_name="segmented",
        custom_attrs={"aria-label": label},
    )


def group_head(
    title: Words, count: Words, icon: rx.Component | None = None
) -> rx.Component:
    """Return the heading of one group of a list, with how many it holds."""
    return rx.flex(
        icon or rx.fragment(),
        rx.heading(title, size="3", as_="h2", weight="medium"),
        rx.text(count, size="2", color=MUTED, class_name="num"),
        align="center",
        gap="8px",
        class_name="group-head",
    )
