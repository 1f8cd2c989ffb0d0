"""How far something is, over the width of the page."""

import reflex as rx

from discovery_app.components.tokens import MUTED, Words


def progress_line(
    percent: rx.Var[int] | int,
    message: Words,
    note: Words = "",
    *,
    status: Words = "running",
    label: str = "Progress",
) -> rx.Component:
    """Return what is done now, how far it is, and the bar.

    Only the message is read out, not each percent.

    Args:
        percent: 0–100.
        message: What is being done, e.g. "Resolving connection 1,204 of 1,942".
        note: Where in the whole that is, e.g. "Phase 6 of 8 · attempt 2 of 5".
        status: Colours the bar.
        label: What progresses, for a screen reader.
    """
    return rx.box(
        rx.flex(
            rx.text(message, size="2", weight="medium", role="status"),
            rx.text(note, size="2", color=MUTED),
            rx.text(
                percent,
                " %",
                size="2",
                weight="medium",
                class_name="num",
                margin_left="auto",
            ),
            gap="4px 12px",
            wrap="wrap",
        ),
        rx.progress(
            value=percent, size="2", aria_label=label, class_name=f"of-{status}"
        ),
        class_name="now",
    )
