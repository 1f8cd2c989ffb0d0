"""The kept log of one try of a phase, bounded in size."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

from discovery_app.domain.display import Choice
from discovery_app.domain.words import count, counted

FIRST_LINES: Final = 50
LAST_LINES: Final = 150
"""So many of the first and of the last lines of a try are kept; chosen."""
LINE_LENGTH: Final = 400
"""Characters of a kept line; with 200 lines a try's log stays below 100 kB."""


@dataclass(frozen=True)
class LogLine:
    """One entry; ``at`` is the worker's clock, ``level`` e.g. ``warning``."""

    at: datetime
    level: str
    message: str


class LogLines:
    """Grows line by line and keeps the first and the last ones, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._first: list[LogLine] = []
        self._last: deque[LogLine] = deque(maxlen=LAST_LINES)
        self.left_out = 0

    def add(self, line: LogLine) -> None:
        """Keep ``line``, and forget one from the middle if there are too many."""
        with self._lock:
            if len(self._first) < FIRST_LINES:
                self._first.append(line)
                return
            self.left_out += len(self._last) == LAST_LINES
            self._last.append(line)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """Every kept line, in order."""
        with self._lock:
            return (*self._first, *self._last)

    @property
    def count(self) -> int:
        """How many lines there were, kept or not."""
        return len(self._first) + len(self._last) + self.left_out


@dataclass(frozen=True)
class PhaseLog:
    """The log of one try of a phase.

    Attributes:
        phase_run_id: The try.
        lines: At most ``FIRST_LINES`` and ``LAST_LINES``, in order.
        left_out: How many lines between the two are not kept.
    """

    phase_run_id: UUID
    phase: str
    title: str
    status: str
    run_number: int
    attempt: int
    lines: tuple[LogLine, ...]
    left_out: int


def log_title(log: PhaseLog) -> str:
    """Return how a list names the try, e.g. "Data validation · attempt 2 · failed"."""
    words = (log.title, f"attempt {count(log.attempt)}", log.status.replace("_", " "))
    if log.run_number > 1:
        words = (*words, f"run {count(log.run_number)}")
    return " · ".join(words)


def log_text(log: PhaseLog) -> str:
    """Return the lines as text, with a line that says what was left out."""
    lines = [_line(one) for one in log.lines]
    if log.left_out:
        gap = f"… {counted(log.left_out, 'line')} not kept …"
        lines.insert(FIRST_LINES, gap)
    return "\n".join(lines)


def failed_try(logs: Sequence[PhaseLog]) -> PhaseLog | None:
    """Return the newest try if it failed: what a person looks for first."""
    newest = logs[-1] if logs else None
    return newest if newest is not None and newest.status == "failed" else None


@dataclass(frozen=True)
class PhaseLogPage:
    """What a workflow's page shows of its logs; empty until it was read.

    Attributes:
        tries: The tries that have a log, newest first.
        chosen: The id of the one that is shown; empty while none is.
        title: It in words.
    """

    tries: tuple[Choice, ...] = ()
    chosen: str = ""
    title: str = ""
    text: str = ""


def log_page(logs: Sequence[PhaseLog], shown: PhaseLog | None) -> PhaseLogPage:
    """Return the tries ``logs`` (oldest first), and the lines of ``shown``."""
    return PhaseLogPage(
        tries=tuple(
            Choice(str(one.phase_run_id), log_title(one)) for one in reversed(logs)
        ),
        chosen=str(shown.phase_run_id) if shown else "",
        title=log_title(shown) if shown else "",
        text=log_text(shown) if shown else "",
    )


def _line(one: LogLine) -> str:
    return f"{one.at:%H:%M:%S}.{one.at.microsecond // 1000:03d} {one.level:<7} " + (
        one.message
    )
