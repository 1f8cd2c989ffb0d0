"""Evaluating an inventory again, on each page whose contents it changes."""

import reflex as rx

from discovery_app.components.buttons import plain_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.labelled_input import labelled_input
from discovery_app.components.notice import notice
from discovery_app.components.tokens import Tone, when
from discovery_app.states.evaluation import EvaluationState as State


def evaluation_notices() -> rx.Component:
    """Return how far an evaluation is, and whether one is called for."""
    done = rx.cond(State.asked, State.shown.done, "")
    return rx.fragment(
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(
            State.shown.failed,
            "What was judged before stands; evaluate again when that is put right.",
            tone=Tone.BAD,
        ),
        notice(State.shown.going, tone=Tone.ACTIVE),
        notice(done, tone=Tone.GOOD, on_dismiss=State.dismiss_done),
        notice(State.shown.stale, "Evaluate again to see them drawn anew."),
    )


def evaluate_dialog() -> rx.Component:
    """Return the button that judges the whole inventory again."""
    return when(
        State.may_evaluate,
        confirm_dialog(
            plain_button("Evaluate again…", disabled=State.shown.going != ""),
            "Judge the whole inventory again?",
            "A runner connects the inventory anew, with what all imports told, and "
            "judges support and advice of every asset by the settings and the "
            "end-of-life data of then. What people decided stays.",
            "Evaluate the inventory",
            on_confirm=State.evaluate,
            reason=State.reason,
            on_reason=State.write_reason,
            reason_hint="The move is planned for next spring.",
            content=rx.box(
                labelled_input(
                    "As of",
                    State.as_of,
                    State.write_as_of,
                    kind="date",
                    hint="Empty is today. A day to come shows what will have ended.",
                ),
                margin_top="16px",
            ),
            on_open_change=State.ask,
        ),
    )
