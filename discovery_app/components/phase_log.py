"""The log of one try of a phase, with a choice of the try."""

import reflex as rx

from discovery_app.components.code_block import code_block
from discovery_app.components.field_select import field_select
from discovery_app.components.panel import panel
from discovery_app.components.pick_list import Choices
from discovery_app.components.tokens import MUTED, ValueHandler, Words, when_said


def phase_log(
    tries: Choices,
    chosen: Words,
    text: Words,
    on_pick: ValueHandler,
    problem: Words = "",
) -> rx.Component:
    """Return the panel; the lines stand under the choice once one is made.

    Args:
        tries: The tries that have a log.
        chosen: The words of the one that is shown; empty while none is.
        text: Its lines.
        on_pick: Gets the id of the picked try.
        problem: Why the log cannot be shown; empty if it can.
    """
    return panel(
        "Logs",
        rx.box(
            field_select(
                "Log of",
                chosen,
                tries,
                on_pick,
                placeholder="Choose a try of a phase…",
                search="Search tries",
            ),
            max_width="420px",
            margin_bottom="8px",
        ),
        rx.cond(
            text != "",
            code_block(text),
            rx.text(
                "Each try of a phase keeps what its worker logged; contents of the "
                "files are never in it.",
                size="2",
                color=MUTED,
            ),
        ),
        when_said(problem, rx.text(problem, size="2")),
        note="Times are the worker's, UTC",
    )
