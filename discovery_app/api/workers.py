"""The workers and the queue, as admins see them."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from discovery_app.api.dependencies import SignedIn
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person, PlatformScope
from discovery_app.domain.workers import HeldWorkflow, WorkerStand
from discovery_app.services.engagements import EngagementService
from discovery_app.services.worker_overview import WorkerOverviewService

router = APIRouter(tags=["Workers"])


class HeldLease(BaseModel):
    """A workflow that a worker has the lease of."""

    workflow_id: UUID
    title: str
    client: str
    phase: str
    lease_until: datetime | None


class WorkerItem(BaseModel):
    """One runner process.

    Attributes:
        state: ``alive``, ``draining``, ``silent`` or ``stopped``.
        silent_seconds: Since its last sign of life.
        cleaned_at: When it last cleaned away what was used up, if it did.
    """

    name: str
    host: str
    pid: int
    version: str
    slots: int
    state: str
    silent_seconds: float
    started_at: datetime | None
    heartbeat_at: datetime | None
    cleaned_at: datetime | None
    leases: list[HeldLease]


class Queue(BaseModel):
    """What waits and what is worked on.

    Attributes:
        due: Workflows that any worker may take now.
        oldest_seconds: How long the oldest of them has waited; 0 if none waits.
        later: Workflows that wait to be tried again.
        leased: Workflows that a worker holds.
    """

    due: int
    oldest_seconds: float
    later: int
    leased: int


class Workers(BaseModel):
    """Every worker that was heard of in the last day, by name, and the queue."""

    workers: list[WorkerItem]
    queue: Queue
    at: datetime


@router.get("/workers")
def list_workers(person: SignedIn) -> Workers:
    """Return the workers, what they hold, and what waits; for admins."""
    scope = platform_scope(person, "looks at the workers")
    with unit_of_work(scope) as session:
        seen = WorkerOverviewService(session).look(scope)
    queue = Queue(
        due=seen.due,
        oldest_seconds=seen.oldest_seconds,
        later=seen.later,
        leased=seen.held,
    )
    return Workers(
        workers=[_item(one) for one in seen.workers], queue=queue, at=seen.now
    )


def platform_scope(person: Person, reason: str) -> PlatformScope:
    """Return ``person`` across all clients.

    Raises:
        NotPermittedError: They are no admin.
    """
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).platform_scope(person, reason)


def _item(one: WorkerStand) -> WorkerItem:
    return WorkerItem(
        name=one.name,
        host=one.host,
        pid=one.pid,
        version=one.version,
        slots=one.slots,
        state=one.state,
        silent_seconds=round(one.silent_seconds, 3),
        started_at=one.started_at,
        heartbeat_at=one.heartbeat_at,
        cleaned_at=one.cleaned_at,
        leases=[_lease(held) for held in one.holds],
    )


def _lease(held: HeldWorkflow) -> HeldLease:
    return HeldLease(
        workflow_id=held.workflow_id,
        title=held.title,
        client=held.client,
        phase=held.phase_title,
        lease_until=held.lease_until,
    )
