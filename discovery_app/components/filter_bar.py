"""Search and filters over a list; their values belong into the page's address."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from discovery_app.components.buttons import quiet_button
from discovery_app.components.pick_list import Choices, pick_list
from discovery_app.components.tokens import (
    MUTED,
    Handler,
    Truth,
    ValueHandler,
    Words,
    said,
    when,
)
from discovery_app.domain.display import Choice


def filter_bar(
    placeholder: str,
    filters: Sequence[rx.Component] = (),
    *,
    value: Words = "",
    on_change: ValueHandler | None = None,
    count: Words = "",
    on_clear: Handler | None = None,
    filtered: Truth = True,
) -> rx.Component:
    """Return the bar over a table: search, filters, and how many rows are left.

    Args:
        placeholder: What the search looks through, e.g. "Search client or file".
        filters: ``filter_chip`` components.
        value: The searched words.
        on_change: Gets the words, 300 ms after the last key.
        count: How many rows are left of how many.
        on_clear: Takes every filter back; shown as "Clear filters".
        filtered: Whether there is anything to take back.
    """
    return rx.flex(
        search_input(placeholder, value, on_change),
        *filters,
        when(
            filtered,
            quiet_button("Clear filters", on_click=on_clear, class_name="clear"),
        )
        if on_clear is not None
        else rx.fragment(),
        rx.text(
            count,
            size="1",
            color=MUTED,
            class_name="num filter-count",
            aria_live="polite",
        ),
        class_name="filter-bar",
        role="search",
    )


def search_input(
    placeholder: str, value: Words, on_change: ValueHandler | None
) -> rx.Component:
    """Return the search; "/" puts the focus into it, Escape takes it out."""
    control: dict[str, Any] = (
        {} if on_change is None else {"value": value, "on_change": on_change}
    )
    return rx.box(
        rx.icon("search", size=16, color=MUTED, aria_hidden=True),
        rx.input(
            placeholder=placeholder,
            aria_label=placeholder,
            type="search",
            size="2",
            custom_attrs={"data-search": "true", "autoComplete": "off"},
            **control,
        ),
        rx.el.kbd("/", class_name="only-wide", aria_hidden="true"),
        class_name="search",
    )


def filter_chip(
    label: str,
    options: rx.Var[Sequence[Choice]] | Sequence[tuple[str, str] | Choice] = (),
    chosen: Words = "",
    on_select: ValueHandler | None = None,
    *,
    any_word: str = "Any",
) -> rx.Component:
    """Return a filter: quiet while it lets everything through, else accented.

    Args:
        label: What it filters by.
        options: (value, word) pairs in order, or a state's ``Choice`` list.
        chosen: The chosen value; empty lets everything through.
        on_select: Gets the picked value, empty for "any".
        any_word: The word for letting everything through.
    """
    choices = (
        options
        if isinstance(options, rx.Var)
        else [one if isinstance(one, Choice) else Choice(*one) for one in options]
    )
    return rx.popover.root(
        rx.popover.trigger(_chip(label, choices, chosen)),
        rx.popover.content(
            pick_list(
                choices,
                chosen,
                on_select,
                search=f"Search {label.lower()}",
                any_word=any_word,
            ),
            class_name="pick-popover narrow",
            size="1",
            align="start",
            custom_attrs={"aria-label": label},
        ),
    )


def _chip(label: str, choices: Choices, chosen: Words) -> rx.Component:
    word = rx.foreach(
        choices,
        lambda choice: rx.cond(
            choice.value == chosen,
            rx.el.span(choice.label, class_name="chosen"),
            rx.fragment(),
        ),
    )
    picked = said(chosen) != ""
    return rx.button(
        rx.el.span(label, rx.cond(picked, ":", ""), color="inherit"),
        rx.cond(picked, word, rx.fragment()),
        rx.icon("chevron_down", size=14, aria_hidden=True),
        variant=rx.cond(picked, "soft", "surface"),
        color_scheme=rx.cond(picked, "indigo", "gray"),
        size="2",
        flex_shrink="0",
        class_name="chip",
    )
