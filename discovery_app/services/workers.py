"""The runner processes: who they are, that they live, and who is provably gone."""

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psutil
import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.models import Worker
from discovery_app.services.workflow_leases import WorkflowLeaseService

VERSION: Final = "0.1.0"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_SAME_START_SECONDS: Final = 2.0
"""Two readings of a process's start may differ by rounding; chosen."""


_CLEANING_LOCK: Final = sa.text(
    "SELECT pg_try_advisory_xact_lock(hashtext('discovery_retention'))"
)
_BEGIN_CLEANING: Final = sa.text(
    """
    UPDATE workers SET cleaned_at = clock_timestamp()
    WHERE name = :name AND pid = :pid
      AND NOT EXISTS (
        SELECT FROM workers WHERE cleaned_at
            > clock_timestamp() - make_interval(secs => 60 * :minutes))
    RETURNING id
    """
)


@dataclass(frozen=True)
class WorkerIdentity:
    """One process, told apart from any other that ever had its pid.

    Attributes:
        name: Stable over restarts of the same slot, e.g. ``host-1``.
    """

    name: str
    host: str
    pid: int
    process_started_at: float
    boot_id: str

    @property
    def owner(self) -> str:
        """Return how leases name this process."""
        return f"{self.name}/{self.pid}"


@dataclass(frozen=True)
class WorkerView:
    """A worker as pages show it."""

    name: str
    host: str
    pid: int
    version: str
    slots: int
    draining: bool
    started_at: datetime | None
    heartbeat_at: datetime | None
    silent_seconds: float
    stopped: bool
    cleaned_at: datetime | None = None


def this_process(name: str) -> WorkerIdentity:
    """Return the identity of this process under ``name``."""
    process = psutil.Process()
    boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
    return WorkerIdentity(
        name=name,
        host=socket.gethostname(),
        pid=process.pid,
        process_started_at=process.create_time(),
        boot_id=boot,
    )


class WorkerService:
    """Registers workers and reads them.

    One instance serves one unit of work, under a ``WorkerScope`` to write and a
    ``PlatformScope`` to read.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def register(self, me: WorkerIdentity) -> int:
        """Enter this process, and free the leases of its gone predecessor.

        Returns:
            How many leases were freed. None is freed while the earlier process of
            the same name may still live.
        """
        known = self._session.exec(
            select(Worker).where(Worker.name == me.name).with_for_update()
        ).one_or_none()
        freed = 0
        if known is not None and is_gone(known, me):
            leases = WorkflowLeaseService(self._session)
            freed = leases.free(f"{known.name}/{known.pid}")
        row = known or Worker(name=me.name, host="", pid=0, process_started_at=0)
        row.host, row.pid, row.boot_id = me.host, me.pid, me.boot_id
        row.process_started_at, row.version = me.process_started_at, VERSION
        row.draining, row.stopped_at = False, None
        row.started_at = row.heartbeat_at = _database_now(self._session)
        self._session.add(row)
        self._session.flush()
        return freed

    def beat(self, me: WorkerIdentity, *, draining: bool) -> None:
        """Say that this process lives."""
        self._set(me, heartbeat_at=sa.func.clock_timestamp(), draining=draining)

    def stop(self, me: WorkerIdentity) -> None:
        """Say that this process ends on its own."""
        self._set(me, stopped_at=sa.func.clock_timestamp())

    def begin_cleaning(self, me: WorkerIdentity, minutes: float) -> bool:
        """Return whether ``me`` should clean up now: nobody did for ``minutes``.

        However many ask at once, one is told so: an advisory lock lets the others go
        on without waiting.
        """
        # The update is a statement of its own: it must see what the last holder of
        # the lock committed.
        if not self._session.execute(_CLEANING_LOCK).scalar_one():
            return False
        began = self._session.execute(
            _BEGIN_CLEANING, {"name": me.name, "pid": me.pid, "minutes": minutes}
        ).one_or_none()
        return began is not None

    def forget_silent(self, days: float) -> int:
        """Remove workers that gave no sign of life for ``days``; return how many."""
        oldest = sa.func.clock_timestamp() - timedelta(days=days)
        gone = self._session.execute(
            sa.delete(Worker)
            .where(col(Worker.heartbeat_at) < oldest)
            .returning(col(Worker.id))
        )
        return len(gone.all())

    def listed(self) -> list[WorkerView]:
        """Return every worker, by name."""
        now = _database_now(self._session)
        rows = self._session.exec(select(Worker).order_by(col(Worker.name)))
        return [_view(row, now) for row in rows]

    def alive(self, within_seconds: float) -> int:
        """Return how many workers gave a sign of life within ``within_seconds``."""
        return sum(
            1
            for one in self.listed()
            if not one.stopped and one.silent_seconds <= within_seconds
        )

    def _set(self, me: WorkerIdentity, **values: object) -> None:
        self._session.execute(
            sa.update(Worker)
            .where(col(Worker.name) == me.name, col(Worker.pid) == me.pid)
            .values(**values)
        )


def is_gone(known: Worker, me: WorkerIdentity) -> bool:
    """Return whether the process of ``known`` provably runs no more.

    Another machine's process cannot be seen from here, so it is never gone; its
    lease ends by time.
    """
    if known.host != me.host:
        return False
    if known.boot_id != me.boot_id:
        return True
    try:
        started = psutil.Process(known.pid).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False
    return abs(started - known.process_started_at) > _SAME_START_SECONDS


def _database_now(session: Session) -> datetime:
    return session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()


def _view(row: Worker, now: datetime) -> WorkerView:
    silent = (now - row.heartbeat_at).total_seconds() if row.heartbeat_at else 0.0
    return WorkerView(
        name=row.name,
        host=row.host,
        pid=row.pid,
        version=row.version,
        slots=row.slots,
        draining=row.draining,
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        silent_seconds=silent,
        stopped=row.stopped_at is not None,
        cleaned_at=row.cleaned_at,
    )
