"""The state of every workflow: the single source of truth."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.config import settings
from discovery_app.domain.access import Permission, Role, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    FINISHED,
    WORKFLOW_TYPE,
    Claim,
    EventType,
    EventView,
    LeaseClaim,
    PhaseStatus,
    WorkflowStatus,
    WorkflowView,
)
from discovery_app.errors import (
    CancelledError,
    ConflictError,
    DiscoveryError,
    InvalidInputError,
    LostLeaseError,
    NotFoundError,
)
from discovery_app.models import WorkflowLease, WorkflowPhaseRun, WorkflowState
from discovery_app.phases import ORDER, load_phase, phase_after, progress_percentage
from discovery_app.phases.base import PhaseResult
from discovery_app.services import workflow_views as views
from discovery_app.services.workflow_transitions import (
    EndedRun,
    LeaseChange,
    NewEvent,
    OpenedRun,
    Transition,
    write_transition,
)

GATE_PHASE: Final = "field_mapping"
"""After it a person may have to approve (ARCHITECTURE.md, durability rule 7)."""

_TRACEBACK_LIMIT: Final = 20_000


class WorkflowStateService:
    """Reads and writes the four workflow tables; nothing else writes them.

    One instance serves one unit of work. It flushes; it never commits. What a
    person does is checked against the role in their scope.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    # Reading -----------------------------------------------------------------

    def get_workflow_state(self, scope: Scope, workflow_id: UUID) -> WorkflowView:
        """Return the workflow.

        Raises:
            NotFoundError: There is none in this engagement.
        """
        return self._one(scope, workflow_id, col(WorkflowState.id) == workflow_id)

    def get_workflow_state_by_session_id(
        self, scope: Scope, session_id: UUID
    ) -> WorkflowView:
        """Return the workflow of a data import session.

        Raises:
            NotFoundError: There is none in this engagement.
        """
        found = col(WorkflowState.session_id) == session_id
        return self._one(scope, session_id, found)

    def list_workflow_states_for_engagement(
        self,
        scope: Scope,
        *,
        status: str = "",
        phase: str = "",
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[WorkflowView]:
        """Return the engagement's workflows, newest first.

        Args:
            status: Only those of this status; empty means all.
            phase: Only those whose current phase this is; empty means all.
            before: ``created_at`` and id of the last one already seen.
            limit: At most 500.
        """
        scope.require(Permission.VIEW)
        wanted = views.select_workflows().where(*_tenant(scope))
        if status:
            wanted = wanted.where(col(WorkflowState.status) == WorkflowStatus(status))
        if phase:
            wanted = wanted.where(col(WorkflowState.current_phase) == phase)
        if before is not None:
            key = sa.tuple_(col(WorkflowState.created_at), col(WorkflowState.id))
            wanted = wanted.where(key < sa.tuple_(*map(sa.literal, before)))
        newest_first = wanted.order_by(
            col(WorkflowState.created_at).desc(), col(WorkflowState.id).desc()
        ).limit(min(limit, 500))
        rows = [views.WorkflowRow(*row) for row in self._session.exec(newest_first)]
        runs = views.read_runs(self._session, [row.state.id for row in rows])
        return [views.view(row, runs[row.state.id]) for row in rows]

    def session_of(self, workflow_id: UUID) -> UUID:
        """Return the upload of a workflow anywhere.

        Reads under a ``PlatformScope`` or ``BoardScope``, which says where it may.

        Raises:
            NotFoundError: There is no such workflow that the scope shows.
        """
        found = self._session.exec(
            select(WorkflowState.session_id).where(WorkflowState.id == workflow_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError("workflow", workflow_id)
        return found

    def engagement_of(self, workflow_id: UUID) -> UUID:
        """Return the engagement of a workflow anywhere, like ``session_of``.

        Raises:
            NotFoundError: There is no such workflow that the scope shows.
        """
        found = self._session.exec(
            select(WorkflowState.engagement_id).where(WorkflowState.id == workflow_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError("workflow", workflow_id)
        return found

    def events(self, scope: Scope, workflow_id: UUID) -> tuple[EventView, ...]:
        """Return the history of a workflow, oldest first.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
        """
        self.get_workflow_state(scope, workflow_id)
        return views.read_events(self._session, workflow_id)

    # Starting ----------------------------------------------------------------

    def create_workflow_state(
        self, scope: Scope, state: DiscoveryFlowState, *, owner: str = ""
    ) -> tuple[UUID, LeaseClaim | None]:
        """Store a new workflow for an upload, ready to run.

        Args:
            owner: A worker that takes it at once; empty leaves it to any.

        Returns:
            The workflow's id, and the lease of ``owner`` if there is one.

        Raises:
            NotPermittedError: The role may not import files.
            ConflictError: The upload has a workflow already.
        """
        scope.require(Permission.IMPORT_FILES)
        if self._exists(scope, state.session_id):
            raise ConflictError("This upload has a workflow already; open that one.")
        workflow = WorkflowState(
            engagement_id=scope.engagement_id,
            client_account_id=scope.client_account_id,
            session_id=state.session_id,
            current_phase=ORDER[0],
            state_data=state.dump(),
            started_by=scope.actor,
            version=0,
        )
        self._session.add(workflow)
        self._session.flush()
        lease = WorkflowLease(
            id=workflow.id,
            engagement_id=scope.engagement_id,
            client_account_id=scope.client_account_id,
            max_attempts=settings().max_attempts,
            fence=1 if owner else 0,
        )
        self._session.add(lease)
        self._session.flush()
        self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=ORDER[0],
                lease=LeaseChange(
                    runnable=True,
                    owner=owner,
                    hold_seconds=settings().lease_seconds,
                    attempt=1 if owner else 0,
                ),
                events=[NewEvent(EventType.CREATED, data={"files": len(state.files)})],
            ),
        )
        if not owner:
            return workflow.id, None
        claim = LeaseClaim(
            workflow_id=workflow.id,
            client_account_id=scope.client_account_id,
            engagement_id=scope.engagement_id,
            fence=1,
            attempt=1,
            max_attempts=lease.max_attempts,
            worker=owner,
        )
        return workflow.id, claim

    def update_workflow_state(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        version: int,
        state: DiscoveryFlowState,
        reason: str,
    ) -> int:
        """Replace the content of a workflow that no worker runs.

        Returns:
            The new version.

        Raises:
            ConflictError: It moved on since ``version``, or a worker runs it.
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status in {WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING}:
            raise ConflictError("A worker runs this workflow; pause it first.")
        return self._write(
            scope,
            workflow,
            Transition(
                status=workflow.status,
                current_phase=workflow.current_phase,
                state_data=state.dump(),
                events=[NewEvent(EventType.UPDATED, reason=reason)],
            ),
        )

    # A worker's part ---------------------------------------------------------

    def begin(self, lease: LeaseClaim) -> Claim | None:
        """Open a try of the current phase under a lease that was just taken.

        A try that an earlier worker left open is closed as failed. Returns
        ``None`` if there was nothing to do but to cancel.

        Raises:
            LostLeaseError: Another worker has taken the workflow since.
        """
        scope = worker_scope(lease)
        workflow = self._locked(scope, lease.workflow_id)
        held = self._lease(scope, lease.workflow_id)
        if held.fence != lease.fence:
            raise LostLeaseError(lease.workflow_id, lease.fence)
        left_open = self._close_abandoned(workflow.id)
        if held.cancel_requested:
            self._cancel_now(scope, workflow, fence=lease.fence)
            return None
        phase = workflow.current_phase
        opened = _open(phase, workflow.run_number, lease)
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
        return _claim(lease, workflow, opened, workflow.state_data)

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
        go_on: bool = True,
    ) -> Claim | None:
        """Record what the claimed phase left and open the next one.

        Call it last in its unit of work, after the rows that the phase published.

        Args:
            state: The state with this phase's part in it.
            go_on: Whether this worker runs the next phase; otherwise it hands the
                workflow back.

        Returns:
            The claim on the next phase; ``None`` if this worker is done with it.

        Raises:
            LostLeaseError: Another worker has the workflow; roll back.
        """
        workflow = self._locked(claim.scope, claim.workflow_id)
        lease = self._lease(claim.scope, claim.workflow_id)
        following = phase_after(claim.phase)
        ended = _ended(claim, result)
        done = NewEvent(EventType.COMMITTED, claim.phase, data=_counts(result))
        if following is None:
            change = _finish(claim, ended, done)
        elif result.needs_approval:
            change = _wait(claim, ended, done)
        elif lease.pause_requested and not lease.cancel_requested:
            change = _pause(claim, following, ended, done)
        elif not go_on:
            change = _hand_on(claim, following, ended, done)
        else:
            change = _continue(claim, following, ended, done, lease.cancel_requested)
        dumped = state.dump()
        self._write(claim.scope, workflow, change, state_data=dumped)
        if change.opened is None:
            return None
        return _claim(_as_lease(claim), workflow, change.opened, dumped)

    def fail_phase(
        self, claim: Claim, error: Exception, *, retryable: bool, trace: str = ""
    ) -> bool:
        """Record why the claimed phase failed; return whether it is tried again.

        A retryable failure waits ``min(cap, base · 2ⁿ)`` with jitter, as long as
        attempts are left; any other ends the workflow as failed.

        Raises:
            LostLeaseError: Another worker has the workflow.
        """
        workflow = self._locked(claim.scope, claim.workflow_id)
        again = retryable and claim.attempt < claim.max_attempts
        ended = EndedRun(
            id=claim.phase_run_id,
            status=PhaseStatus.FAILED,
            item_kind=load_phase(claim.phase).item_kind,
            error_type=type(error).__name__,
            error_message=_sentence(error),
            traceback=trace[-_TRACEBACK_LIMIT:],
            retryable=retryable,
        )
        what = {"error_type": ended.error_type, "message": ended.error_message}
        events = [NewEvent(EventType.FAILED, claim.phase, data=what)]
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
                ended=EndedRun(claim.phase_run_id, PhaseStatus.CANCELLED),
                events=[NewEvent(EventType.HANDED_BACK, claim.phase)],
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

    # A person's part ---------------------------------------------------------

    def approve(
        self, scope: Scope, workflow_id: UUID, *, approved: int, version: int | None
    ) -> int:
        """Let a workflow that waits for approval go on; return its new version.

        Call it through ``FieldMappingService.approve``, which writes the mappings
        in the same unit of work.

        Raises:
            ConflictError: It does not wait, or moved on since ``version``.
        """
        scope.require(Permission.APPROVE_MAPPINGS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is not WorkflowStatus.WAITING_FOR_APPROVAL:
            raise ConflictError("This workflow does not wait for an approval.")
        following = phase_after(GATE_PHASE) or GATE_PHASE
        content = DiscoveryFlowState.load(workflow.state_data)
        mapping = content.field_mapping
        if mapping is not None:
            named = mapping.model_copy(update={"approved_by": scope.actor})
            content = content.model_copy(update={"field_mapping": named})
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=following,
                state_data=content.dump(),
                lease=LeaseChange(runnable=True),
                events=[
                    NewEvent(EventType.APPROVED, GATE_PHASE, data={"columns": approved})
                ],
            ),
        )

    def retry(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Queue a failed workflow again at the phase that failed.

        Raises:
            NotPermittedError: The role may not retry workflows.
            InvalidInputError: There is no reason.
            ConflictError: It has not failed, or moved on since ``version``.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        _require_reason(reason)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is not WorkflowStatus.FAILED:
            raise ConflictError(
                f"This workflow is {_word(workflow.status)}; only a failed one can be "
                "retried."
            )
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=workflow.current_phase,
                lease=LeaseChange(runnable=True),
                events=[NewEvent(EventType.RETRIED, workflow.current_phase, reason)],
            ),
        )

    def rerun_from(
        self, scope: Scope, workflow_id: UUID, *, phase: str, reason: str, version: int
    ) -> int:
        """Run a finished workflow again from ``phase``, under a new run number.

        The tries of that phase and of those after it are kept as superseded.

        Raises:
            ConflictError: It is not finished, or moved on since ``version``.
            UnknownPhaseError: There is no such phase.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        _require_reason(reason)
        load_phase(phase)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status not in FINISHED:
            raise ConflictError(
                "Cancel or finish this workflow before running it again."
            )
        if ORDER.index(phase) > ORDER.index(workflow.current_phase):
            raise ConflictError(f"This workflow has not reached {phase} yet.")
        replaced = ORDER[ORDER.index(phase) :]
        self._session.execute(
            sa.update(WorkflowPhaseRun)
            .where(
                col(WorkflowPhaseRun.workflow_id) == workflow_id,
                col(WorkflowPhaseRun.phase).in_(replaced),
            )
            .values(status=PhaseStatus.SUPERSEDED)
        )
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=phase,
                run_number=workflow.run_number + 1,
                lease=LeaseChange(runnable=True),
                events=[NewEvent(EventType.RERUN, phase, reason)],
            ),
        )

    def pause(self, scope: Scope, workflow_id: UUID, *, version: int | None) -> int:
        """Stop a workflow after the phase that runs, or at once if none does.

        Raises:
            ConflictError: There is nothing to pause.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is WorkflowStatus.RUNNING:
            self._request(workflow_id, scope, pause_requested=True)
            return self._note(scope, workflow, NewEvent(EventType.PAUSED))
        if workflow.status not in {WorkflowStatus.QUEUED, WorkflowStatus.RETRY_WAIT}:
            raise ConflictError(
                f"This workflow is {_word(workflow.status)}; there is nothing to pause."
            )
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.PAUSED,
                current_phase=workflow.current_phase,
                lease=LeaseChange(runnable=False),
                events=[NewEvent(EventType.PAUSED, workflow.current_phase)],
            ),
        )

    def resume(self, scope: Scope, workflow_id: UUID, *, version: int | None) -> int:
        """Queue a paused workflow again, or take back a pause that has not come.

        Raises:
            ConflictError: It is not paused.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        lease = self._lease(scope, workflow_id)
        resumed = NewEvent(EventType.RESUMED, workflow.current_phase)
        if workflow.status is WorkflowStatus.RUNNING and lease.pause_requested:
            self._request(workflow_id, scope, pause_requested=False)
            return self._note(scope, workflow, resumed)
        if workflow.status is not WorkflowStatus.PAUSED:
            raise ConflictError("This workflow is not paused.")
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=workflow.current_phase,
                lease=LeaseChange(runnable=True),
                events=[resumed],
            ),
        )

    def cancel(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Stop a workflow: at once, or at the next report of a phase that runs.

        Raises:
            ConflictError: It is finished already, or moved on since ``version``.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status in FINISHED:
            raise ConflictError(
                f"This workflow is {_word(workflow.status)} already; it cannot be "
                "cancelled."
            )
        if workflow.status is WorkflowStatus.RUNNING:
            self._request(workflow_id, scope, cancel_requested=True)
            asked = NewEvent(EventType.CANCEL_REQUESTED, reason=reason)
            return self._note(scope, workflow, asked, WorkflowStatus.CANCELLING)
        if workflow.status is WorkflowStatus.CANCELLING:
            raise ConflictError("This workflow is being cancelled already.")
        return self._cancel_now(scope, workflow, reason=reason)

    # Inside ------------------------------------------------------------------

    def _one(self, scope: Scope, key: UUID, condition: Any) -> WorkflowView:
        scope.require(Permission.VIEW)
        wanted = views.select_workflows().where(condition, *_tenant(scope))
        found = self._session.exec(wanted).one_or_none()
        if found is None:
            raise NotFoundError("workflow", key)
        row = views.WorkflowRow(*found)
        runs = views.read_runs(self._session, [row.state.id])
        return views.view(row, runs[row.state.id])

    def _exists(self, scope: Scope, session_id: UUID) -> bool:
        return (
            self._session.exec(
                select(WorkflowState.id).where(
                    WorkflowState.session_id == session_id,
                    WorkflowState.workflow_type == WORKFLOW_TYPE,
                    *_tenant(scope),
                )
            ).first()
            is not None
        )

    def _locked(
        self, scope: Scope, workflow_id: UUID, version: int | None = None
    ) -> WorkflowState:
        """Return the row, locked: every change of one workflow comes after another."""
        workflow = self._session.exec(
            select(WorkflowState)
            .where(WorkflowState.id == workflow_id, *_tenant(scope))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if workflow is None:
            raise NotFoundError("workflow", workflow_id)
        if version is not None and workflow.version != version:
            raise ConflictError(
                f"This workflow has moved on: it is {_word(workflow.status)} now "
                f"(version {workflow.version}, you saw {version}); look again."
            )
        return workflow

    def _lease(self, scope: Scope, workflow_id: UUID) -> WorkflowLease:
        return self._session.exec(
            select(WorkflowLease)
            .where(
                WorkflowLease.id == workflow_id,
                WorkflowLease.engagement_id == scope.engagement_id,
            )
            .execution_options(populate_existing=True)
        ).one()

    def _request(self, workflow_id: UUID, scope: Scope, **flags: bool) -> None:
        self._session.execute(
            sa.update(WorkflowLease)
            .where(
                col(WorkflowLease.id) == workflow_id,
                col(WorkflowLease.engagement_id) == scope.engagement_id,
            )
            .values(**flags)
        )

    def _note(
        self,
        scope: Scope,
        workflow: WorkflowState,
        event: NewEvent,
        status: WorkflowStatus | None = None,
    ) -> int:
        """Write ``event``, and ``status`` if given; leave everything else."""
        change = Transition(
            status=status or workflow.status,
            current_phase=workflow.current_phase,
            events=[event],
        )
        return self._write(scope, workflow, change)

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
            .returning(WorkflowPhaseRun.worker)
        ).scalars()
        return next(iter(closed), "")

    def _cancel_now(
        self,
        scope: Scope,
        workflow: WorkflowState,
        *,
        reason: str = "",
        fence: int | None = None,
        ended: EndedRun | None = None,
    ) -> int:
        phase = workflow.current_phase
        change = Transition(
            status=WorkflowStatus.CANCELLED,
            current_phase=phase,
            lease=LeaseChange(runnable=False, expected_fence=fence),
            ended=ended,
            events=[NewEvent(EventType.CANCELLED, phase, reason)],
        )
        return self._write(scope, workflow, change)

    def _write(
        self,
        scope: Scope,
        workflow: WorkflowState,
        change: Transition,
        state_data: Mapping[str, Any] | None = None,
    ) -> int:
        self._session.flush()
        run_number = max(change.run_number, workflow.run_number)
        reached = change.progress_percentage
        if run_number == workflow.run_number:
            reached = max(reached, workflow.progress_percentage)
        whole = Transition(
            **{
                **change.__dict__,
                "run_number": run_number,
                "progress_percentage": reached,
                "state_data": state_data or change.state_data,
            }
        )
        return write_transition(self._session, scope, workflow.id, whole)


_REPORT: Final = sa.text(
    """
    WITH held AS (
        SELECT id, engagement_id, cancel_requested FROM workflow_leases
        WHERE id = :workflow_id AND engagement_id = :engagement_id AND fence = :fence
    ), told AS (
        UPDATE workflow_phase_runs SET fraction = :fraction, message = :message,
            reported_at = clock_timestamp()
        WHERE id = :run_id AND engagement_id = :engagement_id AND status = 'running'
          AND EXISTS (SELECT 1 FROM held)
    )
    SELECT held.cancel_requested, pg_notify('workflow_changed', json_build_object(
        'engagement_id', held.engagement_id, 'workflow_id', held.id,
        'version', -1)::text)
    FROM held
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


def _tenant(scope: Scope) -> tuple[Any, ...]:
    return (
        WorkflowState.client_account_id == scope.client_account_id,
        WorkflowState.engagement_id == scope.engagement_id,
    )


def _open(phase: str, run_number: int, lease: LeaseClaim) -> OpenedRun:
    return OpenedRun(
        id=uuid4(),
        phase=phase,
        position=ORDER.index(phase),
        run_number=run_number,
        attempt=lease.attempt,
        fence=lease.fence,
        worker=lease.worker,
        item_kind=load_phase(phase).item_kind,
    )


def _ended(claim: Claim, result: PhaseResult) -> EndedRun:
    return EndedRun(
        id=claim.phase_run_id,
        status=PhaseStatus.COMPLETED,
        summary=result.summary,
        item_kind=load_phase(claim.phase).item_kind,
        items_in=result.items_in,
        items_out=result.items_out,
        items_rejected=result.items_rejected,
        items_excluded=result.items_excluded,
    )


def _counts(result: PhaseResult) -> dict[str, Any]:
    return {
        "summary": result.summary,
        "items_in": result.items_in,
        "items_out": result.items_out,
        "items_rejected": result.items_rejected,
        "items_excluded": result.items_excluded,
    }


def _finish(claim: Claim, ended: EndedRun, done: NewEvent) -> Transition:
    return Transition(
        status=WorkflowStatus.COMPLETED,
        current_phase=claim.phase,
        progress_percentage=100,
        lease=LeaseChange(runnable=False, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.COMPLETED)],
    )


def _wait(claim: Claim, ended: EndedRun, done: NewEvent) -> Transition:
    return Transition(
        status=WorkflowStatus.WAITING_FOR_APPROVAL,
        current_phase=claim.phase,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(runnable=False, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.WAITING, claim.phase)],
    )


def _pause(claim: Claim, following: str, ended: EndedRun, done: NewEvent) -> Transition:
    return Transition(
        status=WorkflowStatus.PAUSED,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(runnable=False, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.PAUSED, following)],
    )


def _hand_on(
    claim: Claim, following: str, ended: EndedRun, done: NewEvent
) -> Transition:
    return Transition(
        status=WorkflowStatus.QUEUED,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(runnable=True, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.HANDED_BACK, following)],
    )


def _continue(
    claim: Claim, following: str, ended: EndedRun, done: NewEvent, cancelling: bool
) -> Transition:
    opened = _open(following, claim.run_number, _as_lease(claim))
    return Transition(
        status=WorkflowStatus.CANCELLING if cancelling else WorkflowStatus.RUNNING,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(
            runnable=True,
            owner=claim.scope.actor,
            hold_seconds=settings().lease_seconds,
            attempt=1,
            cancel_requested=cancelling,
            expected_fence=claim.fence,
        ),
        ended=ended,
        opened=opened,
        events=[done, NewEvent(EventType.STARTED, following, data={"attempt": 1})],
    )


def _as_lease(claim: Claim) -> LeaseClaim:
    """Return the lease that a worker holds after a commit: a fresh count."""
    return LeaseClaim(
        workflow_id=claim.workflow_id,
        client_account_id=claim.scope.client_account_id,
        engagement_id=claim.scope.engagement_id,
        fence=claim.fence,
        attempt=1,
        max_attempts=claim.max_attempts,
        worker=claim.scope.actor,
    )


def _claim(
    lease: LeaseClaim,
    workflow: WorkflowState,
    opened: OpenedRun,
    state_data: Mapping[str, Any],
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
        state_data=state_data,
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInputError("Give a reason; it is kept in the audit log.")


def _word(status: WorkflowStatus) -> str:
    return status.value.replace("_", " ")


def _sentence(error: Exception) -> str:
    """Return what a page may show of ``error``."""
    if isinstance(error, DiscoveryError):
        return str(error)
    return (
        f"The phase broke with an unexpected {type(error).__name__}; an admin finds "
        "the details under Admin, Runs."
    )
