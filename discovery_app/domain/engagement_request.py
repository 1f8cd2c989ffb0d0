"""Work on an engagement that somebody asked for and a runner does."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from discovery_app.domain.access import Scope

MOST_ATTEMPTS: Final = 3
"""So often a request may end the process that does it; chosen."""


class RequestKind(StrEnum):
    """What can be asked for."""

    NARRATIVE = "narrative"
    EVALUATION = "evaluation"


class RequestState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class RequestClaim:
    """A runner's right to do what was asked: ids, no contents.

    Attributes:
        worker: Who does it.
        fence: Ends are written only while this is still the row's.
        attempt: The first one is 1.
    """

    request_id: UUID
    client_account_id: UUID
    engagement_id: UUID
    kind: RequestKind
    workflow_id: UUID | None
    worker: str
    fence: int
    attempt: int

    @property
    def is_spent(self) -> bool:
        """Return whether it ended its process as often as it may."""
        return self.attempt > MOST_ATTEMPTS


@dataclass(frozen=True)
class AskedFor:
    """What was asked, as its tenant sees it.

    Attributes:
        subject: What of the engagement; empty for all of it.
        as_of: ``None`` is the day it is done.
    """

    scope: Scope
    subject: str
    as_of: date | None
    reason: str
    asked_by: str


@dataclass(frozen=True)
class RequestView:
    """How far a request is.

    Attributes:
        outcome: One sentence, once it is done.
        problem: One sentence, if it could not be done.
    """

    request_id: UUID
    state: RequestState
    asked_by: str
    asked_at: datetime
    as_of: date | None
    reason: str
    finished_at: datetime | None
    outcome: str
    problem: str

    @property
    def is_open(self) -> bool:
        """Return whether it is still to be done."""
        return self.state in {RequestState.WAITING, RequestState.RUNNING}
