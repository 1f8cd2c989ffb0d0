"""All that a workflow's page shows, as one frozen value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.display import Choice, EventLine, PhaseCell
from discovery_app.domain.words import count, counted
from discovery_app.domain.workflow import EventView, WorkflowView
from discovery_app.domain.workflow_failures import (
    AttemptLine,
    FailureWords,
    attempt_lines,
    failure_words,
)
from discovery_app.domain.workflow_history import event_lines
from discovery_app.domain.workflow_lines import (
    Controls,
    RowEquation,
    controls,
    now_line,
    now_note,
    pause_is_pending,
    phase_cells,
    row_equation,
    shown_status,
    subtitle,
)
from discovery_app.domain.workflow_timeline import Timeline, timeline_of

_NO_TIME: Final = Timeline()
_NO_ROWS: Final = RowEquation()
_NO_FAILURE: Final = FailureWords()
_NO_CONTROLS: Final = Controls()


@dataclass(frozen=True)
class WorkflowPage:
    """A workflow in words; everything is empty until it was read.

    Attributes:
        version: What the person sees; a retry of anything newer is refused.
        reached: The phases that it can run again from, with their numbers.
        issues: How many problems the file shows, e.g. "12 errors, 3 warnings".
        files: The names of the uploaded files.
    """

    workflow_id: str = ""
    engagement_id: str = ""
    client: str = ""
    engagement: str = ""
    title: str = ""
    status: str = ""
    subtitle: str = ""
    now: str = ""
    note: str = ""
    percent: int = 0
    version: int = 0
    run: str = ""
    owner: str = ""
    worker: str = ""
    attempts: str = ""
    phases: tuple[PhaseCell, ...] = ()
    reached: tuple[Choice, ...] = ()
    timeline: Timeline = _NO_TIME
    equation: RowEquation = _NO_ROWS
    events: tuple[EventLine, ...] = ()
    failure: FailureWords = _NO_FAILURE
    tries: tuple[AttemptLine, ...] = ()
    controls: Controls = _NO_CONTROLS
    issues: str = ""
    files: str = ""
    source: str = ""


def workflow_page(
    view: WorkflowView,
    events: Sequence[EventView],
    *,
    role: Role,
    client: str,
    engagement: str,
    now: datetime,
) -> WorkflowPage:
    """Return what someone with ``role`` sees of ``view`` at ``now``."""
    content = DiscoveryFlowState.load(view.state_data)
    found = content.data_source_analysis
    note = now_note(view)
    if pause_is_pending(view, events):
        note = f"{note} · pauses when this phase is done"
    return WorkflowPage(
        workflow_id=str(view.workflow_id),
        engagement_id=str(view.engagement_id),
        client=client,
        engagement=engagement,
        title=view.title,
        status=shown_status(view),
        subtitle=subtitle(view, now),
        now=now_line(view, now),
        note=note,
        percent=view.progress_percentage,
        version=view.version,
        run=count(view.run_number),
        owner=view.started_by,
        worker=view.worker or "none",
        attempts=_attempts(view),
        phases=phase_cells(view),
        reached=_reached(view),
        timeline=timeline_of(view, now),
        equation=row_equation(view),
        events=event_lines(view, events, now),
        failure=failure_words(view, role),
        tries=attempt_lines(view, now),
        controls=controls(view, events, role),
        issues=_issues(content),
        files=", ".join(one.name for one in content.files),
        source=found.source_title if found else "",
    )


def _reached(view: WorkflowView) -> tuple[Choice, ...]:
    last = [one.phase for one in view.phases].index(view.current_phase)
    return tuple(
        Choice(one.phase, f"{number} {one.title}")
        for number, one in enumerate(view.phases[: last + 1], start=1)
    )


def _attempts(view: WorkflowView) -> str:
    """Return the tries since the last committed phase, while there are any."""
    if not view.attempt:
        return "–"
    return f"{count(view.attempt)} of {count(view.max_attempts)}"


def _issues(content: DiscoveryFlowState) -> str:
    found = content.data_validation
    if found is None:
        return ""
    parts = (
        counted(found.errors, "error"),
        counted(found.warnings, "warning"),
        counted(found.notes, "note"),
    )
    return ", ".join(parts)
