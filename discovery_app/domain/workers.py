"""The runner processes and the queue, as admins see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from discovery_app.domain.words import age, count, counted, duration


@dataclass(frozen=True)
class HeldWorkflow:
    """A workflow that a worker has the lease of."""

    workflow_id: UUID
    title: str
    client: str
    phase_title: str
    lease_until: datetime | None


@dataclass(frozen=True)
class WorkerStand:
    """A worker, and what it works on.

    Attributes:
        silent_seconds: Since its last sign of life.
        alive: Whether that is short enough to believe it lives.
        cleaned_at: When it last cleaned away what was used up.
    """

    name: str
    host: str
    pid: int
    version: str
    draining: bool
    stopped: bool
    alive: bool
    silent_seconds: float
    started_at: datetime | None
    heartbeat_at: datetime | None
    holds: tuple[HeldWorkflow, ...] = ()
    slots: int = 1
    cleaned_at: datetime | None = None

    @property
    def state(self) -> str:
        """Return ``alive``, ``draining``, ``silent`` or ``stopped``."""
        if self.stopped:
            return "stopped"
        if not self.alive:
            return "silent"
        return "draining" if self.draining else "alive"


@dataclass(frozen=True)
class WorkersSnapshot:
    """Every worker, and what waits.

    Attributes:
        due: Workflows that any worker may take now.
        oldest_seconds: How long the oldest of them has waited.
        later: Workflows that wait to be tried again.
    """

    workers: tuple[WorkerStand, ...]
    due: int
    oldest_seconds: float
    later: int
    held: int
    now: datetime


@dataclass(frozen=True)
class WorkerLine:
    """A worker as a row; ``state`` is ``alive``, ``draining``, ``silent``, ``stopped``.

    Attributes:
        href: The workflow it works on; empty while it is idle.
    """

    name: str
    place: str
    state: str
    work: str
    context: str
    href: str
    lease: str
    heard: str
    heard_ago: str
    started: str
    started_age: str
    version: str


@dataclass(frozen=True)
class WorkerTiles:
    """The numbers over the workers; empty until they are known."""

    alive: str = ""
    alive_note: str = ""
    busy: str = ""
    busy_note: str = ""
    due: str = ""
    due_note: str = ""
    later: str = ""
    later_note: str = ""


def worker_line(one: WorkerStand, now: datetime) -> WorkerLine:
    """Return ``one`` in words."""
    held = one.holds[0] if one.holds else None
    more = f", {counted(len(one.holds) - 1, 'more')}" if len(one.holds) > 1 else ""
    return WorkerLine(
        name=one.name,
        place=f"{one.host}, pid {one.pid}",
        state=one.state,
        work=held.title + more if held else "Idle",
        context=f"{held.phase_title} · {held.client}" if held else "",
        href=f"/workflows/{held.workflow_id}" if held else "",
        lease=_lease(held, now),
        heard=one.heartbeat_at.isoformat() if one.heartbeat_at else "",
        heard_ago=f"{age(one.heartbeat_at, now)} ago" if one.heartbeat_at else "–",
        started=one.started_at.isoformat() if one.started_at else "",
        started_age=age(one.started_at, now) if one.started_at else "–",
        version=one.version,
    )


def worker_tiles(seen: WorkersSnapshot) -> WorkerTiles:
    """Return the numbers over the workers in words."""
    alive = [one for one in seen.workers if one.alive]
    busy = [one for one in alive if one.holds]
    silent = sum(one.state == "silent" for one in seen.workers)
    waits = f"oldest for {duration(seen.oldest_seconds)}" if seen.due else "none waits"
    return WorkerTiles(
        alive=count(len(alive)),
        alive_note=f"{count(silent)} silent" if silent else "none is silent",
        busy=f"{count(len(busy))} of {count(len(alive))}",
        busy_note=f"{counted(seen.held, 'workflow')} leased",
        due=count(seen.due),
        due_note=waits,
        later=count(seen.later),
        later_note="wait to be tried again",
    )


def _lease(held: HeldWorkflow | None, now: datetime) -> str:
    if held is None or held.lease_until is None:
        return "–"
    if held.lease_until < now:
        return f"ended {age(held.lease_until, now)} ago"
    return f"{duration((held.lease_until - now).total_seconds())} left"
