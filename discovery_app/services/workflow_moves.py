"""What each ending of a phase makes of a workflow: pure ``Transition`` values.

Part of ``services.workflow_state``.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from discovery_app.config import settings
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    Claim,
    EventType,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.phases import ORDER, load_phase, progress_percentage
from discovery_app.phases.base import Phase, PhaseResult
from discovery_app.services.workflow_transitions import (
    EndedRun,
    LeaseChange,
    NewEvent,
    OpenedRun,
    Transition,
)


def open_run(
    phase: str, run_number: int, *, attempt: int, fence: int, worker: str
) -> OpenedRun:
    """Return a try of ``phase`` that begins now under the lease of ``worker``."""
    return OpenedRun(
        id=uuid4(),
        phase=phase,
        position=ORDER.index(phase),
        run_number=run_number,
        attempt=attempt,
        fence=fence,
        worker=worker,
        item_kind=load_phase(phase).item_kind,
    )


def accepted_run(
    phase: Phase, run_number: int, fence: int, result: PhaseResult
) -> OpenedRun:
    """Return a try of ``phase`` that no worker ran and a person accepted."""
    return OpenedRun(
        id=uuid4(),
        phase=phase.name,
        position=ORDER.index(phase.name),
        run_number=run_number,
        attempt=0,
        fence=fence,
        worker="",
        item_kind=phase.item_kind,
        status=PhaseStatus.ACCEPTED,
        summary=result.summary,
    )


def ended_run(claim: Claim, result: PhaseResult) -> EndedRun:
    """Return how the claimed try ended with ``result``."""
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


def counts(result: PhaseResult) -> dict[str, Any]:
    """Return what the history says of ``result``."""
    return {
        "summary": result.summary,
        "items_in": result.items_in,
        "items_out": result.items_out,
        "items_rejected": result.items_rejected,
        "items_excluded": result.items_excluded,
    }


@dataclass(frozen=True)
class Ending:
    """A claimed phase that left its result.

    Attributes:
        state_data: The workflow's state with the phase's part in it, as JSON.
        done: What the history says of it.
    """

    claim: Claim
    state_data: str
    ended: EndedRun
    done: NewEvent


def ending(claim: Claim, result: PhaseResult, state: DiscoveryFlowState) -> Ending:
    """Return what to write of ``result``, however the workflow goes on."""
    done = NewEvent(EventType.COMMITTED, claim.phase, data=counts(result))
    return Ending(claim, state.dump_json(), ended_run(claim, result), done)


def finish(at: Ending) -> Transition:
    """Complete the workflow: its last phase is done."""
    return Transition(
        status=WorkflowStatus.COMPLETED,
        current_phase=at.claim.phase,
        state_data=at.state_data,
        run_number=at.claim.run_number,
        progress_percentage=100,
        lease=LeaseChange(runnable=False, expected_fence=at.claim.fence),
        ended=at.ended,
        events=[at.done, NewEvent(EventType.COMPLETED)],
    )


def wait(at: Ending) -> Transition:
    """Wait for a person to approve what the phase left."""
    phase = at.claim.phase
    return Transition(
        status=WorkflowStatus.WAITING_FOR_APPROVAL,
        current_phase=phase,
        state_data=at.state_data,
        run_number=at.claim.run_number,
        progress_percentage=progress_percentage(phase, 1.0),
        # A wish to pause stands for an approval in advance; a person's ends it.
        lease=LeaseChange(
            runnable=False, pause_requested=None, expected_fence=at.claim.fence
        ),
        ended=at.ended,
        events=[at.done, NewEvent(EventType.WAITING, phase)],
    )


def pause(at: Ending, following: str) -> Transition:
    """Stop before ``following``, because a person asked."""
    return Transition(
        status=WorkflowStatus.PAUSED,
        current_phase=following,
        state_data=at.state_data,
        run_number=at.claim.run_number,
        progress_percentage=progress_percentage(at.claim.phase, 1.0),
        lease=LeaseChange(runnable=False, expected_fence=at.claim.fence),
        ended=at.ended,
        events=[at.done, NewEvent(EventType.PAUSED, following)],
    )


def hand_on(at: Ending, following: str) -> Transition:
    """Leave ``following`` to another worker."""
    return Transition(
        status=WorkflowStatus.QUEUED,
        current_phase=following,
        state_data=at.state_data,
        run_number=at.claim.run_number,
        progress_percentage=progress_percentage(at.claim.phase, 1.0),
        # A pause that somebody asks for just now is for whoever takes it next.
        lease=LeaseChange(
            runnable=True, pause_requested=None, expected_fence=at.claim.fence
        ),
        ended=at.ended,
        events=[at.done, NewEvent(EventType.HANDED_BACK, following)],
    )


def go_on(at: Ending, following: str) -> Transition:
    """Open ``following`` for the same worker."""
    claim = at.claim
    worker, fence = claim.scope.actor, claim.fence
    return Transition(
        status=WorkflowStatus.RUNNING,
        current_phase=following,
        state_data=at.state_data,
        run_number=claim.run_number,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(
            runnable=True,
            owner=worker,
            hold_seconds=settings().lease_seconds,
            attempt=1,
            cancel_requested=None,
            pause_requested=None,
            expected_fence=fence,
        ),
        ended=at.ended,
        opened=open_run(
            following, claim.run_number, attempt=1, fence=fence, worker=worker
        ),
        events=[at.done, NewEvent(EventType.STARTED, following, data={"attempt": 1})],
    )
