"""What an admin is asked before many runs are retried or cancelled; no page itself."""

import reflex as rx

from discovery_app.components.buttons import plain_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.notice import notice
from discovery_app.components.tokens import Tone
from discovery_app.states.admin_bulk import AdminBulkState


def bulk_actions() -> rx.Component:
    """Return the buttons that act on all runs of the list, and their dialogs."""
    return rx.fragment(
        plain_button("Cancel all listed…", on_click=AdminBulkState.ask("cancel")),
        plain_button(
            "Retry all listed…", "rotate_ccw", on_click=AdminBulkState.ask("retry")
        ),
        _dialog(
            "retry",
            f"Retry {AdminBulkState.matched}?",
            "Every failed run that the list's filter lets through, on all its pages, "
            "starts again in place at the phase that failed.",
            "Retry runs",
            "The storage answers again",
        ),
        _dialog(
            "cancel",
            f"Cancel {AdminBulkState.matched}?",
            "Every run that the list's filter lets through, on all its pages, and that "
            "has not ended stops at its next report. What is not yet published stays "
            "out of the inventory.",
            "Cancel runs",
            "The client sent the wrong exports",
            danger=True,
        ),
    )


def bulk_notices() -> rx.Component:
    """Return what became of it."""
    return rx.fragment(
        notice(AdminBulkState.notice, on_dismiss=AdminBulkState.dismiss),
        notice(AdminBulkState.done, tone=Tone.GOOD, on_dismiss=AdminBulkState.dismiss),
    )


def _dialog(
    act: str,
    title: rx.Var[str] | str,
    effects: str,
    confirm: str,
    hint: str,
    *,
    danger: bool = False,
) -> rx.Component:
    return confirm_dialog(
        None,
        title,
        effects,
        confirm,
        on_confirm=AdminBulkState.confirm,
        reason=AdminBulkState.reason,
        on_reason=AdminBulkState.write_reason,
        reason_hint=hint,
        danger=danger,
        is_open=AdminBulkState.question == act,
        on_open_change=AdminBulkState.ask_no_more,
    )
