"""A question before an action that cannot simply be taken back."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from discovery_app.components.buttons import plain_button
from discovery_app.components.tokens import (
    MUTED,
    Handler,
    Truth,
    ValueHandler,
    Words,
    said,
)


def confirm_dialog(
    trigger: rx.Component | None,
    title: Words,
    effects: rx.Component | Words,
    confirm: Words,
    *,
    on_confirm: Handler | Sequence[Handler] | None = None,
    reason: Words = "",
    on_reason: ValueHandler | None = None,
    reason_hint: str = "",
    danger: bool = False,
    blocked: Truth = False,
    content: rx.Component | None = None,
    is_open: Truth | None = None,
    on_open_change: ValueHandler | None = None,
) -> rx.Component:
    """Return ``trigger`` with the dialog it opens.

    Args:
        trigger: The button that opens the dialog; none where ``is_open`` does.
        title: The question, with the name of what it acts on.
        effects: What will happen, and what will be kept.
        confirm: The verb of the action; never "OK".
        on_confirm: The handler of the action.
        reason: The reason typed so far.
        on_reason: Gets the reason; given, one is required and the button waits.
        reason_hint: An example reason.
        danger: Whether something is lost; makes the button red.
        blocked: Keeps the button off for another cause, e.g. nothing is selected.
        content: More to choose, e.g. from which phase.
        is_open: Lets the state open and close it.
        on_open_change: Gets whether it opened, e.g. to empty the reason or to count
            what will be replaced.
    """
    control: dict[str, Any] = {}
    if is_open is not None:
        control["open"] = is_open
    if on_open_change is not None:
        control["on_open_change"] = on_open_change
    needs_reason = on_reason is not None
    confirms: dict[str, Any] = {} if on_confirm is None else {"on_click": on_confirm}
    return rx.alert_dialog.root(
        rx.fragment() if trigger is None else rx.alert_dialog.trigger(trigger),
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, class_name="dialog-title"),
            rx.alert_dialog.description(effects, class_name="dialog-text"),
            content or rx.fragment(),
            _reason(reason, on_reason, reason_hint) if needs_reason else rx.fragment(),
            rx.flex(
                rx.alert_dialog.cancel(plain_button("Keep as it is")),
                rx.alert_dialog.action(
                    rx.button(
                        confirm,
                        color_scheme="red" if danger else "indigo",
                        disabled=_is_off(reason, blocked, needs_reason=needs_reason),
                        **confirms,
                    )
                ),
                justify="end",
                gap="8px",
                margin_top="24px",
                wrap="wrap",
            ),
            max_width="480px",
            size="3",
        ),
        **control,
    )


def _is_off(reason: Words, blocked: Truth, *, needs_reason: bool) -> Truth:
    if not needs_reason:
        return blocked
    return (said(reason).strip() == "") | blocked


def _reason(reason: Words, on_reason: ValueHandler | None, hint: str) -> rx.Component:
    return rx.el.label(
        rx.el.span("Reason", class_name="label"),
        rx.text_area(
            value=reason,
            on_change=on_reason,
            placeholder=hint,
            rows="3",
            required=True,
            size="2",
            margin_top="4px",
            custom_attrs={"maxLength": 500},
        ),
        rx.text(
            "Required. It is kept in the audit log.",
            size="1",
            color=MUTED,
            margin_top="4px",
        ),
        display="block",
        margin_top="16px",
    )
