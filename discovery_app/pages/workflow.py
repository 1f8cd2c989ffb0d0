"""One workflow, live: its phases, its time, its rows, its history."""

import reflex as rx

from discovery_app.components.accounting import accounting
from discovery_app.components.buttons import link_button, plain_button
from discovery_app.components.code_block import error_panel
from discovery_app.components.confirm_dialog import confirm_dialog
from discovery_app.components.data_table import Column, data_table
from discovery_app.components.empty_state import empty_state, skeleton_lines
from discovery_app.components.event_list import event_list
from discovery_app.components.facts import facts
from discovery_app.components.frame import frame
from discovery_app.components.layout import main_and_side, stack
from discovery_app.components.notice import notice
from discovery_app.components.page_header import page_header
from discovery_app.components.panel import panel, section
from discovery_app.components.phase_log import phase_log
from discovery_app.components.phase_strip import phase_strip
from discovery_app.components.progress_line import progress_line
from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import status_badge, status_label
from discovery_app.components.table_row import cell, clipped, number_cell, table_row
from discovery_app.components.timeline import timeline
from discovery_app.components.tokens import MUTED, Tone, how_many
from discovery_app.domain.workflow_failures import AttemptLine
from discovery_app.pages.workflow_repair import (
    accept_dialog,
    options_dialog,
    rerun_dialog,
    retry_dialog,
)
from discovery_app.states.phase_log import PhaseLogState
from discovery_app.states.session import SessionState
from discovery_app.states.workflow import WorkflowPageState
from discovery_app.states.workflow_repair import WorkflowRepairState

COLUMNS = (
    Column("Phase", "132px"),
    Column("Attempt", "76px", numeric=True),
    Column("Outcome", "116px"),
    Column("Started", "96px", numeric=True),
    Column("Time", "72px", numeric=True),
    Column("Worker", "104px"),
    Column("Error"),
)
SHOWN = WorkflowPageState.shown
LOG = PhaseLogState.shown


@rx.page(
    route="/workflows/[workflow_id]",
    title="Workflow · Discovery",
    on_load=[
        SessionState.load,
        SessionState.watch,
        WorkflowPageState.watch,
        PhaseLogState.watch,
    ],
)
def workflow() -> rx.Component:
    """Show the workflow of the address as the person's role may see it."""
    return frame(
        "Workflows",
        rx.cond(
            SHOWN.status != "",
            _header(),
            page_header("Workflow", trail=(("Workflows", "/workflows"),)),
        ),
        notice(WorkflowPageState.problem, tone=Tone.BAD),
        notice(WorkflowPageState.notice, on_dismiss=WorkflowPageState.dismiss),
        notice(WorkflowRepairState.notice, on_dismiss=WorkflowRepairState.dismiss),
        rx.cond(SHOWN.status != "", _body(), _before()),
        session=SessionState.view,
        on_pick=SessionState.select,
    )


def _before() -> rx.Component:
    nothing = empty_state(
        "workflow",
        "This workflow cannot be shown",
        "It is not there, or it belongs to an engagement that is not yours.",
        link_button("Open the workflows", "/workflows"),
    )
    loading = panel("Loading", skeleton_lines(6))
    return rx.cond(WorkflowPageState.loading, loading, rx.box(nothing))


def _header() -> rx.Component:
    may = SHOWN.controls
    return page_header(
        SHOWN.title,
        rx.cond(
            SHOWN.issues != "",
            link_button("Data issues", f"/workflows/{SHOWN.workflow_id}/issues"),
        ),
        rx.cond(
            may.inventory,
            link_button("Changes", f"/workflows/{SHOWN.workflow_id}/changes"),
        ),
        rx.cond(may.cancel, _cancel()),
        rx.cond(
            may.pause, plain_button("Pause", "pause", on_click=WorkflowPageState.pause)
        ),
        rx.cond(
            may.resume,
            plain_button("Resume", "play", on_click=WorkflowPageState.resume),
        ),
        link_button("How files are read", f"/workflows/{SHOWN.workflow_id}/reading"),
        rx.cond(may.options, options_dialog(SHOWN)),
        rx.cond(may.rerun, rerun_dialog(SHOWN)),
        rx.cond(may.accept, accept_dialog(SHOWN)),
        rx.cond(may.retry, retry_dialog(SHOWN)),
        rx.cond(
            may.review,
            link_button(
                "Review the mapping",
                f"/workflows/{SHOWN.workflow_id}/mapping",
                "list_checks",
                solid=True,
            ),
        ),
        rx.cond(
            may.inventory,
            link_button(
                "Open the inventory",
                f"/engagements/{SHOWN.engagement_id}/assets",
                "boxes",
                solid=True,
            ),
        ),
        subtitle=SHOWN.subtitle,
        beside=status_badge(SHOWN.status),
        trail=(
            ("Workflows", "/workflows"),
            (SHOWN.engagement, f"/engagements/{SHOWN.engagement_id}"),
        ),
    )


def _cancel() -> rx.Component:
    return confirm_dialog(
        plain_button("Cancel run…"),
        f"Cancel the run of {SHOWN.title}?",
        "The phase in work ends at its next report. What is not yet published stays "
        "out of the inventory; the uploaded files are kept.",
        "Cancel run",
        on_confirm=WorkflowPageState.cancel,
        reason=WorkflowPageState.reason,
        on_reason=WorkflowPageState.write_reason,
        reason_hint="Wrong export, a newer one follows",
        danger=True,
        on_open_change=WorkflowPageState.ask,
    )


def _body() -> rx.Component:
    failure = SHOWN.failure
    return rx.fragment(
        rx.cond(
            failure.sentence != "",
            error_panel(
                failure.sentence, failure.kind, failure.hint, failure.traceback
            ),
            progress_line(
                SHOWN.percent,
                SHOWN.now,
                SHOWN.note,
                status=SHOWN.status,
                label="Progress of the run",
            ),
        ),
        phase_strip(SHOWN.phases),
        main_and_side(
            stack(
                rx.cond(how_many(SHOWN.tries) > 0, _attempts()),
                _time(),
                _rows(),
                rx.cond(how_many(LOG.tries) > 0, _log()),
            ),
            stack(
                panel("History", event_list(SHOWN.events)),
                panel("Run", _facts()),
            ),
        ),
    )


def _time() -> rx.Component:
    drawn = SHOWN.timeline
    return panel(
        "Time per phase",
        rx.cond(
            how_many(drawn.lines) > 0,
            timeline(drawn.lines, drawn.ticks),
            rx.text("No phase has started yet.", size="2", color=MUTED),
        ),
        note=drawn.total,
    )


def _rows() -> rx.Component:
    equation = SHOWN.equation
    return panel(
        "Row accounting",
        rx.cond(
            how_many(equation.terms) > 0,
            accounting(equation.total, equation.terms),
            rx.text("Known once the rows have been cleansed.", size="2", color=MUTED),
        ),
        note=equation.note,
    )


def _log() -> rx.Component:
    return phase_log(
        LOG.tries, LOG.title, LOG.text, PhaseLogState.pick, PhaseLogState.problem
    )


def _attempts() -> rx.Component:
    return section(
        "Attempts",
        data_table("Attempts", COLUMNS, SHOWN.tries, _attempt, min_width="800px"),
    )


def _attempt(row: AttemptLine) -> rx.Component:
    return table_row(
        rx.text(row.phase, size="2"),
        number_cell(row.number),
        cell(status_label(row.status)),
        cell(
            relative_time(row.started, row.started_ago),
            justify="end",
            class_name="num nowrap",
        ),
        number_cell(row.time),
        cell(clipped(row.worker)),
        cell(clipped(row.error)),
    )


def _facts() -> rx.Component:
    return facts(
        {
            "Client": SHOWN.client,
            "Engagement": SHOWN.engagement,
            "Files": SHOWN.files,
            "Source": rx.cond(SHOWN.source != "", SHOWN.source, "not known yet"),
            "Problems found": rx.cond(SHOWN.issues != "", SHOWN.issues, "not checked"),
            "Started by": SHOWN.owner,
            "Run number": SHOWN.run,
            "Attempts": SHOWN.attempts,
            "Worker": SHOWN.worker,
        }
    )
