"""The summary in words on the modernisation page, and evaluating again."""

import reflex as rx

from discovery_app.components.buttons import plain_button, quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.empty_state import skeleton_lines
from discovery_app.components.labelled_input import labelled_area, labelled_input
from discovery_app.components.notice import notice
from discovery_app.components.panel import panel
from discovery_app.components.status_badge import StatusLook, look_label
from discovery_app.components.tokens import MUTED, Tone, how_many, when, when_said
from discovery_app.states.narrative import NarrativeState as State

_LOOKS = {
    "model": StatusLook("Written by a model", "bot", Tone.ATTENTION),
    "person": StatusLook("Written by a person", "user_pen", Tone.NEUTRAL),
}
_RULES = StatusLook("Written by rules", "list_checks", Tone.NEUTRAL)


def summary_notices() -> rx.Component:
    """Return what happened, and why something did not."""
    return rx.fragment(
        notice(State.problem, tone=Tone.BAD),
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
    )


def summary_panel() -> rx.Component:
    """Return the summary with who wrote it, and what a person may do about it."""
    cases = [(word, look_label(look)) for word, look in _LOOKS.items()]
    return panel(
        "Summary",
        rx.cond(State.loading, skeleton_lines(4), _text()),
        note=rx.fragment(rx.match(State.shown.author, *cases, look_label(_RULES))),
    )


def evaluate_dialog() -> rx.Component:
    """Return the button that judges the whole inventory again."""
    return when(
        State.may_evaluate,
        confirm_dialog(
            plain_button("Evaluate again…"),
            "Judge the whole inventory again?",
            "Support and advice of every asset are judged by the settings and the "
            "end-of-life data of now. What people decided stays; nothing else of the "
            "inventory changes.",
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


def _text() -> rx.Component:
    shown = State.shown
    return rx.box(
        rx.text(shown.headline, size="3", weight="medium", class_name="breaks"),
        rx.foreach(
            shown.paragraphs,
            lambda one: rx.text(one, size="2", margin_top="8px", class_name="breaks"),
        ),
        rx.box(
            _points("Risks", shown.risks),
            _points("Next steps", shown.steps),
            class_name="form-grid",
            margin_top="12px",
        ),
        when_said(
            shown.doubts,
            rx.text(shown.doubts, size="1", margin_top="12px", class_name="breaks"),
        ),
        rx.text(
            shown.byline, size="1", color=MUTED, margin_top="12px", class_name="breaks"
        ),
        when_said(shown.note, rx.text(shown.note, size="1", color=MUTED)),
        _actions(),
    )


def _points(title: str, points: rx.Var[list[str]] | tuple[str, ...]) -> rx.Component:
    return when(
        how_many(points) > 0,
        rx.box(
            rx.heading(title, size="2", as_="h3", weight="medium"),
            rx.el.ul(
                rx.foreach(
                    points,
                    lambda one: rx.el.li(rx.text(one, size="2", class_name="breaks")),
                ),
                class_name="points",
            ),
        ),
    )


def _actions() -> rx.Component:
    shown = State.shown
    return rx.flex(
        when(
            shown.may_ask & State.may_evaluate,
            quiet_button(
                rx.cond(shown.waits, "The model writes…", "Let the model write"),
                on_click=State.have_written,
                disabled=shown.waits,
            ),
        ),
        when(State.may_override, _override()),
        when(State.may_override & (shown.author == "person"), _withdraw()),
        gap="16px",
        wrap="wrap",
        align="center",
        margin_top="12px",
        padding_left="8px",
    )


def _override() -> rx.Component:
    return confirm_dialog(
        quiet_button("Write it yourself…"),
        "Write the summary yourself?",
        "Your words are shown instead, under your name, and later imports keep them.",
        "Show my words",
        on_confirm=State.override,
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="Agreed with the client's architects.",
        blocked=State.words.strip() == "",
        content=rx.box(
            labelled_area(
                "Summary",
                State.words,
                State.write_words,
                rows=8,
                hint="The first line is the headline.",
            ),
            margin_top="16px",
        ),
        on_open_change=State.ask,
    )


def _withdraw() -> rx.Component:
    return confirm_dialog(
        quiet_button("Take my words back…"),
        "Let the summary be written from the facts again?",
        "The words are taken back; the audit log keeps that they were there.",
        "Take the words back",
        on_confirm=State.withdraw,
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The inventory has changed since.",
        on_open_change=State.ask,
    )
