"""An admin's part of a workflow: retry, run again, change options, accept a failure.

Part of ``services.workflow_state``.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    FINISHED,
    EventType,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.domain.workflow_repair import (
    OptionsChange,
    ReplacedPhase,
    RerunPreview,
)
from discovery_app.errors import ConflictError, InvalidInputError
from discovery_app.models import WorkflowPhaseRun, WorkflowState
from discovery_app.phases import ORDER, load_phase, phase_after, progress_percentage
from discovery_app.phases.base import PhaseResult
from discovery_app.services.workflow_moves import accepted_run, counts
from discovery_app.services.workflow_restart import WorkflowRestart
from discovery_app.services.workflow_rows import require_words, word
from discovery_app.services.workflow_transitions import (
    LeaseChange,
    NewEvent,
    Transition,
)
from discovery_app.storage import ObjectStore, frame_key

_IN_WORK: Final = frozenset({WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING})
_NO_CHANGE: Final = OptionsChange()
_LAST_PHASE: Final = ORDER[-1]
_MAPPED_PHASE: Final = "field_mapping"
_DONE: Final = (PhaseStatus.COMPLETED, PhaseStatus.ACCEPTED)


class WorkflowRepair(WorkflowRestart):
    """What an admin may do with a workflow that does not go on by itself."""

    def retry(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        reason: str,
        version: int | None,
        options: OptionsChange = _NO_CHANGE,
    ) -> int:
        """Queue a failed workflow again at the phase that failed.

        Raises:
            NotPermittedError: The role may not retry workflows.
            InvalidInputError: There is no reason, or an option is out of range.
            ConflictError: It has not failed, or moved on since ``version``.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        require_words(reason)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is not WorkflowStatus.FAILED:
            raise ConflictError(
                f"This workflow is {word(workflow.status)}; only a failed one can be "
                "retried."
            )
        content, told = self._with_options(scope, workflow, options, reason)
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=workflow.current_phase,
                state_data=content.dump_json() if told else None,
                lease=LeaseChange(runnable=True),
                events=[
                    *told,
                    NewEvent(EventType.RETRIED, workflow.current_phase, reason),
                ],
            ),
        )

    def change_options(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        options: OptionsChange,
        reason: str,
        version: int | None,
    ) -> int:
        """Change what the next phases go by, while no worker runs the workflow.

        Raises:
            NotPermittedError: The role may not retry workflows.
            InvalidInputError: There is no reason or no change, or one out of range.
            ConflictError: A worker runs it, it moved on since ``version``, or a phase
                that is done stands on what would change.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        require_words(reason)
        if not options:
            raise InvalidInputError("Name at least one option to change.")
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status in _IN_WORK:
            raise ConflictError("A worker runs this workflow; pause it first.")
        content, told = self._with_options(scope, workflow, options, reason)
        return self._write(
            scope,
            workflow,
            Transition(
                status=workflow.status,
                current_phase=workflow.current_phase,
                state_data=content.dump_json(),
                events=told,
            ),
        )

    def rerun_preview(
        self, scope: Scope, workflow_id: UUID, *, phase: str
    ) -> RerunPreview:
        """Return what ``rerun_from`` would replace now.

        Raises:
            ConflictError: It is not finished, or has not reached ``phase``.
            UnknownPhaseError: There is no such phase.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        load_phase(phase)
        workflow = self._locked(scope, workflow_id)
        _check_rerun(workflow, phase)
        runs = self._session.execute(
            sa.select(WorkflowPhaseRun)
            .where(
                col(WorkflowPhaseRun.workflow_id) == workflow_id,
                col(WorkflowPhaseRun.status) != PhaseStatus.SUPERSEDED,
            )
            .order_by(
                # What is done counts before a try that only failed.
                col(WorkflowPhaseRun.status).in_(_DONE),
                col(WorkflowPhaseRun.started_at),
            )
        ).scalars()
        newest = {run.phase: run for run in runs}
        replaced = ORDER[ORDER.index(phase) :]
        published = newest.get(_LAST_PHASE)
        return RerunPreview(
            workflow_id=workflow_id,
            phase=phase,
            version=workflow.version,
            run_number=workflow.run_number + 1,
            kept=ORDER[: ORDER.index(phase)],
            replaced=tuple(_replaced(name, newest.get(name)) for name in replaced),
            mappings_kept=ORDER.index(phase) > ORDER.index(_MAPPED_PHASE),
            published=published is not None and published.status in _DONE,
        )

    def rerun_from(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        phase: str,
        reason: str,
        version: int,
        options: OptionsChange = _NO_CHANGE,
    ) -> int:
        """Run a finished workflow again from ``phase``, under a new run number.

        The tries of that phase and of those after it are kept as superseded; what a
        person approved or decided stays.

        Raises:
            ConflictError: It is not finished, or moved on since ``version``.
            UnknownPhaseError: There is no such phase.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        require_words(reason)
        load_phase(phase)
        workflow = self._locked(scope, workflow_id, version)
        _check_rerun(workflow, phase)
        replaced = ORDER[ORDER.index(phase) :]
        content, told = self._with_options(scope, workflow, options, reason, replaced)
        return self._begin_again(scope, workflow, phase, content, reason, told)

    def accept(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        reason: str,
        version: int | None,
        store: ObjectStore,
    ) -> PhaseResult:
        """Go on without what the failed phase would have left.

        The failed tries stay; one more stands as ``accepted``, with an empty result
        of the right form (``Phase.accepted``).

        Raises:
            NotPermittedError: The role may not accept phases.
            ConflictError: It has not failed, moved on since ``version``, or the later
                phases cannot do without this one.
        """
        scope.require(Permission.RETRY_WORKFLOWS)
        require_words(reason)
        workflow = self._locked(scope, workflow_id, version)
        phase = load_phase(workflow.current_phase)
        if workflow.status is not WorkflowStatus.FAILED:
            raise ConflictError(
                f"This workflow is {word(workflow.status)}; only a phase that failed "
                "can be accepted."
            )
        if phase.accepted is None:
            raise ConflictError(
                f"{phase.title} cannot be accepted as failed, because later phases "
                "need what it leaves; retry it, or cancel and import again."
            )
        content = DiscoveryFlowState.load(workflow.state_data)
        result = phase.accepted(content)
        fence = self._lease(scope, workflow_id).fence
        keys = _store_frames(store, scope, workflow, fence, result)
        content = content.with_phase(phase.name, result.output, keys)
        self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=phase_after(phase.name) or phase.name,
                progress_percentage=progress_percentage(phase.name, 1.0),
                state_data=content.dump_json(),
                lease=LeaseChange(runnable=True),
                opened=accepted_run(phase, workflow.run_number, fence, result),
                events=[
                    NewEvent(EventType.ACCEPTED, phase.name, reason, counts(result))
                ],
            ),
        )
        return result

    def _with_options(
        self,
        scope: Scope,
        workflow: WorkflowState,
        options: OptionsChange,
        reason: str,
        forgotten: tuple[str, ...] = (),
    ) -> tuple[DiscoveryFlowState, list[NewEvent]]:
        """Return the content with ``options``, and what the history says of them.

        Args:
            forgotten: Phases that leave nothing any more, because they run again.
        """
        content = DiscoveryFlowState.load(workflow.state_data).without(forgotten)
        if not options:
            return content, []
        content = options.applied(content)
        if options.max_attempts is not None:
            self._request(workflow.id, scope, max_attempts=options.max_attempts)
        told = options.told()
        return content, [NewEvent(EventType.OPTIONS_CHANGED, "", reason, told)]


def _check_rerun(workflow: WorkflowState, phase: str) -> None:
    """Check that ``workflow`` can run again from ``phase``.

    Raises:
        ConflictError: It is not finished, or has not reached it.
    """
    if workflow.status not in FINISHED:
        raise ConflictError("Cancel or finish this workflow before running it again.")
    if ORDER.index(phase) > ORDER.index(workflow.current_phase):
        raise ConflictError(f"This workflow has not reached {phase} yet.")


def _replaced(name: str, run: WorkflowPhaseRun | None) -> ReplacedPhase:
    title = load_phase(name).title
    if run is None:
        return ReplacedPhase(name, title, PhaseStatus.PENDING.value)
    return ReplacedPhase(
        phase=name,
        title=title,
        status=run.status.value,
        summary=run.summary,
        item_kind=run.item_kind,
        items_out=run.items_out,
        finished_at=run.finished_at,
    )


def _store_frames(
    store: ObjectStore,
    scope: Scope,
    workflow: WorkflowState,
    fence: int,
    result: PhaseResult,
) -> dict[str, str]:
    """Store the frames beside those of the failed try, under names of their own."""
    prefix = frame_key(
        scope.engagement_id,
        workflow.id,
        workflow.run_number,
        workflow.current_phase,
        fence,
    )
    keys = {name: f"{prefix}/accepted-{name}.parquet" for name in result.frames}
    for name, frame in result.frames.items():
        store.write_frame(keys[name], frame)
    return keys
