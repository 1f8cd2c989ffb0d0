"""The numbers a monitor asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from discovery_app.domain.workers import WorkersSnapshot


@dataclass(frozen=True)
class PhaseHour:
    """The tries of one phase that ended in the last hour.

    Attributes:
        status: How they ended, e.g. ``completed``.
        seconds: How long they took together.
    """

    phase: str
    status: str
    tries: int
    seconds: float


@dataclass(frozen=True)
class FailureCount:
    """How often a phase failed in one way in the last hour."""

    phase: str
    error_type: str
    times: int


@dataclass(frozen=True)
class MetricsSnapshot:
    """Everything that is exposed, at one moment.

    Attributes:
        workflows: How many there are, by status; every status is there.
        stuck: Running, but no worker holds them or nothing was reported for long.
    """

    workflows: Mapping[str, int]
    stuck: int
    queue: WorkersSnapshot
    phases: tuple[PhaseHour, ...]
    failures: tuple[FailureCount, ...]
