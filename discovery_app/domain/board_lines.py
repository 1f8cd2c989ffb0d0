"""The board in words: rows, tiles and charts, made from ``domain.board``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discovery_app.domain.board import (
    STUCK,
    BoardPage,
    BoardRow,
    BoardTotals,
    DayOutcomes,
    EngagementRows,
    PhaseTime,
)
from discovery_app.domain.display import RankedBar
from discovery_app.domain.words import age, count, counted
from discovery_app.domain.workflow_lines import stuck_words
from discovery_app.domain.workflow_timeline import time_taken


@dataclass(frozen=True)
class BoardLine:
    """One workflow as a row.

    Attributes:
        context: Its phase, and its rows if they are counted.
        wrong: Why it does not go on; empty while it does.
        can_retry: Whether it failed; a person's rights are the page's business.
        version: What the person saw; an action on anything newer is refused.
    """

    workflow_id: str = ""
    engagement_id: str = ""
    href: str = ""
    client: str = ""
    engagement: str = ""
    title: str = ""
    status: str = ""
    context: str = ""
    phase: str = ""
    percent: int = 0
    started: str = ""
    age: str = ""
    changed: str = ""
    changed_age: str = ""
    attempts: str = ""
    looping: bool = False
    owner: str = ""
    wrong: str = ""
    error_type: str = ""
    traceback: str = ""
    worker: str = ""
    can_retry: bool = False
    can_cancel: bool = False
    version: int = 0


@dataclass(frozen=True)
class TileWords:
    """A headline number and what it means; empty until it is known."""

    value: str = ""
    note: str = ""


@dataclass(frozen=True)
class BoardTiles:
    """The five headline numbers."""

    running: TileWords = TileWords()
    waiting: TileWords = TileWords()
    stuck: TileWords = TileWords()
    failed: TileWords = TileWords()
    completed: TileWords = TileWords()


def board_line(row: BoardRow) -> BoardLine:
    """Return ``row`` in words."""
    context = row.phase_title
    if row.rows is not None:
        context = f"{context} · {counted(row.rows, 'row')}"
    stored = row.stored_status
    return BoardLine(
        workflow_id=str(row.workflow_id),
        engagement_id=str(row.engagement_id),
        href=f"/workflows/{row.workflow_id}",
        client=row.client,
        engagement=row.engagement,
        title=row.title,
        status=row.status,
        context=context,
        phase=row.phase,
        percent=row.percent,
        started=row.created_at.isoformat(),
        age=age(row.created_at, row.now),
        changed=row.updated_at.isoformat(),
        changed_age=age(row.updated_at, row.now),
        attempts=f"{row.attempt} / {row.max_attempts}" if row.attempt else "–",
        looping=row.looping,
        owner=row.started_by,
        wrong=wrong_words(row),
        error_type=row.error_type,
        traceback=row.traceback,
        worker=row.worker,
        can_retry=stored == "failed",
        can_cancel=stored not in {"failed", "completed", "cancelled", "cancelling"},
        version=row.version,
    )


def wrong_words(row: BoardRow) -> str:
    """Return why a workflow does not go on by itself, or struggles; else nothing."""
    if row.status == STUCK:
        return stuck_words(row.reported_at, row.worker, row.now)
    if row.error_message:
        return row.error_message
    if row.looping:
        return f"Attempt {row.attempt} of {row.max_attempts} of one phase"
    return ""


def what_happens(row: BoardRow) -> str:
    """Return what a workflow does or needs now, in a few words."""
    if row.status == "waiting_for_approval":
        return "Columns need a decision"
    if row.status == "running":
        return f"{row.phase_title}, {row.percent} %"
    if row.status == "queued":
        return "Starts when a worker is free"
    return wrong_words(row) or row.phase_title


def range_words(page: BoardPage) -> str:
    """Return which rows are shown: "1–50 of 214"."""
    if not page.rows:
        return "No workflows"
    last = page.first + len(page.rows) - 1
    return f"{count(page.first)}–{count(last)} of {count(page.total)}"


def tiles_of(totals: BoardTotals) -> BoardTiles:
    """Return the headline numbers in words."""
    now = totals.now
    return BoardTiles(
        running=TileWords(count(totals.running), _running_note(totals)),
        waiting=TileWords(
            count(totals.waiting), _since("oldest for", totals.oldest_waiting_at, now)
        ),
        stuck=TileWords(
            count(totals.stuck), _since("no report for", totals.longest_silent_at, now)
        ),
        failed=TileWords(count(totals.failed), _failed_note(totals)),
        completed=TileWords(
            count(totals.completed_today), counted(totals.completed_rows, "row")
        ),
    )


def day_bars(days: Sequence[DayOutcomes]) -> list[dict[str, str | int]]:
    """Return the rows of the chart "Runs per day"."""
    return [
        {
            "name": f"{one.day.day} {one.day:%b}",
            "Completed": one.completed,
            "Failed": one.failed,
            "Cancelled": one.cancelled,
        }
        for one in days
    ]


def day_sentence(days: Sequence[DayOutcomes]) -> str:
    """Return what the chart "Runs per day" says, for those who cannot see it."""
    completed = counted(sum(one.completed for one in days), "completed run")
    failed = counted(sum(one.failed for one in days), "failed run")
    cancelled = counted(sum(one.cancelled for one in days), "cancelled run")
    return f"Runs of the last {len(days)} days: {completed}, {failed}, {cancelled}"


def phase_bars(times: Sequence[PhaseTime]) -> tuple[RankedBar, ...]:
    """Return the phases by their median time, longest first."""
    ranked = sorted(times, key=lambda one: -one.seconds)
    longest = max((one.seconds for one in ranked), default=0) or 1
    return tuple(
        RankedBar(one.title, time_taken(one.seconds), _percent(one.seconds / longest))
        for one in ranked
    )


def engagement_bars(rows: Sequence[EngagementRows]) -> tuple[RankedBar, ...]:
    """Return the engagements by rows, most first."""
    most = max((one.rows for one in rows), default=0) or 1
    return tuple(
        RankedBar(
            f"{one.engagement}, {one.client}",
            count(one.rows),
            _percent(one.rows / most),
        )
        for one in rows
    )


def _percent(share: float) -> int:
    return round(100 * share)


def _running_note(totals: BoardTotals) -> str:
    if totals.running_rows:
        return f"{counted(totals.running_rows, 'row')} in work"
    if totals.queued:
        return f"{count(totals.queued)} more queued"
    return "nothing in work"


def _failed_note(totals: BoardTotals) -> str:
    if not totals.failed:
        return "none has failed"
    if not totals.failed_retryable:
        return "each needs a change first"
    return f"{count(totals.failed_retryable)} can be retried as it is"


def _since(words: str, moment: datetime | None, now: datetime | None) -> str:
    return f"{words} {age(moment, now)}" if moment and now else "none"
