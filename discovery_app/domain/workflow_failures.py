"""Why a workflow does not go on, and the tries of its phases, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Role
from discovery_app.domain.words import ago, count
from discovery_app.domain.workflow import PhaseRunView, WorkflowStatus, WorkflowView
from discovery_app.domain.workflow_lines import phase_number, phase_title
from discovery_app.domain.workflow_timeline import time_taken

_MOST_TRIES: Final = 50
"""The page lists so many tries; the events have them all. Chosen."""


@dataclass(frozen=True)
class FailureWords:
    """Why a workflow does not go on; all empty while it does.

    Attributes:
        phase: The name of the phase, as people write it in a command.
        kept: What a retry keeps and what it does again.
        traceback: Empty for people who may not see it.
    """

    phase: str = ""
    sentence: str = ""
    kind: str = ""
    hint: str = ""
    kept: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class AttemptLine:
    """One try of a phase that had to be tried again or failed."""

    number: str
    phase: str
    status: str
    started: str
    started_ago: str
    time: str
    worker: str
    error: str


def failure_words(view: WorkflowView, role: Role) -> FailureWords:
    """Return why the workflow failed and what ``role`` can do about it."""
    failure = view.failure
    if failure is None or view.status != WorkflowStatus.FAILED:
        return FailureWords()
    admin = Permission.RETRY_WORKFLOWS in ROLE_PERMISSIONS[role]
    lasting = "may succeed if it is simply tried again"
    if not failure.retryable:
        lasting = "permanent: trying again without a change will fail again"
    return FailureWords(
        phase=failure.phase,
        sentence=failure.message or f"{phase_title(view, failure.phase)} failed.",
        kind=f"{failure.error_type} · {lasting}",
        hint=_hint(failure.retryable, admin=admin),
        kept=_kept(view, failure.phase),
        traceback=failure.traceback if admin else "",
    )


def attempt_lines(view: WorkflowView, now: datetime) -> tuple[AttemptLine, ...]:
    """Return every try of the phases of which one failed, newest first."""
    failed = {one.phase for one in view.tries if one.error_type}
    tries = [one for one in view.tries if one.phase in failed]
    return tuple(_attempt(one, now) for one in tries[: -_MOST_TRIES - 1 : -1])


def _hint(retryable: bool, *, admin: bool) -> str:
    if admin and retryable:
        return "Retry it; if it fails the same way, look at the traceback first."
    if admin:
        return "Put the cause right first, then retry: the file, a setting, the worker."
    if retryable:
        return "Ask an admin to retry it; what earlier phases did is kept."
    return "Import a corrected file, or ask an admin to look at this run."


def _kept(view: WorkflowView, phase: str) -> str:
    number, last = phase_number(view, phase), len(view.phases)
    kept = {1: "No phase is done yet.", 2: "Phase 1 is kept."}.get(
        number, f"Phases 1 to {number - 1} are kept."
    )
    follow = "." if number == last else f", then {number + 1} to {last} follow."
    if number == last - 1:
        follow = f", then {last} follows."
    fresh = f"Phase {number} starts again with {view.max_attempts} fresh attempts"
    return f"{kept} {fresh}{follow}"


def _attempt(run: PhaseRunView, now: datetime) -> AttemptLine:
    return AttemptLine(
        number=count(run.attempt),
        phase=run.title,
        status=run.status,
        started=run.started_at.isoformat() if run.started_at else "",
        started_ago=ago(run.started_at, now) if run.started_at else "–",
        time="–" if run.seconds is None else time_taken(run.seconds),
        worker=run.worker or "–",
        error=f"{run.error_type}: {run.error_message}" if run.error_type else "–",
    )
