"""What opens under a button to pick from: a list, with a search where it is long."""

from collections.abc import Sequence
from typing import Any, cast

import reflex as rx
from reflex.vars import StringVar

from discovery_app.components.tokens import (
    MUTED,
    Truth,
    ValueHandler,
    Words,
    how_many,
    said,
)
from discovery_app.domain.display import Choice

Choices = rx.Var[Sequence[Choice]] | Sequence[Choice]

SEARCH_FROM = 8
"""Lists that are longer than this have a search. Chosen, not measured."""


def pick_list(
    choices: Choices,
    chosen: Words,
    on_pick: ValueHandler | None,
    *,
    search: str,
    any_word: str = "",
) -> rx.Component:
    """Return the search and its list, for inside a popover; ``look.js`` filters.

    Args:
        choices: In order, those of a group together.
        chosen: The stored value of the marked one, or its words.
        on_pick: Gets the picked value.
        search: What the search looks through.
        any_word: A first choice of the empty value, for filters.
    """
    listed = (
        choices
        if isinstance(choices, rx.Var)
        else rx.Var.create(list(choices)).to(list[Choice])
    )
    marked = said(chosen)
    return rx.box(
        rx.el.input(
            type="search",
            placeholder=search,
            aria_label=search,
            auto_focus=True,
            class_name="pick-search",
            custom_attrs={"data-pick-search": "true", "autoComplete": "off"},
        ),
        rx.el.ul(
            _any(any_word, marked, on_pick) if any_word else rx.fragment(),
            rx.foreach(
                listed,
                lambda choice, at: _line(
                    cast("Sequence[Choice]", listed), choice, at, marked, on_pick
                ),
            ),
            rx.el.li("Nothing matches.", class_name="pick-none", hidden=True),
            class_name="pick-list",
        ),
        class_name=rx.cond(how_many(choices) > SEARCH_FROM, "pick", "pick few"),
    )


def pick_option(
    *words: rx.Component | Words, chosen: Truth = False, **props: Any
) -> rx.Component:
    """Return one line of a list in a popover, which closes with the pick."""
    attributes = {"aria-current": rx.cond(chosen, "true", "false")}
    attributes |= props.pop("custom_attrs", {})
    return rx.popover.close(
        rx.el.button(
            *words,
            rx.cond(
                chosen,
                rx.icon("check", size=14, color=MUTED, aria_hidden=True),
                rx.fragment(),
            ),
            type="button",
            custom_attrs=attributes,
            **props,
        )
    )


def _any(word: str, marked: StringVar, on_pick: ValueHandler | None) -> rx.Component:
    return rx.el.li(
        pick_option(rx.el.span(word), chosen=marked == "", **_picks(on_pick, "")),
        class_name="pick-option",
    )


def _line(
    listed: Sequence[Choice],
    choice: Choice,
    at: int,
    marked: StringVar,
    on_pick: ValueHandler | None,
) -> rx.Component:
    new_group = (at == 0) | (said(listed[at - 1].group) != choice.group)
    return rx.fragment(
        rx.cond(
            (said(choice.group) != "") & new_group,
            rx.el.li(choice.group, class_name="pick-group"),
            rx.fragment(),
        ),
        rx.el.li(
            pick_option(
                rx.el.span(choice.label, class_name="truncate", title=choice.label),
                chosen=(marked == choice.value) | (marked == choice.label),
                **_picks(on_pick, choice.value),
            ),
            class_name="pick-option",
        ),
    )


def _picks(on_pick: ValueHandler | None, value: Words) -> dict[str, Any]:
    return {} if on_pick is None else {"on_click": on_pick(value)}
