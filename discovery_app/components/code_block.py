"""Text for machines: traceback, sample values, commands."""

import reflex as rx

from discovery_app.components.buttons import icon_button, plain_button
from discovery_app.components.tokens import (
    MUTED,
    Rows,
    Tone,
    Words,
    text_color,
    when_said,
)


def code_block(text: Words) -> rx.Component:
    """Return ``text`` as it is, in a well that scrolls, with a button to copy it."""
    return rx.box(
        rx.el.pre(text, tab_index=0),
        icon_button(
            "copy",
            "Copy",
            size="1",
            on_click=rx.set_clipboard(text),
            class_name="copies",
            custom_attrs={"data-copies": "true"},
        ),
        class_name="code-block",
    )


def folded(title: str, text: Words, note: Words = "") -> rx.Component:
    """Return ``text`` under a line that opens it; nothing while it is empty."""
    return when_said(
        text,
        rx.el.details(
            rx.el.summary(title, rx.el.span(" ", note, class_name="unit")),
            code_block(text),
        ),
    )


def copy_button(text: Words, words: str = "Copy") -> rx.Component:
    """Return a button that copies ``text`` and says so for a moment."""
    return plain_button(
        words,
        "copy",
        on_click=rx.set_clipboard(text),
        custom_attrs={"data-copies": "true"},
    )


def sample_values(values: Rows) -> rx.Component:
    """Return values of a file, each in its own well."""
    return rx.box(
        rx.foreach(
            values,
            lambda value: rx.el.code(value, class_name="sample", title=value),
        ),
        class_name="samples",
    )


def error_panel(
    sentence: Words, kind: Words, hint: Words, traceback: Words = ""
) -> rx.Component:
    """Return an error: what happened, what kind it is, what to do, the traceback.

    Args:
        sentence: ``str(error)``.
        kind: Its class and whether trying again can help.
        hint: What to do.
        traceback: Folded; empty for people who may not see it.
    """
    return rx.el.section(
        rx.flex(
            rx.icon(
                "circle_x",
                size=20,
                color=text_color(Tone.BAD),
                flex_shrink="0",
                margin_top="2px",
                aria_hidden=True,
            ),
            rx.box(
                rx.heading(sentence, size="4", as_="h2"),
                rx.text(kind, size="2", color=MUTED),
                min_width="0",
            ),
            gap="12px",
        ),
        when_said(
            hint,
            rx.box(
                rx.text("What to do", size="2", weight="medium"),
                rx.text(hint, size="2"),
                class_name="hint",
            ),
        ),
        folded("Traceback", traceback),
        class_name="panel padded error-panel",
        aria_label="Error",
    )
