"""The one statement that changes a workflow.

Every change of a workflow is a ``Transition``: what the state, the lease and the
phase runs become, and what the history says. It is written by one statement, so
that the row, its lease, its tries and its events can never disagree, and so that
a phase commit costs one round trip. The workflow's row is locked first and its lease
last, in every change. Part of ``services.workflow_state``; nothing else may use it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import EventType, PhaseStatus, WorkflowStatus
from discovery_app.errors import LostLeaseError
from discovery_app.services.workflow_queue import queue_phase

CHANGED_CHANNEL: Final = "workflow_changed"
QUEUED_CHANNEL: Final = "workflow_queued"


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


_STATEMENT: Final = """
    WITH state AS (
        UPDATE workflow_states SET
            status = CASE WHEN status = 'cancelling'
                AND :status NOT IN ('completed', 'cancelled', 'failed')
                THEN status ELSE :status END,
            current_phase = :current_phase,
            state_data = coalesce(cast(:state_data AS jsonb), state_data),
            progress_percentage = CASE WHEN run_number = :run_number
                THEN greatest(progress_percentage, :progress) ELSE :progress END,
            run_number = :run_number,
            version = version + 1,
            event_seq = event_seq + :event_count,
            updated_at = clock_timestamp()
        WHERE id = :workflow_id AND engagement_id = :engagement_id
        RETURNING id, engagement_id, client_account_id, session_id, version, event_seq,
            status = 'cancelling' AS cancelling
    ), lease AS (
        UPDATE workflow_leases AS held SET
            runnable = cancelling OR coalesce(:runnable, held.runnable),
            owner = coalesce(:owner, held.owner),
            lease_until = CASE
                WHEN :owner IS NULL THEN held.lease_until
                WHEN :owner = '' THEN NULL
                ELSE clock_timestamp() + make_interval(secs => :hold_seconds) END,
            attempt = coalesce(:attempt, held.attempt),
            run_after = CASE WHEN cast(:delay_seconds AS float) IS NULL
                THEN held.run_after
                ELSE clock_timestamp() + make_interval(secs => :delay_seconds) END,
            cancel_requested = CASE WHEN cancelling THEN held.cancel_requested
                ELSE coalesce(:cancel_requested, held.cancel_requested) END,
            pause_requested = coalesce(:pause_requested, held.pause_requested)
        FROM state
        WHERE held.id = state.id AND held.engagement_id = state.engagement_id
          AND (cast(:expected_fence AS bigint) IS NULL OR (
            held.fence = :expected_fence AND held.owner = :actor
            AND (:ended_id IS NULL OR EXISTS (
                SELECT FROM workflow_phase_runs AS try WHERE try.id = :ended_id
                AND try.engagement_id = :engagement_id AND try.status = 'running'))))
        RETURNING held.id
    ), ended AS (
        UPDATE workflow_phase_runs SET
            status = :ended_status, summary = :summary, item_kind = :item_kind,
            items_in = :items_in, items_out = :items_out,
            items_rejected = :items_rejected, items_excluded = :items_excluded,
            error_type = :error_type, error_message = :error_message,
            traceback = :traceback, retryable = :retryable,
            fraction = CASE WHEN :ended_status = 'completed' THEN 1 ELSE fraction END,
            finished_at = clock_timestamp()
        WHERE id = :ended_id AND engagement_id = :engagement_id
    ), opened AS (
        INSERT INTO workflow_phase_runs (
            id, engagement_id, client_account_id, workflow_id, phase, position,
            run_number, attempt, fence, worker, status, fraction, message, item_kind,
            items_in, items_out, items_rejected, items_excluded, summary, error_type,
            error_message, traceback, retryable, started_at, reported_at, finished_at)
        SELECT :opened_id, engagement_id, client_account_id, id, :opened_phase,
            :opened_position, :opened_run_number, :opened_attempt, :opened_fence,
            :opened_worker, :opened_status, 0, '', :opened_item_kind, 0, 0, 0, 0,
            :opened_summary, '', '', '', false, clock_timestamp(), clock_timestamp(),
            CASE WHEN :opened_status <> 'running' THEN clock_timestamp() END
        FROM state WHERE :opened_id IS NOT NULL
    ), history AS (
        INSERT INTO workflow_events (
            id, engagement_id, client_account_id, workflow_id, seq, type, phase, actor,
            user_id, reason, data, created_at)
        SELECT gen_random_uuid(), state.engagement_id, state.client_account_id,
            state.id, state.event_seq - :event_count + entry.seq, entry.type,
            entry.phase, :actor, :user_id, entry.reason, entry.data, clock_timestamp()
        FROM state, jsonb_to_recordset(cast(:events AS jsonb))
            AS entry(seq int, type text, phase text, reason text, data jsonb)
    )
    SELECT state.version, (SELECT count(*) FROM lease) AS leases,
        pg_notify(:channel, json_build_object(
            'engagement_id', state.engagement_id, 'workflow_id', state.id,
            'version', state.version)::text),
        CASE WHEN :wake THEN pg_notify(:queued_channel, state.id::text) END,
        state.cancelling
    FROM state
    """

_TYPES: Final[Mapping[str, Any]] = {
    "opened_id": sa.Uuid,
    "opened_status": sa.Text,
    "ended_id": sa.Uuid,
    "ended_status": sa.Text,
    "user_id": sa.Uuid,
    "actor": sa.Text,
    "status": sa.Text,
    "owner": sa.Text,
    "runnable": sa.Boolean,
    "cancel_requested": sa.Boolean,
    "pause_requested": sa.Boolean,
    "attempt": sa.Integer,
}


def prepared(statement: str) -> sa.TextClause:
    """Return ``statement`` as it is sent.

    psycopg keeps what it knows of a statement only up to 4,096 characters.
    """
    types = [sa.bindparam(name, type_=kind) for name, kind in _TYPES.items()]
    return sa.text(" ".join(statement.split())).bindparams(*types)


_TRANSITION: Final = prepared(_STATEMENT)
_WAKE: Final = sa.select(sa.func.pg_notify(QUEUED_CHANNEL, sa.bindparam("id")))


def write_transition(
    session: Session, scope: Scope, workflow_id: UUID, change: Transition
) -> int:
    """Write ``change`` and tell pages and runners; return the new version.

    Raises:
        LostLeaseError: The lease has another fence than the change expects; the
            unit of work must roll back.
    """
    frees = change.lease is not None and not change.lease.owner
    wake = change.lease is not None and change.lease.runnable and frees
    written = session.execute(
        _TRANSITION,
        {
            "workflow_id": workflow_id,
            "engagement_id": scope.engagement_id,
            "status": change.status.value,
            "current_phase": change.current_phase,
            "state_data": _json(change.state_data),
            "run_number": change.run_number,
            "progress": change.progress_percentage,
            "actor": scope.actor,
            "user_id": scope.user_id,
            "events": _json(_entries(change.events)),
            "event_count": len(change.events),
            "channel": CHANGED_CHANNEL,
            "queued_channel": QUEUED_CHANNEL,
            "wake": wake,
            **_lease_values(change.lease),
            **_ended_values(change.ended),
            **_opened_values(change.opened),
        },
    ).one_or_none()
    if written is None or not written.leases:
        fence = change.lease.expected_fence if change.lease else None
        raise LostLeaseError(workflow_id, fence or 0)
    if frees and written.cancelling and not wake:
        # The wish to cancel stands: whoever takes the workflow now carries it out.
        session.execute(_WAKE, {"id": str(workflow_id)})
        wake = True
    if wake:
        queue_phase(session, workflow_id)
    return int(written.version)


def _json(value: object | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str)


def _entries(events: Sequence[NewEvent]) -> list[dict[str, Any]]:
    return [
        {
            "seq": number,
            "type": event.type.value,
            "phase": event.phase,
            "reason": event.reason,
            "data": dict(event.data),
        }
        for number, event in enumerate(events, start=1)
    ]


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
        "opened_id": run.id if run else None,
        "opened_phase": run.phase if run else "",
        "opened_position": run.position if run else 0,
        "opened_run_number": run.run_number if run else 1,
        "opened_attempt": run.attempt if run else 0,
        "opened_fence": run.fence if run else 0,
        "opened_worker": run.worker if run else "",
        "opened_item_kind": run.item_kind if run else "",
        "opened_status": run.status.value if run else "",
        "opened_summary": run.summary if run else "",
    }
