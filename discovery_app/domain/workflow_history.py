"""A workflow's history in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from discovery_app.domain.display import EventLine
from discovery_app.domain.words import ago, counted
from discovery_app.domain.workflow import EventType, EventView, WorkflowView

_LONGEST_MESSAGE: Final = 120
"""Characters of a message that the narrow column shows; chosen."""

_ICONS: Final[Mapping[str, str]] = {
    EventType.CREATED: "queued",
    EventType.STARTED: "running",
    EventType.COMMITTED: "completed",
    EventType.WAITING: "waiting_for_approval",
    EventType.APPROVED: "accepted",
    EventType.FAILED: "failed",
    EventType.RETRY_SCHEDULED: "retry_wait",
    EventType.RETRIED: "queued",
    EventType.RERUN: "superseded",
    EventType.CORRECTED: "accepted",
    EventType.UNDONE: "superseded",
    EventType.ACCEPTED: "accepted",
    EventType.OPTIONS_CHANGED: "accepted",
    EventType.PAUSED: "paused",
    EventType.RESUMED: "queued",
    EventType.CANCEL_REQUESTED: "cancelling",
    EventType.CANCELLED: "cancelled",
    EventType.HANDED_BACK: "queued",
    EventType.LEASE_EXPIRED: "stuck",
    EventType.UPDATED: "accepted",
    EventType.COMPLETED: "completed",
}


def event_lines(
    view: WorkflowView, events: Sequence[EventView], now: datetime
) -> tuple[EventLine, ...]:
    """Return the history, newest first, without what goes without saying."""
    titles = {one.phase: one.title for one in view.phases}
    told = [one for one in events if _is_told(one) or one is events[-1]]
    return tuple(_event(titles, one, now) for one in reversed(told))


def _is_told(event: EventView) -> bool:
    """Return whether ``event`` says more than the one that follows it.

    That an attempt started is told by how it ended.
    """
    return event.type != EventType.STARTED


def _event(titles: Mapping[str, str], event: EventView, now: datetime) -> EventLine:
    phase = titles.get(event.phase, event.phase)
    return EventLine(
        # An attempt that started is over or shown elsewhere: its icon must not turn.
        status="pending" if event.type == EventType.STARTED else _ICONS[event.type],
        text=_event_text(event, phase),
        who=event.actor,
        ago=ago(event.at, now),
        at=event.at.isoformat(),
        reason=event.reason,
    )


def _event_text(event: EventView, phase: str) -> str:
    told = event.details
    texts = {
        EventType.CREATED: f"Import of {counted(int(told.get('files', 1)), 'file')}",
        EventType.STARTED: _started(phase, int(told.get("attempt", 1))),
        EventType.COMMITTED: f"{phase}: {told.get('summary') or 'done'}",
        EventType.WAITING: "Waits for the mapping to be approved",
        EventType.APPROVED: _approved(int(told.get("columns", 0))),
        EventType.FAILED: _failed(phase, told),
        EventType.RETRY_SCHEDULED: f"Tries again in {told.get('seconds', 0)} s",
        EventType.RETRIED: f"Retried from {phase}",
        EventType.RERUN: f"Run again from {phase}",
        EventType.CORRECTED: _corrected(int(told.get("corrections", 0))),
        EventType.UNDONE: _undone(told),
        EventType.ACCEPTED: f"{phase}: accepted as failed",
        EventType.OPTIONS_CHANGED: f"Options changed: {_options(told)}",
        EventType.PAUSED: "Paused" if phase else "Pause asked for",
        EventType.RESUMED: "Resumed",
        EventType.CANCEL_REQUESTED: "Cancel asked for",
        EventType.CANCELLED: "Cancelled",
        EventType.HANDED_BACK: "Handed back by its worker",
        EventType.LEASE_EXPIRED: f"{told.get('worker', 'Its worker')} went away",
        EventType.UPDATED: "Content changed",
        EventType.COMPLETED: "Workflow completed",
    }
    return texts[EventType(event.type)]


def _options(told: Mapping[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {told[name]}" for name in told)


def _corrected(corrections: int) -> str:
    return f"Run again with {counted(corrections, 'changed correction')}"


def _undone(told: Mapping[str, object]) -> str:
    parts = [f"{told.get(name, 0)} {name}" for name in ("removed", "restored", "kept")]
    return f"Import taken back: {', '.join(parts)}"


def _approved(columns: int) -> str:
    return f"{counted(columns, 'mapping')} approved"


def _failed(phase: str, told: Mapping[str, object]) -> str:
    """Return a failure in one line; the page's list of tries has the whole message."""
    message = str(told.get("message", ""))
    if len(message) > _LONGEST_MESSAGE:
        return f"{phase} failed ({told.get('error_type', 'error')})"
    return f"{phase} failed: {message}"


def _started(phase: str, attempt: int) -> str:
    return f"{phase} started" if attempt == 1 else f"{phase}: attempt {attempt} started"
