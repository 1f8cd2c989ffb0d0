"""A worker's part of a workflow: begin, report, commit, fail, hand back.

Part of ``services.workflow_state``.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from discovery_app.config import settings
from discovery_app.database.direct import Statement, execute_direct
from discovery_app.domain.access import Role, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    Claim,
    EventType,
    LeaseClaim,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.errors import (
    CancelledError,
    DiscoveryError,
    LostLeaseError,
    NotFoundError,
)
from discovery_app.models import WorkflowState
from discovery_app.phases import load_phase, phase_after
from discovery_app.phases.base import PhaseResult
from discovery_app.services.workflow_moves import (
    ending,
    finish,
    go_on,
    hand_on,
    open_run,
    pause,
    wait,
)
from discovery_app.services.workflow_rows import WorkflowRows
from discovery_app.services.workflow_transitions import (
    EndedRun,
    LeaseChange,
    NewEvent,
    OpenedRun,
    Transition,
    write_transition,
    write_unless_paused,
)

_TRACEBACK_LIMIT: Final = 20_000


class WorkflowWork(WorkflowRows):
    """What the worker that holds a workflow's lease may do with it."""

    def begin(self, lease: LeaseClaim) -> Claim | None:
        """Open a try of the current phase under a lease that was just taken.

        A try that an earlier worker left open is closed as failed. Returns
        ``None`` if there was nothing to do but to cancel, or to pause.

        Raises:
            LostLeaseError: Another worker, or a person, has taken it since.
        """
        scope = worker_scope(lease)
        session_id, phase, run_number, state_data = self._take(lease)
        cancel, pause_asked, left_open = self._close_abandoned(lease)
        if cancel or pause_asked:
            workflow = self._locked(scope, lease.workflow_id)
            stop = self._cancel_now if cancel else self._pause_now
            stop(scope, workflow, fence=lease.fence)
            return None
        opened = open_run(
            phase,
            run_number,
            attempt=lease.attempt,
            fence=lease.fence,
            worker=lease.worker,
        )
        events = [NewEvent(EventType.STARTED, phase, data={"attempt": lease.attempt})]
        if left_open:
            data = {"worker": left_open}
            events.insert(0, NewEvent(EventType.LEASE_EXPIRED, phase, data=data))
        change = Transition(
            status=WorkflowStatus.RUNNING,
            current_phase=phase,
            run_number=run_number,
            lease=LeaseChange(
                runnable=True,
                owner=lease.worker,
                hold_seconds=settings().lease_seconds,
                attempt=lease.attempt,
                expected_fence=lease.fence,
            ),
            opened=opened,
            events=events,
        )
        write_transition(self._session, scope, lease.workflow_id, change)
        return Claim(
            workflow_id=lease.workflow_id,
            session_id=session_id,
            scope=scope,
            phase=phase,
            fence=lease.fence,
            attempt=lease.attempt,
            max_attempts=lease.max_attempts,
            run_number=run_number,
            phase_run_id=opened.id,
            state=DiscoveryFlowState.load(state_data),
        )

    def report(self, claim: Claim, fraction: float, message: str) -> None:
        """Record that the claimed phase is ``fraction`` (0.0 to 1.0) done.

        Raises:
            LostLeaseError: Another worker has the workflow.
            CancelledError: A person asked it to stop.
        """
        told = execute_direct(
            self._session,
            _REPORT,
            {
                "workflow_id": claim.workflow_id,
                "engagement_id": claim.scope.engagement_id,
                "worker": claim.scope.actor,
                "run_id": claim.phase_run_id,
                "fence": claim.fence,
                "fraction": min(max(fraction, 0.0), 1.0),
                "message": message[:500],
            },
        )
        if told is None:
            raise LostLeaseError(claim.workflow_id, claim.fence)
        cancel_requested, *_ = told
        if cancel_requested:
            raise CancelledError("The run was cancelled; nothing more was changed.")

    def commit_phase(
        self,
        claim: Claim,
        result: PhaseResult,
        state: DiscoveryFlowState,
        *,
        keep: bool = True,
    ) -> Claim | None:
        """Record what the claimed phase left and open the next one.

        Call it last in its unit of work, after the rows that the phase published.

        Args:
            state: The state with this phase's part in it.
            keep: Whether this worker runs the next phase; otherwise it hands the
                workflow back.

        Returns:
            The claim on the next phase; ``None`` if this worker is done with it.

        Raises:
            LostLeaseError: Another worker has the workflow; roll back.
        """
        at = ending(claim, result, state)
        self._session.flush()
        following = phase_after(claim.phase)
        if following is None or result.needs_approval:
            self._transit(claim, finish(at) if following is None else wait(at))
            return None
        onward = go_on if keep else hand_on
        change = onward(at, following)
        if not write_unless_paused(
            self._session, claim.scope, claim.workflow_id, change
        ):
            self._transit(claim, pause(at, following))
            return None
        opened = change.opened
        return _next_claim(claim, opened, state) if opened else None

    def is_pause_requested(self, claim: Claim) -> bool:
        """Return whether to stop here; one that comes later stops the next phase."""
        return self._session.execute(
            _PAUSE_REQUESTED,
            {"id": claim.workflow_id, "engagement_id": claim.scope.engagement_id},
        ).scalar_one()

    def _transit(self, claim: Claim, change: Transition) -> None:
        write_transition(self._session, claim.scope, claim.workflow_id, change)

    def fail_phase(
        self, claim: Claim, error: Exception, *, retryable: bool, trace: str = ""
    ) -> bool:
        """Record why the claimed phase failed; return whether it is tried again.

        A retryable failure waits ``min(cap, base · 2ⁿ)`` with jitter, as long as
        attempts are left; any other ends the workflow as failed. A cancel or a pause
        that somebody asked for meanwhile comes before another try.

        Raises:
            LostLeaseError: Another worker has the workflow.
        """
        workflow = self._locked(claim.scope, claim.workflow_id)
        again = retryable and claim.attempt < claim.max_attempts
        ended = EndedRun(
            id=claim.phase_run_id,
            status=PhaseStatus.FAILED,
            item_kind=load_phase(claim.phase).item_kind,
            error_type=failure_word(error),
            error_message=_sentence(error),
            traceback=trace[-_TRACEBACK_LIMIT:],
            retryable=retryable,
        )
        what = {"error_type": ended.error_type, "message": ended.error_message}
        failed = NewEvent(EventType.FAILED, claim.phase, data=what)
        if self._ended_by_request(claim, workflow, ended, [failed], going_on=again):
            return False
        events = [failed]
        delay = 0.0
        if again:
            delay = retry_delay_seconds(claim.attempt)
            wait = {"seconds": round(delay, 1), "attempt": claim.attempt + 1}
            events.append(NewEvent(EventType.RETRY_SCHEDULED, claim.phase, data=wait))
        self._write(
            claim.scope,
            workflow,
            Transition(
                status=WorkflowStatus.RETRY_WAIT if again else WorkflowStatus.FAILED,
                current_phase=claim.phase,
                lease=LeaseChange(
                    runnable=again,
                    attempt=claim.attempt,
                    delay_seconds=delay,
                    expected_fence=claim.fence,
                ),
                ended=ended,
                events=events,
            ),
        )
        return again

    def hand_back(self, claim: Claim) -> None:
        """Give the claimed phase back without counting the attempt (drain).

        Raises:
            LostLeaseError: Another worker has the workflow.
        """
        workflow = self._locked(claim.scope, claim.workflow_id)
        ended = EndedRun(claim.phase_run_id, PhaseStatus.CANCELLED)
        handed = NewEvent(EventType.HANDED_BACK, claim.phase)
        if self._ended_by_request(claim, workflow, ended, [handed]):
            return
        self._write(
            claim.scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=claim.phase,
                lease=LeaseChange(
                    runnable=True,
                    attempt=max(claim.attempt - 1, 0),
                    expected_fence=claim.fence,
                ),
                ended=ended,
                events=[handed],
            ),
        )

    def cancelled(self, claim: Claim) -> None:
        """Record that the claimed phase stopped because a person asked.

        Raises:
            LostLeaseError: Another worker has the workflow.
        """
        workflow = self._locked(claim.scope, claim.workflow_id)
        ended = EndedRun(claim.phase_run_id, PhaseStatus.CANCELLED)
        self._cancel_now(claim.scope, workflow, fence=claim.fence, ended=ended)

    def _ended_by_request(
        self,
        claim: Claim,
        workflow: WorkflowState,
        ended: EndedRun,
        events: Sequence[NewEvent],
        *,
        going_on: bool = True,
    ) -> bool:
        """Cancel or pause at the end of a try, if somebody asked; return whether.

        Args:
            going_on: Whether the workflow would go on; what ends needs no pause.
        """
        held = self._lease(claim.scope, claim.workflow_id)
        more: dict[str, Any] = {"fence": claim.fence, "ended": ended, "before": events}
        if held.cancel_requested:
            self._cancel_now(claim.scope, workflow, **more)
            return True
        if held.pause_requested and going_on:
            self._pause_now(claim.scope, workflow, **more)
            return True
        return False

    def _take(self, lease: LeaseClaim) -> tuple[Any, ...]:
        """Lock the row, as ``_locked``, and return what a worker needs of it.

        Returns:
            Its upload, its phase, its run number and its state.

        Raises:
            NotFoundError: There is no such workflow.
        """
        values = {"id": lease.workflow_id, "engagement_id": lease.engagement_id}
        taken = execute_direct(self._session, _TAKE, values)
        if taken is None:
            raise NotFoundError("workflow", lease.workflow_id)
        return taken

    def _close_abandoned(self, lease: LeaseClaim) -> tuple[Any, ...]:
        """Close tries that a vanished worker left open; return what the lease says.

        Returns:
            Whether a cancel is requested, whether a pause is, and the name of the
            worker that vanished, if one did.

        Raises:
            LostLeaseError: The lease is another's now.
        """
        held = execute_direct(
            self._session,
            _CLOSE_ABANDONED,
            {
                "workflow_id": lease.workflow_id,
                "engagement_id": lease.engagement_id,
                "fence": lease.fence,
                "worker": lease.worker,
                "error_message": _WENT_AWAY,
            },
        )
        if held is None:
            raise LostLeaseError(lease.workflow_id, lease.fence)
        return held


_WENT_AWAY: Final = "The worker went away in the middle; the phase starts again."

_TAKE: Final = Statement.of("""
    SELECT session_id, current_phase, run_number, state_data FROM workflow_states
    WHERE id = %(id)s AND engagement_id = %(engagement_id)s FOR UPDATE
    """)

_CLOSE_ABANDONED: Final = Statement.of("""
    WITH held AS (
        SELECT cancel_requested, pause_requested FROM workflow_leases
        WHERE id = %(workflow_id)s AND engagement_id = %(engagement_id)s
          AND fence = %(fence)s AND owner = %(worker)s
    ), closed AS (
        UPDATE workflow_phase_runs SET status = 'failed', error_type = 'LeaseExpired',
            error_message = %(error_message)s, retryable = true,
            finished_at = clock_timestamp()
        WHERE workflow_id = %(workflow_id)s AND engagement_id = %(engagement_id)s
          AND status = 'running' AND EXISTS (SELECT FROM held)
        RETURNING worker
    )
    SELECT held.*, (SELECT worker FROM closed LIMIT 1) FROM held
    """)
"""Runs after the workflow's row is locked, in a statement of its own, so that it sees
what whoever had locked it before has asked for."""

_PAUSE_REQUESTED: Final = sa.text(
    "SELECT pause_requested AND NOT cancel_requested FROM workflow_leases"
    " WHERE id = :id AND engagement_id = :engagement_id"
)

_REPORT: Final = Statement.of("""
    WITH held AS (
        SELECT id, engagement_id, cancel_requested FROM workflow_leases
        WHERE id = %(workflow_id)s AND engagement_id = %(engagement_id)s
          AND fence = %(fence)s AND owner = %(worker)s
    ), told AS (
        UPDATE workflow_phase_runs SET fraction = %(fraction)s, message = %(message)s,
            reported_at = clock_timestamp()
        WHERE id = %(run_id)s AND engagement_id = %(engagement_id)s
          AND status = 'running' AND EXISTS (SELECT 1 FROM held)
        RETURNING 1
    )
    SELECT held.cancel_requested, pg_notify('workflow_changed', json_build_object(
        'engagement_id', held.engagement_id, 'workflow_id', held.id,
        'version', -1)::text), set_config('synchronous_commit', 'off', true)
    FROM held, told
    """)
"""Version -1 tells pages that only the progress of a phase has changed. Progress may be
lost in a crash, so nobody waits for the disk; a phase commit after it does."""


def worker_scope(lease: LeaseClaim) -> Scope:
    """Return the tenant scope in which the worker of ``lease`` acts."""
    return Scope(
        actor=lease.worker,
        role=Role.SYSTEM,
        client_account_id=lease.client_account_id,
        engagement_id=lease.engagement_id,
    )


def retry_delay_seconds(attempt: int) -> float:
    """Return how long to wait after the ``attempt``-th failure, from 1.

    ``min(cap, base · 2ⁿ)``, between half and the whole of it, so that many
    workflows that failed together do not come back together.
    """
    longest = min(
        settings().retry_cap_seconds, settings().retry_base_seconds * 2 ** (attempt - 1)
    )
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  Not for secrets.


def _next_claim(claim: Claim, opened: OpenedRun, state: DiscoveryFlowState) -> Claim:
    """Return the claim on the try that a commit opened; attempts count anew."""
    return replace(
        claim,
        phase=opened.phase,
        attempt=opened.attempt,
        phase_run_id=opened.id,
        state=state,
    )


def failure_word(error: Exception) -> str:
    """Return what the failure is called: ``Timeout``, ``CrashLoop``, a class's name."""
    word = error.word if isinstance(error, DiscoveryError) else ""
    return word or type(error).__name__


def _sentence(error: Exception) -> str:
    """Return what a page may show of ``error``."""
    if isinstance(error, DiscoveryError):
        return str(error)
    return (
        f"The phase broke with an unexpected {type(error).__name__}; an admin finds "
        "the details under Admin, Runs."
    )
