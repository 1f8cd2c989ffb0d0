"""What the workers do and what waits for them, across clients."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.config import settings
from discovery_app.domain.access import PlatformScope
from discovery_app.domain.workers import HeldWorkflow, WorkersSnapshot, WorkerStand
from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.phases import load_phase
from discovery_app.services.board_tables import CLIENTS, JOINED, LEASES, STATES, UPLOADS
from discovery_app.services.workers import WorkerService
from discovery_app.services.workflow_leases import WorkflowLeaseService

MISSED_BEATS: Final = 4
"""A worker is silent after so many beats without a sign of life; chosen."""
FORGOTTEN_SECONDS: Final = 24 * 3_600
"""Workers that ended longer ago are not listed; chosen."""


class WorkerOverviewService:
    """Looks at the workers. It only reads.

    One instance serves one unit of work of a ``PlatformScope``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def look(self, scope: PlatformScope) -> WorkersSnapshot:
        """Return the workers, by name, with what they hold, and the queue."""
        holds = self._holds()
        depth = WorkflowLeaseService(self._session).depth()
        longest = settings().beat_seconds * MISSED_BEATS
        workers = tuple(
            WorkerStand(
                name=one.name,
                host=one.host,
                pid=one.pid,
                version=one.version,
                draining=one.draining,
                stopped=one.stopped,
                alive=not one.stopped and one.silent_seconds <= longest,
                silent_seconds=one.silent_seconds,
                started_at=one.started_at,
                heartbeat_at=one.heartbeat_at,
                holds=holds.get(f"{one.name}/{one.pid}", ()),
                slots=one.slots,
                cleaned_at=one.cleaned_at,
            )
            for one in WorkerService(self._session).listed()
            if one.silent_seconds <= FORGOTTEN_SECONDS
        )
        now, later = self._session.execute(
            sa.select(
                sa.func.clock_timestamp(),
                sa.select(sa.func.count())
                .select_from(STATES)
                .where(STATES.c.status == WorkflowStatus.RETRY_WAIT)
                .scalar_subquery(),
            )
        ).one()
        return WorkersSnapshot(
            workers, depth.due, depth.oldest_seconds, later, depth.held, now
        )

    def _holds(self) -> Mapping[str, tuple[HeldWorkflow, ...]]:
        found = self._session.execute(
            sa.select(
                LEASES.c.owner,
                STATES.c.id,
                UPLOADS.c.title,
                CLIENTS.c.name,
                STATES.c.current_phase,
                LEASES.c.lease_until,
            )
            .select_from(JOINED)
            .where(LEASES.c.owner != "")
            .order_by(LEASES.c.owner, STATES.c.updated_at.desc())
        )
        holds: defaultdict[str, tuple[HeldWorkflow, ...]] = defaultdict(tuple)
        for owner, workflow_id, title, client, phase, until in found:
            held = HeldWorkflow(
                workflow_id, title, client, load_phase(phase).title, until
            )
            holds[owner] = (*holds[owner], held)
        return holds
