"""A choice among many, found by typing."""

import reflex as rx

from discovery_app.components.buttons import on_key
from discovery_app.components.pick_list import Choices, pick_list
from discovery_app.components.tokens import Truth, ValueHandler, Words, said


def field_select(
    label: Words,
    value: Words,
    options: Choices,
    on_pick: ValueHandler,
    *,
    placeholder: str = "Choose…",
    search: str = "Search fields",
    disabled: Truth = False,
    key: str = "",
) -> rx.Component:
    """Return a button that opens a searchable list.

    Args:
        label: What is chosen, for a screen reader, e.g. "Target of Memory".
        value: The words of the chosen option, shown on the button.
        options: In order, those of a group together.
        on_pick: Gets the picked value.
        placeholder: Shown while nothing is chosen.
        search: What the search looks through.
        disabled: Whether the choice is closed.
        key: The key that opens it in a keyed row, e.g. "E".
    """
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.el.span(
                    rx.cond(said(value) != "", value, placeholder),
                    class_name="truncate",
                ),
                rx.icon("chevron_down", size=14, aria_hidden=True),
                variant="surface",
                color_scheme="gray",
                type="button",
                disabled=disabled,
                class_name="field-select",
                custom_attrs=on_key(key) if key else {},
                aria_label=said(label) + ": " + said(value),
            )
        ),
        rx.popover.content(
            pick_list(options, value, on_pick, search=search),
            class_name="pick-popover",
            size="1",
            custom_attrs={"aria-label": label},
        ),
    )
