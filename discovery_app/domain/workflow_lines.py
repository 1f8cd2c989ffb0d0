"""A workflow in words: what its page shows, made from ``WorkflowView`` and events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Role
from discovery_app.domain.board import STUCK
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.display import PhaseCell, Term
from discovery_app.domain.words import age, ago, count, counted, duration
from discovery_app.domain.workflow import (
    FINISHED,
    EventType,
    EventView,
    PhaseRunView,
    WorkflowStatus,
    WorkflowView,
)
from discovery_app.domain.workflow_timeline import time_taken

_PAUSABLE: Final = frozenset(
    {WorkflowStatus.RUNNING, WorkflowStatus.QUEUED, WorkflowStatus.RETRY_WAIT}
)
_AT_REST: Final = frozenset(
    {
        WorkflowStatus.PAUSED,
        WorkflowStatus.RETRY_WAIT,
        WorkflowStatus.WAITING_FOR_APPROVAL,
    }
)
"""Where options are changed by themselves; a retry and a re-run ask for them, too."""
_CLEANSED: Final = "data_cleansing"
_COUNTED: Final = "data_source_analysis"
_NO_ROWS: Final = Term("", "rows in")


@dataclass(frozen=True)
class Controls:
    """What this person may do to the workflow as it stands now."""

    pause: bool = False
    resume: bool = False
    cancel: bool = False
    retry: bool = False
    rerun: bool = False
    accept: bool = False
    options: bool = False
    review: bool = False
    inventory: bool = False


@dataclass(frozen=True)
class RowEquation:
    """Where the rows went; without terms nothing is known yet."""

    total: Term = _NO_ROWS
    terms: tuple[Term, ...] = ()
    note: str = ""


def shown_status(view: WorkflowView) -> str:
    """Return the status as people see it: ``stuck`` or what is stored."""
    return STUCK if view.stuck else view.status


def phase_title(view: WorkflowView, name: str) -> str:
    """Return the title of the phase ``name``."""
    return next((one.title for one in view.phases if one.phase == name), name)


def phase_number(view: WorkflowView, name: str) -> int:
    """Return the place of the phase ``name``, from 1."""
    return [one.phase for one in view.phases].index(name) + 1


def rows_in(view: WorkflowView) -> int | None:
    """Return the inventory rows of the upload; ``None`` until they are counted."""
    for one in view.phases:
        if one.phase == _COUNTED and one.status == "completed":
            return one.items_in
    return None


def phase_cells(view: WorkflowView) -> tuple[PhaseCell, ...]:
    """Return the strip, in the order of the phases."""
    return tuple(_cell(view, at, one) for at, one in enumerate(view.phases, start=1))


def subtitle(view: WorkflowView, now: datetime) -> str:
    """Return the line under the title: run, rows, when and by whom it was started."""
    rows = rows_in(view)
    parts = [f"Run {view.run_number}"]
    if rows is not None:
        parts.append(counted(rows, "row"))
    parts.append(f"started {ago(view.created_at, now)} by {view.started_by}")
    return " · ".join(parts)


def now_line(view: WorkflowView, now: datetime) -> str:
    """Return what happens now, in one sentence."""
    words = {
        WorkflowStatus.QUEUED: "Starts when a worker is free",
        WorkflowStatus.RETRY_WAIT: _tries_again(view, now),
        WorkflowStatus.PAUSED: "Paused: nothing runs until somebody resumes it",
        WorkflowStatus.CANCELLING: "Stops at the next report of the phase in work",
        WorkflowStatus.CANCELLED: "Cancelled: nothing more was changed",
        WorkflowStatus.COMPLETED: "Completed: the inventory is published",
        WorkflowStatus.FAILED: f"{phase_title(view, view.current_phase)} failed",
    }
    if view.stuck:
        return stuck_words(_last_report(view), view.worker, now)
    if view.status == WorkflowStatus.WAITING_FOR_APPROVAL:
        return _to_review(view.state_data)
    running = _running(view)
    if view.status == WorkflowStatus.RUNNING:
        message = running.message if running else ""
        return message or phase_title(view, view.current_phase)
    return words[WorkflowStatus(view.status)]


def now_note(view: WorkflowView) -> str:
    """Return where that is: phase, attempt, and a pause that is asked for."""
    if view.status in {WorkflowStatus.COMPLETED, WorkflowStatus.CANCELLED}:
        return ""
    number = phase_number(view, view.current_phase)
    title = phase_title(view, view.current_phase)
    parts = [f"Phase {number} of {len(view.phases)}, {title}"]
    if view.attempt > 1:
        parts.append(f"attempt {view.attempt} of {view.max_attempts}")
    return " · ".join(parts)


def stuck_words(reported_at: datetime | None, worker: str, now: datetime) -> str:
    """Return why a workflow counts as stuck."""
    since = f" for {age(reported_at, now)}" if reported_at else ""
    return f"No report{since} from {worker or 'its worker'}"


def controls(view: WorkflowView, events: Sequence[EventView], role: Role) -> Controls:
    """Return what someone with ``role`` may do to the workflow now."""
    may = ROLE_PERMISSIONS[role]
    steers = Permission.CONTROL_WORKFLOWS in may
    pausing = pause_is_pending(view, events)
    status = WorkflowStatus(view.status)
    ends = status in FINISHED or status is WorkflowStatus.CANCELLING
    waits = status is WorkflowStatus.WAITING_FOR_APPROVAL
    failed = status is WorkflowStatus.FAILED
    mends = Permission.RETRY_WORKFLOWS in may
    return Controls(
        pause=steers and status in _PAUSABLE and not pausing,
        resume=steers and (status is WorkflowStatus.PAUSED or pausing),
        cancel=steers and not ends,
        retry=mends and failed,
        rerun=mends and status in FINISHED,
        accept=mends and view.can_accept,
        options=mends and status in _AT_REST,
        review=Permission.APPROVE_MAPPINGS in may and waits,
        inventory=status is WorkflowStatus.COMPLETED,
    )


def pause_is_pending(view: WorkflowView, events: Sequence[EventView]) -> bool:
    """Return whether the workflow will pause once the running phase has ended."""
    if view.status != WorkflowStatus.RUNNING:
        return False
    decisive = {EventType.PAUSED, EventType.RESUMED, EventType.STARTED}
    last = next((one for one in reversed(events) if one.type in decisive), None)
    return last is not None and last.type == EventType.PAUSED


def row_equation(view: WorkflowView) -> RowEquation:
    """Return where the rows of the upload went, as far as that is known."""
    content = DiscoveryFlowState.load(view.state_data).database_integration
    if content is not None and content.accounting is not None:
        sums = content.accounting
        terms = (
            Term(count(sums.created), "created"),
            Term(count(sums.updated), "updated"),
            Term(count(sums.unchanged), "unchanged"),
            Term(count(sums.excluded), "excluded"),
            Term(count(sums.rejected), "rejected"),
        )
        return RowEquation(Term(count(sums.rows_in), "rows in"), terms, "as published")
    cleansed = next(one for one in view.phases if one.phase == _CLEANSED)
    if cleansed.status != "completed":
        return RowEquation()
    terms = (
        Term(count(cleansed.items_out), "to be published"),
        Term(count(cleansed.items_excluded), "excluded"),
        Term(count(cleansed.items_rejected), "rejected"),
    )
    total = Term(count(cleansed.items_in), "rows in")
    if view.status == WorkflowStatus.CANCELLED:
        return RowEquation(total, terms, "cancelled: nothing was published")
    return RowEquation(total, terms, "provisional until the inventory is published")


def _cell(view: WorkflowView, number: int, run: PhaseRunView) -> PhaseCell:
    if run.status == "pending":
        return PhaseCell(number, run.title, run.status, counts="Not started")
    title = {"number": number, "title": run.title, "message": run.message}
    percent = int(run.fraction * 100)
    if run.status == "running":
        status = STUCK if view.stuck else run.status
        return PhaseCell(
            **title,
            status=status,
            time=f"{percent} %",
            counts=run.message,
            percent=percent,
        )
    time = "" if run.seconds is None else time_taken(run.seconds)
    if run.status in {"failed", "cancelled", "retry_wait"}:
        word = run.status.replace("_", " ").capitalize()
        return PhaseCell(**title, status=run.status, time=time, counts=word)
    return PhaseCell(
        **title,
        status=run.status,
        time=time,
        counts=f"{count(run.items_in)} → {count(run.items_out)} {run.item_kind}",
        rejected=f"{count(run.items_rejected)} rejected",
        excluded=f"{count(run.items_excluded)} excluded",
    )


def _running(view: WorkflowView) -> PhaseRunView | None:
    return next((one for one in view.phases if one.status == "running"), None)


def _last_report(view: WorkflowView) -> datetime | None:
    running = _running(view)
    return running.reported_at if running else None


def _to_review(state_data: Mapping[str, Any]) -> str:
    mapping = DiscoveryFlowState.load(state_data).field_mapping
    review = mapping.review if mapping else 0
    needs = "needs" if review == 1 else "need"
    return f"{counted(review, 'column')} {needs} a decision"


def _tries_again(view: WorkflowView, now: datetime) -> str:
    if view.run_after is None or view.run_after <= now:
        return "Tries again as soon as a worker is free"
    return f"Tries again in {duration((view.run_after - now).total_seconds())}"
