"""What a workflow should be after each operation: a model with no database.

``WorkflowModel`` says for every operation whether it is refused and what becomes of
status, phase, run number and lease. ``fold`` says the same from the history alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from discovery_app.domain.workflow import Claim, LeaseClaim
from discovery_app.phases import ORDER, load_phase, phase_after

FINISHED = {"cancelled", "completed", "failed"}
GATE = "field_mapping"


@dataclass
class WorkflowModel:
    """One workflow as it should stand."""

    max_attempts: int
    status: str = "queued"
    phase: str = ORDER[0]
    run_number: int = 1
    version: int = 1
    runnable: bool = True
    owner: str = ""
    fence: int = 0
    attempt: int = 0
    cancel: bool = False
    pause: bool = False
    expired: bool = False
    due: bool = True
    open_run: UUID | None = None

    # What a worker may do

    def may_claim(self, *, spent: bool) -> bool:
        """Return whether a claim gets the workflow."""
        left = self.attempt < self.max_attempts
        free = not self.owner or self.expired
        return self.runnable and self.due and free and left != spent

    def claimed(self, worker: str, *, spent: bool) -> None:
        self.fence += 1
        self.attempt += 0 if spent else 1
        self.owner, self.expired = worker, False

    def holds(self, lease: LeaseClaim) -> bool:
        return self.fence == lease.fence and self.owner == lease.worker

    def is_live(self, claim: Claim) -> bool:
        """Return whether a write under ``claim`` counts; any other is a zombie's."""
        mine = self.fence == claim.fence and self.owner == claim.scope.actor
        return mine and self.open_run == claim.phase_run_id

    def begun(self, lease: LeaseClaim, claim: Claim | None) -> bool:
        """Return whether the begin had to open a try."""
        self.open_run = None
        if self.stopped_by_request():
            return False
        self._change("running")
        self.attempt, self.due, self.expired = lease.attempt, True, False
        self.open_run = claim.phase_run_id if claim else None
        return True

    def committed(self, following: Claim | None, *, waits: bool, keep: bool) -> None:
        phase = phase_after(self.phase)
        self.open_run = None
        if phase is None:
            self._freed("completed")
        elif waits:
            pause = self.pause
            self._freed_unless_cancelling("waiting_for_approval")
            self.pause = pause
        elif self.pause and not self.cancel:
            self.phase = phase
            self._freed("paused")
        elif not keep:
            self.phase, pause = phase, self.pause
            self._freed_unless_cancelling("queued", runnable=True)
            self.pause = pause
        else:
            self.phase, self.attempt, self.due = phase, 1, True
            self.expired = False
            self._change("cancelling" if self.cancel else "running")
            self.open_run = following.phase_run_id if following else None

    def failed(self, claim: Claim, *, retryable: bool) -> None:
        again = retryable and claim.attempt < claim.max_attempts
        self.open_run = None
        if self.cancel or again:
            if self.stopped_by_request():
                return
            self._freed("retry_wait", runnable=True, attempt=claim.attempt)
            self.due = False
        else:
            self._freed("failed", attempt=claim.attempt)

    def handed_back(self, claim: Claim) -> None:
        self.open_run = None
        if not self.stopped_by_request():
            left = max(claim.attempt - 1, 0)
            self._freed("queued", runnable=True, attempt=left)

    def stopped(self) -> None:
        self.open_run = None
        self._freed("cancelled")

    def stopped_by_request(self) -> bool:
        """Cancel or pause if a person asked; a cancel comes first."""
        if self.cancel:
            self._freed("cancelled")
        elif self.pause:
            self._freed("paused")
        else:
            return False
        return True

    # What a person may do; each returns whether it is allowed now

    def pauses(self) -> bool:
        if self.status == "running":
            if self.pause:
                return False
            self.pause = True
            self.version += 1
        elif self.status in {"queued", "retry_wait"}:
            self._freed("paused")
        else:
            return False
        return True

    def resumes(self) -> bool:
        if self.status == "running" and self.pause:
            self.pause = False
            self.version += 1
        elif self.status == "paused":
            self._freed("queued", runnable=True)
        else:
            return False
        return True

    def cancels(self) -> bool:
        if self.status in FINISHED | {"cancelling"}:
            return False
        if self.status == "running":
            self.cancel = True
            self._change("cancelling")
        else:
            self._freed("cancelled")
        return True

    def retries(self) -> bool:
        if self.status != "failed":
            return False
        self._freed("queued", runnable=True)
        return True

    def accepts(self) -> bool:
        if self.status != "failed" or load_phase(self.phase).accepted is None:
            return False
        self.phase = phase_after(self.phase) or self.phase
        self._freed("queued", runnable=True)
        return True

    def reruns(self, phase: str) -> bool:
        late = ORDER.index(phase) > ORDER.index(self.phase)
        if self.status not in FINISHED or late:
            return False
        self.phase = phase
        self.run_number += 1
        self._freed("queued", runnable=True)
        return True

    def approves(self) -> bool:
        if self.status != "waiting_for_approval":
            return False
        self.phase = phase_after(GATE) or GATE
        self._freed("queued", runnable=True)
        return True

    def changes_options(self, max_attempts: int) -> bool:
        if self.status in {"running", "cancelling"}:
            return False
        self.max_attempts = max_attempts
        self.version += 1
        return True

    def _change(self, status: str) -> None:
        self.status = status
        self.version += 1

    def _freed(self, status: str, *, runnable: bool = False, attempt: int = 0) -> None:
        self._change(status)
        self.runnable, self.attempt, self.owner = runnable, attempt, ""
        self.cancel = self.pause = self.expired = False
        self.due = True

    def _freed_unless_cancelling(self, status: str, *, runnable: bool = False) -> None:
        """Free the lease; whoever takes it next cancels it, if a person asked."""
        cancel = self.cancel
        self._freed("cancelling" if cancel else status, runnable=runnable or cancel)
        self.cancel = cancel


def fold(events: Iterable[Any]) -> tuple[str, str]:
    """Return the status and the phase that the history alone tells."""
    status, phase = "", ""
    simple = {
        "created": "queued",
        "phase_started": "running",
        "waiting_for_approval": "waiting_for_approval",
        "mappings_approved": "queued",
        "phase_failed": "failed",
        "retry_scheduled": "retry_wait",
        "retried": "queued",
        "rerun": "queued",
        "phase_accepted": "queued",
        "handed_back": "queued",
        "cancel_requested": "cancelling",
        "cancelled": "cancelled",
        "workflow_completed": "completed",
    }
    for event in events:
        new = simple.get(event.type, status)
        if event.type == "created":
            phase = ORDER[0]
        if event.type == "paused" and event.phase:
            new = "paused"  # Without a phase it is only asked for.
        if event.type == "resumed" and status == "paused":
            new = "queued"
        if event.type in {"phase_accepted", "mappings_approved"}:
            phase = phase_after(event.phase) or event.phase
        elif event.phase and event.type != "phase_completed":
            phase = event.phase
        # A wish to cancel stands until the workflow has ended.
        if status != "cancelling" or new in FINISHED:
            status = new
    return status, phase
