"""The one statement that changes a workflow.

Every change of a workflow is a ``Transition``: what the state, the lease and the
phase runs become, and what the history says. It is written by one statement, so
that the row, its lease, its tries and its events can never disagree, and so that
a phase commit costs one round trip. The workflow's row is locked first and its lease
last, in every change. Part of ``services.workflow_state``; nothing else may use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlmodel import Session

from discovery_app.database.direct import Statement, execute_direct
from discovery_app.database.notifications import WORKFLOW_CHANGED, WORKFLOW_QUEUED
from discovery_app.database.words import say_after_commit
from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import EventType, PhaseStatus, WorkflowStatus
from discovery_app.errors import LostLeaseError
from discovery_app.services.workflow_queue import queue_phase


@dataclass(frozen=True)
class NewEvent:
    """A line for the history; the transition's scope says who did it."""

    type: EventType
    phase: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EndedRun:
    """How a try of a phase ended."""

    id: UUID
    status: PhaseStatus
    summary: str = ""
    item_kind: str = ""
    items_in: int = 0
    items_out: int = 0
    items_rejected: int = 0
    items_excluded: int = 0
    error_type: str = ""
    error_message: str = ""
    traceback: str = ""
    retryable: bool = False


@dataclass(frozen=True)
class OpenedRun:
    """A try of a phase that begins now, or stands accepted without having run."""

    id: UUID
    phase: str
    position: int
    run_number: int
    attempt: int
    fence: int
    worker: str
    item_kind: str
    status: PhaseStatus = PhaseStatus.RUNNING
    summary: str = ""


@dataclass(frozen=True)
class LeaseChange:
    """What the lease becomes; ``None`` leaves a request of a person as it is.

    Attributes:
        owner: Who holds it from now on; empty frees it.
        hold_seconds: How long ``owner`` holds it; meaningless without one.
        delay_seconds: How long nobody may take it.
        expected_fence: Nothing at all is written unless the fence is still this, the
            scope's actor still holds the lease, and the try that ends still runs.
    """

    runnable: bool
    owner: str = ""
    hold_seconds: float = 0.0
    attempt: int = 0
    delay_seconds: float = 0.0
    cancel_requested: bool | None = False
    pause_requested: bool | None = False
    expected_fence: int | None = None


@dataclass(frozen=True)
class Transition:
    """One change of a workflow; ``None`` leaves a part as it is.

    Attributes:
        state_data: As an object, or as its JSON.
        status: Is not taken while a person's wish to cancel stands, unless it ends
            the workflow; then whoever claims it next cancels it.
        progress_percentage: Is taken only if it is more than before.
    """

    status: WorkflowStatus
    current_phase: str
    events: Sequence[NewEvent]
    lease: LeaseChange | None = None
    state_data: Mapping[str, Any] | str | None = None
    run_number: int = 1
    progress_percentage: int = 0
    ended: EndedRun | None = None
    opened: OpenedRun | None = None


_TRANSITION: Final = Statement.of("""
    WITH state AS (
        UPDATE workflow_states SET
            status = CASE WHEN status = 'cancelling'
                AND %(status)s NOT IN ('completed', 'cancelled', 'failed')
                THEN status ELSE %(status)s END,
            current_phase = %(current_phase)s,
            state_data = coalesce(cast(%(state_data)s AS jsonb), state_data),
            progress_percentage = greatest(%(progress)s,
                CASE WHEN run_number = %(run_number)s THEN progress_percentage END),
            run_number = %(run_number)s,
            version = version + 1,
            event_seq = event_seq + %(event_count)s,
            updated_at = clock_timestamp()
        WHERE id = %(workflow_id)s AND engagement_id = %(engagement_id)s
          AND NOT (%(unless_paused)s AND EXISTS (
            SELECT FROM workflow_leases AS asked WHERE asked.id = %(workflow_id)s
            AND asked.engagement_id = %(engagement_id)s
            AND pause_requested AND NOT cancel_requested))
        RETURNING id, engagement_id, client_account_id, session_id, version, event_seq,
            status = 'cancelling' AS cancelling
    ), ended AS (
        UPDATE workflow_phase_runs SET
            status = cast(%(ended_status)s AS text), summary = %(summary)s,
            item_kind = %(item_kind)s,
            items_in = %(items_in)s, items_out = %(items_out)s,
            items_rejected = %(items_rejected)s, items_excluded = %(items_excluded)s,
            error_type = %(error_type)s, error_message = %(error_message)s,
            traceback = %(traceback)s, retryable = %(retryable)s,
            fraction = CASE WHEN %(ended_status)s = 'completed' THEN 1
                ELSE fraction END,
            finished_at = clock_timestamp()
        WHERE id = cast(%(ended_id)s AS uuid) AND engagement_id = %(engagement_id)s
          AND status = 'running' AND EXISTS (SELECT FROM state)
        RETURNING 1
    ), lease AS (
        UPDATE workflow_leases AS held SET
            runnable = cancelling OR coalesce(%(runnable)s, held.runnable),
            owner = coalesce(%(owner)s, held.owner),
            lease_until = CASE
                WHEN %(owner)s IS NULL THEN held.lease_until
                WHEN %(owner)s = '' THEN NULL
                ELSE clock_timestamp() + make_interval(secs => %(hold_seconds)s) END,
            attempt = coalesce(%(attempt)s, held.attempt),
            run_after = coalesce(clock_timestamp()
                + make_interval(secs => %(delay_seconds)s), held.run_after),
            cancel_requested = CASE WHEN cancelling THEN held.cancel_requested
                ELSE coalesce(%(cancel_requested)s, held.cancel_requested) END,
            pause_requested = coalesce(%(pause_requested)s, held.pause_requested)
        FROM state
        WHERE held.id = %(workflow_id)s AND held.engagement_id = %(engagement_id)s
          AND (cast(%(expected_fence)s AS bigint) IS NULL OR (
            held.fence = %(expected_fence)s AND held.owner = %(actor)s
            AND (%(ended_id)s IS NULL OR EXISTS (SELECT FROM ended))))
        RETURNING held.id
    ), opened AS (
        INSERT INTO workflow_phase_runs (
            id, engagement_id, client_account_id, workflow_id, phase, position,
            run_number, attempt, fence, worker, status, fraction, message, item_kind,
            items_in, items_out, items_rejected, items_excluded, summary, error_type,
            error_message, traceback, retryable, started_at, reported_at, finished_at)
        SELECT cast(%(new_id)s AS uuid), engagement_id, client_account_id, id,
            %(new_phase)s, %(new_position)s, %(new_run_number)s, %(new_attempt)s,
            %(new_fence)s, %(new_worker)s, cast(%(new_status)s AS text), 0, '',
            %(new_item_kind)s, 0, 0, 0, 0, %(new_summary)s, '', '', '', false,
            clock_timestamp(), clock_timestamp(),
            CASE WHEN %(new_status)s <> 'running' THEN clock_timestamp() END
        FROM state WHERE %(new_id)s IS NOT NULL
    ), history AS (
        INSERT INTO workflow_events (
            id, engagement_id, client_account_id, workflow_id, seq, type, phase, actor,
            user_id, reason, data, created_at)
        SELECT gen_random_uuid(), state.engagement_id, state.client_account_id,
            state.id, state.event_seq - %(event_count)s + entry.seq, entry.type,
            entry.phase, %(actor)s, cast(%(user_id)s AS uuid), entry.reason,
            entry.data, clock_timestamp()
        FROM state, ROWS FROM (jsonb_to_recordset(cast(%(events)s AS jsonb))
            AS (type text, phase text, reason text, data jsonb))
            WITH ORDINALITY AS entry(type, phase, reason, data, seq)
    )
    SELECT version, (SELECT count(*) FROM lease), cancelling FROM state
    """)


def write_transition(
    session: Session, scope: Scope, workflow_id: UUID, change: Transition
) -> int:
    """Write ``change`` and tell pages and runners; return the new version.

    Raises:
        LostLeaseError: The lease has another fence than the change expects; the
            unit of work must roll back.
    """
    version = _write(session, scope, workflow_id, change)
    if version is None:
        raise _lost(workflow_id, change)
    return version


def write_unless_paused(
    session: Session, scope: Scope, workflow_id: UUID, change: Transition
) -> bool:
    """Do as ``write_transition``, but write nothing if a person asked for a pause.

    A pause that somebody asks for while this writes is not seen. One round trip
    instead of a question before each change.

    Returns:
        Whether ``change`` was written; if not, the workflow is to be paused.
    """
    return _write(session, scope, workflow_id, change, unless_paused=True) is not None


def _write(
    session: Session,
    scope: Scope,
    workflow_id: UUID,
    change: Transition,
    *,
    unless_paused: bool = False,
) -> int | None:
    """Return the new version, or ``None`` if there was no row to change."""
    written = execute_direct(
        session,
        _TRANSITION,
        {
            "workflow_id": workflow_id,
            "engagement_id": scope.engagement_id,
            "unless_paused": unless_paused,
            "status": change.status.value,
            "current_phase": change.current_phase,
            "state_data": _json(change.state_data),
            "run_number": change.run_number,
            "progress": change.progress_percentage,
            "actor": scope.actor,
            "user_id": scope.user_id,
            "events": _json(change.events),
            "event_count": len(change.events),
            **_lease_values(change.lease),
            **_ended_values(change.ended),
            **_opened_values(change.opened),
        },
    )
    if written is None:
        return None
    version, leases, cancelling = written
    if not leases:
        raise _lost(workflow_id, change)
    changed = {
        "engagement_id": scope.engagement_id,
        "workflow_id": workflow_id,
        "version": version,
    }
    say_after_commit(session, WORKFLOW_CHANGED, to_json(changed).decode())
    lease = change.lease
    # While a wish to cancel stands, whoever takes the workflow next carries it out.
    if lease and not lease.owner and (lease.runnable or cancelling):
        say_after_commit(session, WORKFLOW_QUEUED, str(workflow_id))
        queue_phase(session, workflow_id)
    return int(version)


def _lost(workflow_id: UUID, change: Transition) -> LostLeaseError:
    fence = change.lease.expected_fence if change.lease else None
    return LostLeaseError(workflow_id, fence or 0)


def _json(value: object | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return to_json(value, fallback=str).decode()


def _lease_values(lease: LeaseChange | None) -> dict[str, Any]:
    return {
        "runnable": lease.runnable if lease else None,
        "owner": lease.owner if lease else None,
        "hold_seconds": lease.hold_seconds if lease else 0.0,
        "attempt": lease.attempt if lease else None,
        "delay_seconds": lease.delay_seconds if lease else None,
        "cancel_requested": lease.cancel_requested if lease else None,
        "pause_requested": lease.pause_requested if lease else None,
        "expected_fence": lease.expected_fence if lease else None,
    }


def _ended_values(run: EndedRun | None) -> dict[str, Any]:
    return {
        "ended_id": run.id if run else None,
        "ended_status": run.status.value if run else "",
        "summary": run.summary if run else "",
        "item_kind": run.item_kind if run else "",
        "items_in": run.items_in if run else 0,
        "items_out": run.items_out if run else 0,
        "items_rejected": run.items_rejected if run else 0,
        "items_excluded": run.items_excluded if run else 0,
        "error_type": run.error_type if run else "",
        "error_message": run.error_message if run else "",
        "traceback": run.traceback if run else "",
        "retryable": run.retryable if run else False,
    }


def _opened_values(run: OpenedRun | None) -> dict[str, Any]:
    return {
        "new_id": run.id if run else None,
        "new_phase": run.phase if run else "",
        "new_position": run.position if run else 0,
        "new_run_number": run.run_number if run else 1,
        "new_attempt": run.attempt if run else 0,
        "new_fence": run.fence if run else 0,
        "new_worker": run.worker if run else "",
        "new_item_kind": run.item_kind if run else "",
        "new_status": run.status.value if run else "",
        "new_summary": run.summary if run else "",
    }
