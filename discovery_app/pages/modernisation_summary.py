"""Summaries in words: of the engagement, and of one application."""

import reflex as rx

from discovery_app.components.buttons import quiet_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.drawer import drawer
from discovery_app.components.empty_state import skeleton_lines
from discovery_app.components.labelled_input import labelled_area
from discovery_app.components.notice import notice
from discovery_app.components.panel import panel
from discovery_app.components.status_badge import StatusLook, look_label
from discovery_app.components.tokens import MUTED, Tone, how_many, when, when_said
from discovery_app.states.modernisation import ModernisationState
from discovery_app.states.narrative import (
    ApplicationNarrativeState,
    NarrativeState,
    SummaryOf,
)

State = type[SummaryOf]

_LOOKS = {
    "model": StatusLook("Written by a model", "bot", Tone.ATTENTION),
    "person": StatusLook("Written by a person", "user_pen", Tone.NEUTRAL),
}
_RULES = StatusLook("Written by rules", "list_checks", Tone.NEUTRAL)


def summary_notices(state: State) -> rx.Component:
    """Return what happened, and why something did not."""
    return rx.fragment(
        notice(state.problem, tone=Tone.BAD),
        notice(state.failure, tone=Tone.BAD, on_dismiss=state.dismiss),
        notice(state.notice, tone=Tone.GOOD, on_dismiss=state.dismiss),
    )


def summary_panel() -> rx.Component:
    """Return the engagement's summary: who wrote it, what a person may do about it."""
    return panel(
        "Summary",
        rx.cond(NarrativeState.loading, skeleton_lines(4), _text(NarrativeState)),
        note=_author(NarrativeState),
    )


def application_drawer() -> rx.Component:
    """Return the summary of the application that the address names."""
    state = ApplicationNarrativeState
    unknown = rx.text("No asset names this application any more.", size="2")
    known = rx.flex(
        summary_notices(state),
        _author(state),
        _text(state),
        direction="column",
        gap="12px",
        margin_top="12px",
    )
    return drawer(
        rx.cond(
            state.shown.application == "",
            ModernisationState.query.application,
            state.shown.application,
        ),
        rx.cond(
            state.loading,
            skeleton_lines(4),
            rx.cond(state.shown.headline == "", unknown, known),
        ),
        on_close=ModernisationState.close,
        subtitle="What the inventory says of this application",
    )


def _author(state: State) -> rx.Component:
    cases = [(word, look_label(look)) for word, look in _LOOKS.items()]
    return rx.fragment(rx.match(state.shown.author, *cases, look_label(_RULES)))


def _text(state: State) -> rx.Component:
    shown = state.shown
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
        _actions(state),
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


def _actions(state: State) -> rx.Component:
    shown = state.shown
    return rx.flex(
        when(
            shown.may_ask & state.may_evaluate,
            quiet_button(
                rx.cond(shown.waits, "The model writes…", "Let the model write"),
                on_click=state.have_written,
                disabled=shown.waits,
            ),
        ),
        when(state.may_override, _override(state)),
        when(state.may_override & (shown.author == "person"), _withdraw(state)),
        gap="16px",
        wrap="wrap",
        align="center",
        margin_top="12px",
        padding_left="8px",
    )


def _override(state: State) -> rx.Component:
    return confirm_dialog(
        quiet_button("Write it yourself…"),
        "Write the summary yourself?",
        "Your words are shown instead, under your name, and later imports keep them.",
        "Show my words",
        on_confirm=state.override,
        reason=state.reason,
        on_reason=state.write_reason,
        reason_hint="Agreed with the client's architects.",
        blocked=state.words.strip() == "",
        content=rx.box(
            labelled_area(
                "Summary",
                state.words,
                state.write_words,
                rows=8,
                hint="The first line is the headline.",
            ),
            margin_top="16px",
        ),
        on_open_change=state.ask,
    )


def _withdraw(state: State) -> rx.Component:
    return confirm_dialog(
        quiet_button("Take my words back…"),
        "Let the summary be written from the facts again?",
        "The words are taken back; the audit log keeps that they were there.",
        "Take the words back",
        on_confirm=state.withdraw,
        reason=state.reason,
        on_reason=state.write_reason,
        reason_hint="The inventory has changed since.",
        on_open_change=state.ask,
    )
