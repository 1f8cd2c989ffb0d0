"""Taking, keeping and sweeping leases, across tenants: ids and times, no contents.

Runs under a ``WorkerScope``. Part of ``services.workflow_state``: with it, the
only code that writes ``workflow_leases``.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.config import settings
from discovery_app.database.direct import Statement, execute_direct
from discovery_app.domain.workflow import LeaseClaim
from discovery_app.services.workflow_queue import queue_phase

_CLAIM: Final = Statement.of("""
    WITH due AS MATERIALIZED (
        SELECT id, engagement_id FROM workflow_leases
        WHERE runnable AND run_after <= clock_timestamp() AND attempt < max_attempts
          AND (owner = '' OR lease_until < clock_timestamp())
          AND (cast(%(only)s AS uuid) IS NULL OR id = %(only)s)
        ORDER BY priority DESC, run_after
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    UPDATE workflow_leases AS lease SET
        fence = lease.fence + 1,
        attempt = lease.attempt + 1,
        owner = %(worker)s,
        lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
    FROM due
    WHERE lease.id = due.id AND lease.engagement_id = due.engagement_id
    RETURNING lease.id, lease.client_account_id, lease.engagement_id, lease.fence,
        lease.attempt, lease.max_attempts, lease.owner
    """)

_EXTEND: Final = sa.text(
    """
    UPDATE workflow_leases SET
        lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
    WHERE id = :workflow_id AND engagement_id = :engagement_id
      AND owner = :worker AND fence = :fence
    RETURNING cancel_requested
    """
)

_SPENT: Final = Statement.of("""
    WITH spent AS MATERIALIZED (
        SELECT id, engagement_id FROM workflow_leases
        WHERE runnable AND attempt >= max_attempts
          AND (owner = '' OR lease_until < clock_timestamp())
          AND run_after <= clock_timestamp()
          AND (cast(%(only)s AS uuid) IS NULL OR id = %(only)s)
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    UPDATE workflow_leases AS lease SET
        fence = lease.fence + 1,
        owner = %(worker)s,
        lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
    FROM spent
    WHERE lease.id = spent.id AND lease.engagement_id = spent.engagement_id
    RETURNING lease.id, lease.client_account_id, lease.engagement_id, lease.fence,
        lease.attempt, lease.max_attempts, lease.owner
    """)

_GIVE_UP: Final = sa.text(
    """
    UPDATE workflow_leases SET owner = '', lease_until = NULL,
        attempt = greatest(attempt - 1, 0),
        run_after = clock_timestamp() + make_interval(secs => :delay_seconds)
    WHERE id = :workflow_id AND engagement_id = :engagement_id
      AND owner = :worker AND fence = :fence
    """
)

_FREE: Final = sa.text(
    """
    UPDATE workflow_leases SET lease_until = clock_timestamp() - interval '1 second'
    WHERE owner = :worker AND lease_until > clock_timestamp()
    RETURNING id
    """
)

_DEPTH: Final = sa.text(
    """
    WITH leases AS (
        SELECT owner = '' AND run_after <= clock_timestamp() AS due,
            owner <> '' AND lease_until >= clock_timestamp() AS held, run_after
        FROM workflow_leases WHERE runnable
    )
    SELECT count(*) FILTER (WHERE due) AS due, count(*) FILTER (WHERE held) AS held,
        coalesce(extract(epoch FROM clock_timestamp()
            - min(run_after) FILTER (WHERE due)), 0) AS oldest_seconds
    FROM leases
    """
)


@dataclass(frozen=True)
class QueueDepth:
    """How much waits and how much is being worked on.

    Attributes:
        due: Workflows that any worker may take now.
        held: Workflows that a worker holds.
        oldest_seconds: How long the oldest of ``due`` has waited.
    """

    due: int
    held: int
    oldest_seconds: float


class WorkflowLeaseService:
    """A worker's rights, seen from the worker.

    One instance serves one unit of work under a ``WorkerScope``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, worker: str, only: UUID | None = None) -> LeaseClaim | None:
        """Take the workflow that has waited longest, or return ``None``.

        With ``only``, no other workflow than that is taken. However many ask at
        once, each workflow goes to one of them. The count of attempts and the fence
        grow in the same statement.
        """
        return self._take(_CLAIM, worker, only=only)

    def claim_spent(self, worker: str, only: UUID | None = None) -> LeaseClaim | None:
        """Take a workflow whose attempts are used up, to fail it as a crash loop."""
        return self._take(_SPENT, worker, only=only)

    def extend(self, lease: LeaseClaim) -> bool:
        """Keep ``lease`` for another lease time; return whether it still was ours."""
        kept = self._session.execute(
            _EXTEND,
            {
                "workflow_id": lease.workflow_id,
                "engagement_id": lease.engagement_id,
                "worker": lease.worker,
                "fence": lease.fence,
                "lease_seconds": settings().lease_seconds,
            },
        ).one_or_none()
        return kept is not None

    def give_up(self, lease: LeaseClaim, delay_seconds: float) -> None:
        """Give back a lease that this worker cannot use; it counts as no attempt.

        Nobody may take the workflow for ``delay_seconds``, so that a worker that
        cannot run it does not take it again and again.
        """
        self._session.execute(
            _GIVE_UP,
            {
                "workflow_id": lease.workflow_id,
                "engagement_id": lease.engagement_id,
                "worker": lease.worker,
                "fence": lease.fence,
                "delay_seconds": delay_seconds,
            },
        )
        queue_phase(self._session, lease.workflow_id)

    def free(self, worker: str) -> int:
        """End the leases of a worker that is provably gone; return how many."""
        return len(self._session.execute(_FREE, {"worker": worker}).all())

    def depth(self) -> QueueDepth:
        """Return how much waits."""
        row = self._session.execute(_DEPTH).one()
        return QueueDepth(row.due, row.held, float(row.oldest_seconds))

    def _take(
        self, statement: Statement, worker: str, **more: UUID | None
    ) -> LeaseClaim | None:
        values = {"worker": worker, "lease_seconds": settings().lease_seconds}
        taken = execute_direct(self._session, statement, {**values, **more})
        return LeaseClaim(*taken) if taken else None
