"""Where the time of a workflow went: one line a phase, one bar a try or a wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from discovery_app.domain.display import Bar, TimelineLine
from discovery_app.domain.words import duration
from discovery_app.domain.workflow import PhaseRunView, WorkflowStatus, WorkflowView

_STEPS: Final = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 432_000, 864_000),
)
_MOST_TICKS: Final = 6
_THINNEST_PERCENT: Final = 0.4
"""A bar is at least so wide, or it could not be seen or hovered."""
_TRIED: Final = frozenset({"completed", "running", "failed", "cancelled"})
_GATE: Final = "field_mapping"


@dataclass(frozen=True)
class Timeline:
    """The lines, the words of the axis, and how long it took altogether."""

    lines: tuple[TimelineLine, ...] = ()
    ticks: tuple[str, ...] = ()
    total: str = ""


@dataclass(frozen=True)
class _Stretch:
    """Something that took time."""

    kind: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return max(0.0, (self.end - self.start).total_seconds())


def timeline_of(view: WorkflowView, now: datetime) -> Timeline:
    """Return the timeline of the newest run; empty before a phase has begun."""
    tries = [one for one in view.tries if one.run_number == view.run_number]
    begun = [one.started_at for one in tries if one.started_at]
    if not begun:
        return Timeline()
    stretches = {
        one.phase: _stretches(view, one.phase, tries, now) for one in view.phases
    }
    start = min(begun)
    ends = [one.end for found in stretches.values() for one in found]
    span = max(0.001, (max(ends) - start).total_seconds())
    step = next((one for one in _STEPS if span <= one * _MOST_TICKS), _STEPS[-1])
    steps = max(1, -int(-span // step))
    lines = tuple(
        _line(one.title, stretches[one.phase], start, step * steps)
        for one in view.phases
    )
    ticks = tuple(_tick(step * number, step) for number in range(steps + 1))
    ended = view.status in {"completed", "cancelled", "failed"}
    return Timeline(lines, ticks, f"{time_taken(span)}{'' if ended else ' so far'}")


def _stretches(
    view: WorkflowView, phase: str, tries: Sequence[PhaseRunView], now: datetime
) -> list[_Stretch]:
    """Return the tries of ``phase`` and the waits between and after them."""
    mine = [one for one in tries if one.phase == phase and one.started_at]
    found: list[_Stretch] = []
    for at, one in enumerate(mine):
        start = one.started_at or now
        end = one.finished_at or now
        kind = one.status if one.status in _TRIED else "completed"
        if at and found[-1].end < start:
            found.append(_Stretch("retry_wait", found[-1].end, start))
        found.append(_Stretch(kind, start, end))
    if found and view.status == WorkflowStatus.RETRY_WAIT == mine[-1].status:
        found.append(_Stretch("retry_wait", found[-1].end, now))
    if found and phase == _GATE and _waited(view):
        after = _start_after(found[-1].end, tries) or _until(view, now)
        found.append(_Stretch("waiting_for_approval", found[-1].end, after))
    return found


def _waited(view: WorkflowView) -> bool:
    mapping = view.state_data.get(_GATE) or {}
    waits = view.status == WorkflowStatus.WAITING_FOR_APPROVAL
    return waits or bool(mapping.get("review") and mapping.get("approved_by"))


def _until(view: WorkflowView, now: datetime) -> datetime:
    return (
        now if view.status == WorkflowStatus.WAITING_FOR_APPROVAL else view.updated_at
    )


def _start_after(moment: datetime, tries: Sequence[PhaseRunView]) -> datetime | None:
    later = [
        one.started_at
        for one in tries
        if one.started_at and one.phase != _GATE and one.started_at >= moment
    ]
    return min(later, default=None)


def _line(
    title: str, stretches: Sequence[_Stretch], start: datetime, axis_seconds: float
) -> TimelineLine:
    total = time_taken(sum(one.seconds for one in stretches)) if stretches else "–"
    bars = tuple(_bar(one, start, axis_seconds) for one in stretches)
    return TimelineLine(title, total, bars)


def _bar(stretch: _Stretch, start: datetime, axis_seconds: float) -> Bar:
    whole = timedelta(seconds=axis_seconds)
    left = 100 * ((stretch.start - start) / whole)
    width = max(_THINNEST_PERCENT, 100 * stretch.seconds / axis_seconds)
    left = min(left, 100 - width)
    words = {
        "completed": "Completed in",
        "running": "Running for",
        "failed": "Failed after",
        "cancelled": "Cancelled after",
        "retry_wait": "Waited to be tried again for",
        "waiting_for_approval": "Waited for approval for",
    }[stretch.kind]
    return Bar(
        kind=stretch.kind,
        left=f"{left:.2f}%",
        width=f"{width:.2f}%",
        words=f"{words} {time_taken(stretch.seconds)}",
    )


def time_taken(seconds: float) -> str:
    """Return ``duration``, and milliseconds where it would say "0.2 s"."""
    return f"{round(1000 * seconds)} ms" if 0 <= seconds < 1 else duration(seconds)


def _tick(seconds: float, step: float) -> str:
    """Return a moment of the axis: "2 s", "1:30", from an hour on with its unit."""
    if step < 5:
        return f"{round(seconds, 2):g} s"
    if seconds < 3_600:
        minutes, rest = divmod(seconds, 60)
        return f"{int(minutes)}:{int(rest):02d}"
    return duration(seconds)
