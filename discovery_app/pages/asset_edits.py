"""What is asked before a field is set on all listed assets; no page itself."""

import reflex as rx

from discovery_app.components.buttons import plain_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.field_select import field_select
from discovery_app.components.notice import notice
from discovery_app.components.tokens import Tone, how_many, text_color, when, when_said
from discovery_app.states.asset_edits import FIELDS
from discovery_app.states.asset_edits import AssetEditsState as State


def edit_dialog() -> rx.Component:
    """Return the button that sets a field on every asset that is listed."""
    return confirm_dialog(
        plain_button("Set a field…", "pencil"),
        "Set a field on all listed assets?",
        "It counts for every asset that the filters leave, on all pages of the list. "
        "Later imports do not bring the values from before back.",
        "Set it",
        on_confirm=State.edit,
        content=rx.flex(
            rx.box(
                rx.text("Field", class_name="label", margin_bottom="4px"),
                field_select("Field", State.label, FIELDS, State.pick_field),
            ),
            when(State.field != "", _value()),
            when_said(State.effects, rx.text(State.effects, size="2", weight="medium")),
            when_said(
                State.refusal,
                rx.text(State.refusal, size="2", color=text_color(Tone.BAD)),
            ),
            direction="column",
            gap="16px",
            margin_top="16px",
        ),
        reason=State.reason,
        on_reason=State.write_reason,
        reason_hint="The client's list of production systems",
        blocked=State.changing == 0,
        on_open_change=State.ask,
    )


def edit_notices() -> rx.Component:
    """Return what happened, or why not."""
    return rx.fragment(
        notice(State.failure, tone=Tone.BAD, on_dismiss=State.dismiss),
        notice(State.notice, tone=Tone.GOOD, on_dismiss=State.dismiss),
    )


def _value() -> rx.Component:
    return rx.cond(
        how_many(State.words) > 0,
        rx.box(
            rx.text("Value", class_name="label", margin_bottom="4px"),
            field_select(
                "Value",
                State.value_word,
                State.words,
                State.write_value,
                search="Search values",
            ),
        ),
        rx.el.label(
            rx.el.span("Value", class_name="label"),
            rx.input(
                value=State.value,
                on_change=State.write_value,
                size="2",
                margin_top="4px",
                custom_attrs={"autoComplete": "off"},
            ),
            display="block",
        ),
    )
