"""Queueing phases for Procrastinate: a cache of what the leases say.

A job is queued in the transaction that makes a workflow runnable. Whatever the queue
loses is queued again from the leases. Part of ``services.workflow_state``.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.config import Dispatcher, settings

ASKING_PHASES: Final = ("field_mapping", "asset_classification")
"""The phases that may ask an LLM; without one configured they are like the others."""
REBUILD_LIMIT: Final = 500
"""Workflows that one transaction queues again; the next sweep goes on. Chosen."""
_FETCHED_SECONDS: Final = 5.0
"""How long a worker may take from fetching a job to taking its lease. Chosen."""

_QUEUE: Final = sa.text(
    "SELECT public.queue_workflow(:workflow_id, cast(:asking AS text[]))"
).bindparams(sa.bindparam("workflow_id", type_=sa.Uuid))

_RESTORE: Final = sa.text("SELECT public.restore_queue()")

_IS_WHOLE: Final = sa.text(
    "SELECT to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL"
    " AND to_regclass('procrastinate.procrastinate_workers') IS NOT NULL"
)

_FREE_STALLED: Final = sa.text(
    """
    DELETE FROM procrastinate.procrastinate_jobs AS job
    WHERE job.status = 'doing' AND (
        NOT EXISTS (
            SELECT FROM procrastinate.procrastinate_workers AS worker
            WHERE worker.id = job.worker_id AND worker.last_heartbeat
                > clock_timestamp() - make_interval(secs => :silent_seconds))
        OR (NOT EXISTS (
            SELECT FROM workflow_leases AS lease
            WHERE lease.id::text = job.lock AND lease.owner <> ''
                AND lease.lease_until > clock_timestamp())
            AND NOT EXISTS (
            SELECT FROM procrastinate.procrastinate_events AS event
            WHERE event.job_id = job.id AND event.type = 'started'
                AND event.at
                    > clock_timestamp() - make_interval(secs => :fetched_seconds)))
    )
    """
)

_MISSING: Final = sa.text(
    """
    WITH missing AS MATERIALIZED (
        SELECT id FROM workflow_leases AS lease
        WHERE runnable AND run_after <= clock_timestamp() AND attempt < max_attempts
          AND (owner = '' OR lease_until < clock_timestamp())
          AND NOT EXISTS (
            SELECT FROM procrastinate.procrastinate_jobs AS job
            WHERE job.queueing_lock = lease.id::text AND job.status = 'todo')
        ORDER BY priority DESC, run_after
        LIMIT :most
    )
    SELECT count(*) FROM missing,
        LATERAL public.queue_workflow(missing.id, cast(:asking AS text[]))
    """
)

_DROP: Final = sa.text("DELETE FROM procrastinate.procrastinate_jobs WHERE id = :job")


def queue_phase(session: Session, workflow_id: UUID) -> None:
    """Queue the current phase of a workflow that has just become runnable.

    Part of the caller's transaction: job and state come together or not at all.
    Without Procrastinate there is nothing to do.
    """
    if settings().dispatcher is Dispatcher.PROCRASTINATE:
        session.execute(_QUEUE, {"workflow_id": workflow_id, "asking": _asking()})


class WorkflowQueueService:
    """The queue as its workers see it.

    One instance serves one unit of work under a ``WorkerScope``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def restore(self) -> bool:
        """Make the queue again if its schema is gone; return whether it was."""
        if self._session.execute(_IS_WHOLE).scalar_one():
            return False
        return bool(self._session.execute(_RESTORE).scalar_one())

    def free_stalled(self) -> int:
        """Drop jobs whose worker is gone or holds no lease; return how many.

        Such a job would keep others of the same workflow from starting.
        """
        # Who is working on the queue must not wait for the one who tidies it.
        self._yield_to_others()
        seconds = {
            "silent_seconds": settings().lease_seconds,
            "fetched_seconds": _FETCHED_SECONDS,
        }
        return self._session.execute(_FREE_STALLED, seconds).rowcount  # type: ignore[attr-defined]

    def rebuild(self) -> int:
        """Queue every workflow that is due and has no job; return how many."""
        self._yield_to_others()
        asked = {"most": REBUILD_LIMIT, "asking": _asking()}
        return int(self._session.execute(_MISSING, asked).scalar_one())

    def drop(self, job_id: int) -> None:
        """Remove a job that this worker will not finish."""
        self._session.execute(_DROP, {"job": job_id})

    def _yield_to_others(self) -> None:
        self._session.execute(
            sa.select(sa.func.set_config("lock_timeout", "200ms", True))
        )


def _asking() -> list[str]:
    return list(ASKING_PHASES) if settings().llm_model else []
