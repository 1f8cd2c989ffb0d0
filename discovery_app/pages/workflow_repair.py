"""What an admin is asked on a workflow's page before it is mended; no page itself."""

from typing import Any

import reflex as rx

from discovery_app.components.buttons import plain_button, primary_button
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.field_select import field_select
from discovery_app.domain.workflow_repair import APPROVALS
from discovery_app.states.workflow_repair import WorkflowRepairState


def retry_dialog(shown: Any) -> rx.Component:
    """Return the button that retries the failed phase of ``shown``."""
    phase = shown.failure.phase
    return confirm_dialog(
        primary_button(f"Retry from {phase}", "rotate_ccw"),
        f"Retry from {phase}?",
        shown.failure.kept,
        "Retry run",
        on_confirm=WorkflowRepairState.retry,
        reason=WorkflowRepairState.reason,
        on_reason=WorkflowRepairState.write_reason,
        reason_hint="The storage answers again",
        content=_options(),
        on_open_change=WorkflowRepairState.ask,
    )


def rerun_dialog(shown: Any) -> rx.Component:
    """Return the button that runs ``shown`` again, after a look at what is replaced."""
    return confirm_dialog(
        plain_button("Run again…", "history"),
        f"Run {shown.title} again?",
        "Pick the first phase to run again. The phases before it are kept; what it and "
        "the later ones left is kept as superseded.",
        "Run again",
        on_confirm=WorkflowRepairState.rerun,
        reason=WorkflowRepairState.reason,
        on_reason=WorkflowRepairState.write_reason,
        reason_hint="The mapping of the memory column was corrected",
        blocked=WorkflowRepairState.phase == "",
        content=rx.fragment(
            rx.box(
                rx.text(
                    "From phase", size="2", class_name="label", margin_bottom="4px"
                ),
                field_select(
                    "From phase",
                    WorkflowRepairState.phase_word,
                    shown.reached,
                    WorkflowRepairState.pick_phase,
                    search="Search phases",
                ),
                margin_top="16px",
            ),
            rx.cond(WorkflowRepairState.phase != "", _replaced()),
            _options(),
        ),
        on_open_change=WorkflowRepairState.ask,
    )


def options_dialog(shown: Any) -> rx.Component:
    """Return the button that changes what the next phases of ``shown`` go by."""
    return confirm_dialog(
        plain_button("Options…", "sliders_horizontal"),
        f"Change the options of {shown.title}?",
        "The phases that are still to come go by them; what is left empty stays as it "
        "is. Nothing is started.",
        "Change options",
        on_confirm=WorkflowRepairState.change_options,
        reason=WorkflowRepairState.reason,
        on_reason=WorkflowRepairState.write_reason,
        reason_hint="The import is larger than we thought",
        content=_options(),
        on_open_change=WorkflowRepairState.ask,
    )


def accept_dialog(shown: Any) -> rx.Component:
    """Return the button that accepts the failed phase of ``shown``."""
    phase = shown.failure.phase
    return confirm_dialog(
        plain_button("Accept the failure…"),
        f"Go on without {phase}?",
        "The phase leaves an empty result, and the later phases go on with it: this "
        "import then has none of what the phase would have found. A later run from "
        "this phase puts that right.",
        "Accept the failure",
        on_confirm=WorkflowRepairState.accept,
        reason=WorkflowRepairState.reason,
        on_reason=WorkflowRepairState.write_reason,
        reason_hint="The client needs the inventory today",
        danger=True,
        on_open_change=WorkflowRepairState.ask,
    )


def _replaced() -> rx.Component:
    return rx.box(
        rx.text("Runs again", size="2", class_name="label", margin_bottom="4px"),
        rx.foreach(
            WorkflowRepairState.replaced,
            lambda line: rx.text(line, size="2", class_name="breaks"),
        ),
        rx.text(WorkflowRepairState.effects, size="2", margin_top="8px"),
        margin_top="16px",
    )


def _options() -> rx.Component:
    """Return the options that may be changed before the next try."""
    return rx.flex(
        _field(
            "New as-of date",
            WorkflowRepairState.as_of,
            WorkflowRepairState.write_as_of,
            "date",
        ),
        _field(
            "New time limit of a phase, minutes",
            WorkflowRepairState.minutes,
            WorkflowRepairState.write_minutes,
            "number",
        ),
        _field(
            "New limit of tries of a phase",
            WorkflowRepairState.attempts,
            WorkflowRepairState.write_attempts,
            "number",
        ),
        rx.box(
            rx.text(
                "Columns in review", size="2", class_name="label", margin_bottom="4px"
            ),
            field_select(
                "Columns in review",
                WorkflowRepairState.approve_word,
                APPROVALS,
                WorkflowRepairState.pick_approve,
                placeholder="As it is",
                search="Search options",
            ),
        ),
        gap="16px",
        wrap="wrap",
        margin_top="16px",
    )


def _field(label: str, value: Any, on_change: Any, kind: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        rx.input(
            value=value, on_change=on_change, type=kind, size="2", margin_top="4px"
        ),
        display="block",
    )
