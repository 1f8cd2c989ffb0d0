"""A worker's part of a workflow: begin, report, commit, fail, hand back.

Part of ``services.workflow_state``.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from discovery_app.config import settings
from discovery_app.domain.access import Role, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    Claim,
    EventType,
    LeaseClaim,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.errors import CancelledError, DiscoveryError, LostLeaseError
from discovery_app.models import WorkflowPhaseRun, WorkflowState
from discovery_app.phases import load_phase, phase_after
from discovery_app.phases.base import PhaseResult
from discovery_app.services.workflow_moves import (
    counts,
    ended_run,
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
        workflow = self._locked(scope, lease.workflow_id)
        held = self._lease(scope, lease.workflow_id)
        if held.fence != lease.fence or held.owner != lease.worker:
            raise LostLeaseError(lease.workflow_id, lease.fence)
        left_open = self._close_abandoned(workflow.id)
        if held.cancel_requested:
            self._cancel_now(scope, workflow, fence=lease.fence)
            return None
        if held.pause_requested:
            self._pause_now(scope, workflow, fence=lease.fence)
            return None
        phase = workflow.current_phase
        opened = open_run(phase, workflow.run_number, lease)
        events = [NewEvent(EventType.STARTED, phase, data={"attempt": lease.attempt})]
        if left_open:
            data = {"worker": left_open}
            events.insert(0, NewEvent(EventType.LEASE_EXPIRED, phase, data=data))
        self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.RUNNING,
                current_phase=phase,
                lease=LeaseChange(
                    runnable=True,
                    owner=lease.worker,
                    hold_seconds=settings().lease_seconds,
                    attempt=lease.attempt,
                    expected_fence=lease.fence,
                ),
                opened=opened,
                events=events,
            ),
        )
        return _first_claim(lease, workflow, opened)

    def report(self, claim: Claim, fraction: float, message: str) -> None:
        """Record that the claimed phase is ``fraction`` (0.0 to 1.0) done.

        Raises:
            LostLeaseError: Another worker has the workflow.
            CancelledError: A person asked it to stop.
        """
        cancel = self._session.execute(
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
        ).one_or_none()
        if cancel is None:
            raise LostLeaseError(claim.workflow_id, claim.fence)
        if cancel.cancel_requested:
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
        following = phase_after(claim.phase)
        ended = ended_run(claim, result)
        done = NewEvent(EventType.COMMITTED, claim.phase, data=counts(result))
        if following is None:
            change = finish(claim, ended, done)
        elif result.needs_approval:
            change = wait(claim, ended, done)
        elif self.is_pause_requested(claim):
            change = pause(claim, following, ended, done)
        elif not keep:
            change = hand_on(claim, following, ended, done)
        else:
            change = go_on(claim, following, ended, done)
        dumped = state.dump_json()
        change = replace(change, run_number=claim.run_number, state_data=dumped)
        self._session.flush()
        write_transition(self._session, claim.scope, claim.workflow_id, change)
        if change.opened is None:
            return None
        return _next_claim(claim, change.opened, state)

    def is_pause_requested(self, claim: Claim) -> bool:
        """Return whether to stop here; one that comes later stops the next phase."""
        return self._session.execute(
            _PAUSE_REQUESTED,
            {"id": claim.workflow_id, "engagement_id": claim.scope.engagement_id},
        ).scalar_one()

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

    def _close_abandoned(self, workflow_id: UUID) -> str:
        """Close tries that a vanished worker left open; return its name."""
        closed = self._session.execute(
            sa.update(WorkflowPhaseRun)
            .where(
                col(WorkflowPhaseRun.workflow_id) == workflow_id,
                col(WorkflowPhaseRun.status) == PhaseStatus.RUNNING,
            )
            .values(
                status=PhaseStatus.FAILED,
                error_type="LeaseExpired",
                error_message="The worker went away in the middle; the phase starts "
                "again.",
                retryable=True,
                finished_at=sa.func.clock_timestamp(),
            )
            .returning(col(WorkflowPhaseRun.worker))
        ).scalars()
        return next(iter(closed), "")


_PAUSE_REQUESTED: Final = sa.text(
    "SELECT pause_requested AND NOT cancel_requested FROM workflow_leases"
    " WHERE id = :id AND engagement_id = :engagement_id"
)

_REPORT: Final = sa.text(
    """
    WITH held AS (
        SELECT id, engagement_id, cancel_requested FROM workflow_leases
        WHERE id = :workflow_id AND engagement_id = :engagement_id
          AND fence = :fence AND owner = :worker
    ), told AS (
        UPDATE workflow_phase_runs SET fraction = :fraction, message = :message,
            reported_at = clock_timestamp()
        WHERE id = :run_id AND engagement_id = :engagement_id AND status = 'running'
          AND EXISTS (SELECT 1 FROM held)
        RETURNING 1
    )
    SELECT held.cancel_requested, pg_notify('workflow_changed', json_build_object(
        'engagement_id', held.engagement_id, 'workflow_id', held.id,
        'version', -1)::text)
    FROM held, told
    """
)
"""Version -1 tells pages that only the progress of a phase has changed."""


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


def _first_claim(
    lease: LeaseClaim, workflow: WorkflowState, opened: OpenedRun
) -> Claim:
    return Claim(
        workflow_id=workflow.id,
        session_id=workflow.session_id,
        scope=worker_scope(lease),
        phase=opened.phase,
        fence=lease.fence,
        attempt=lease.attempt,
        max_attempts=lease.max_attempts,
        run_number=opened.run_number,
        phase_run_id=opened.id,
        state=DiscoveryFlowState.load(workflow.state_data),
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
