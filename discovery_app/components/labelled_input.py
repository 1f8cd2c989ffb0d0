"""A line or an area to write in, under its label."""

from typing import Any

import reflex as rx

from discovery_app.components.tokens import MUTED, Truth, Words, when_said


def labelled_input(
    label: Words,
    value: Words,
    on_change: Any,
    *,
    kind: Any = "text",
    hint: Words = "",
    writable: Truth = True,
    **props: Any,
) -> rx.Component:
    """Return one line to write in.

    Args:
        label: What belongs there, with its unit.
        kind: The HTML input's type, e.g. ``date`` or ``number``.
        hint: What to know before writing, under the line.
        writable: Whether the reader may change it.
        props: Of the input, e.g. ``max`` or ``step``.
    """
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        rx.input(
            value=value,
            on_change=on_change,
            type=kind,
            read_only=_not(writable),
            size="2",
            margin_top="4px",
            custom_attrs={"autoComplete": "off"},
            **props,
        ),
        when_said(hint, rx.text(hint, size="1", color=MUTED, margin_top="4px")),
        display="block",
    )


def labelled_area(
    label: Words,
    value: Words,
    on_change: Any,
    *,
    rows: int = 6,
    hint: Words = "",
    writable: Truth = True,
    longest: int = 10_000,
) -> rx.Component:
    """Return an area of ``rows`` lines to write in."""
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        rx.text_area(
            value=value,
            on_change=on_change,
            rows=str(rows),
            read_only=_not(writable),
            size="2",
            margin_top="4px",
            custom_attrs={"maxLength": longest, "spellCheck": "false"},
        ),
        when_said(hint, rx.text(hint, size="1", color=MUTED, margin_top="4px")),
        display="block",
    )


def _not(truth: Truth) -> Any:
    return ~truth if isinstance(truth, rx.Var) else not truth
