"""Which stored frames are used up: what no phase, retry or download reads any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import FINISHED, WorkflowStatus
from discovery_app.services.board_tables import JOINED, LEASES, STATES

KEPT_PHASES: Final = frozenset({"data_source_analysis"})
"""Their frames stay as long as the run: rejected rows are downloaded from them."""

_DONE: Final = (WorkflowStatus.COMPLETED, WorkflowStatus.CANCELLED)
"""A failed run is not among them: a retry goes on from its frames."""


@dataclass(frozen=True)
class _Run:
    """What decides about the frames of one workflow.

    Attributes:
        keys: The frames that its state points at.
        fence: No worker with a smaller one can commit.
        finished: Whether nobody can commit at all.
        old: Whether it is done, and its frames were kept as long as they should be.
    """

    keys: frozenset[str]
    fence: int
    finished: bool
    old: bool


def used_up(
    session: Session, scope: Scope, keys: Iterable[str], keep_days: float
) -> list[str]:
    """Return which of the frames ``keys`` of an engagement may be deleted.

    ``keys`` must be listed before this is asked: a workflow that is not found then was
    deleted. A frame that its workflow's state does not point at was left by a worker
    that lost its lease, or was replaced by a later run of the phase.

    Args:
        keep_days: How long a done run keeps its frames; 0 keeps them for ever.
    """
    runs = _runs(session, scope, keep_days)
    return [key for key in keys if _is_used_up(key, runs)]


def _is_used_up(key: str, runs: Mapping[UUID, _Run]) -> bool:
    parts = key.split("/")
    if len(parts) != 7:  # Not of this version's making.
        return False
    _, _, workflow_id, _, phase, fence, _ = parts
    run = runs.get(UUID(workflow_id))
    if run is None:
        return True
    if key in run.keys:
        return run.old and phase not in KEPT_PHASES
    return run.finished or int(fence) < run.fence


def _runs(session: Session, scope: Scope, keep_days: float) -> Mapping[UUID, _Run]:
    age = sa.func.clock_timestamp() - STATES.c.updated_at
    limit = sa.func.make_interval(0, 0, 0, 0, 0, 0, keep_days * 86_400)
    old = sa.and_(
        sa.literal(keep_days > 0), STATES.c.status.in_(_DONE), age > limit
    ).label("old")
    rows = session.execute(
        sa.select(
            STATES.c.id,
            STATES.c.status,
            STATES.c.state_data["frames"].label("frames"),
            LEASES.c.fence,
            old,
        )
        .select_from(JOINED)
        .where(STATES.c.engagement_id == scope.engagement_id)
    )
    return {
        row.id: _Run(
            keys=frozenset(
                key for frames in (row.frames or {}).values() for key in frames.values()
            ),
            fence=row.fence,
            finished=row.status in FINISHED,
            old=row.old,
        )
        for row in rows
    }
