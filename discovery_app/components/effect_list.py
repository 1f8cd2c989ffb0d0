"""What an act will do to the inventory, and what stays."""

from typing import Any

import reflex as rx

from discovery_app.components.notice import notice
from discovery_app.components.tokens import Tone, when_said


def effect_list(words: Any) -> rx.Component:
    """Return the sentences of ``words``, a var of ``UndoWords``, for a question."""
    return rx.box(
        rx.el.ul(
            rx.foreach(words.does, lambda line: rx.el.li(rx.text(line, size="2"))),
            class_name="plain-list",
        ),
        when_said(
            words.kept,
            rx.box(notice(words.kept, tone=Tone.ATTENTION), margin_top="12px"),
        ),
    )
