"""Work from Procrastinate's queue in PostgreSQL: one job a phase, on any machine.

The queue is a cache. A job says "look at this workflow"; its lease says whether there
is something to do. Jobs of workers that are gone are dropped, and what is due without a
job is queued again, also after the whole queue was dropped.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector

from discovery_app.config import settings
from discovery_app.database import database_url, unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.database.pool import (
    CONNECT_ARGUMENTS,
    CONNECT_SECONDS,
    SERVER_KEEPALIVES,
)
from discovery_app.database.queue import QUEUE_SCHEMA, RUN_PHASE
from discovery_app.database.scopes import CLAIM_ROLE
from discovery_app.domain.access import WorkerScope
from discovery_app.errors import DiscoveryError
from discovery_app.jobs.dispatchers import served_queues
from discovery_app.jobs.scheduler import RunnerClock
from discovery_app.services.workflow_queue import WorkflowQueueService

logger = logging.getLogger(__name__)

_AGAIN_SECONDS: Final = 1.0
"""How long to wait before the queue is tried again. Chosen."""
_CLOSE_SECONDS: Final = 5.0
"""How long a job that has ended may take to say so. Chosen."""


class QueueSource:
    """Takes one job at a time from the queues of this machine.

    Args:
        clock: Calls the tidying of the queue.
        take: Claims the workflow of a job and runs its current phase.
        worker: Who takes, for the log and the leases.
    """

    one_phase = True

    def __init__(
        self, clock: RunnerClock, take: Callable[[UUID], None], worker: str
    ) -> None:
        self._clock = clock
        self._take = take
        self._scope = WorkerScope(worker)
        self._queues = served_queues(settings().queues)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
        self._job_id: int | None = None

    def start(self) -> None:
        """Begin to take jobs and to tidy the queue."""
        # Their own logs speak of every job and every lost connection; ours says what
        # came of it.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._clock.every(settings().sweep_seconds, "tick", self.tidy)
        self._thread.start()

    def stop(self) -> None:
        """Fetch nothing more."""
        self._stopping.set()
        loop, serving = self._loop, self._serving
        if loop is not None and serving is not None and not loop.is_closed():
            loop.call_soon_threadsafe(serving.cancel)

    def close(self) -> None:
        """Put back the job that was not done, or let the last one be ended."""
        job_id = self._job_id
        if job_id is None:
            self._thread.join(_CLOSE_SECONDS)
            return
        try:
            with unit_of_work(self._scope) as session:
                queue = WorkflowQueueService(session)
                queue.drop(job_id)
                queue.rebuild()
        except DiscoveryError as error:  # The next tidying drops it.
            logger.info("The job of this worker was left in the queue: %s", error)

    def tidy(self) -> None:
        """Put back a dropped queue, free stalled jobs, queue what has no job."""
        with unit_of_work(self._scope) as session:
            restored = WorkflowQueueService(session).restore()
        with unit_of_work(self._scope) as session:
            queue = WorkflowQueueService(session)
            freed, queued = queue.free_stalled(), queue.rebuild()
        if restored:
            logger.warning("The queue was gone and was made again.")
        if freed or queued:
            logger.info("%d stalled jobs freed, %d phases queued.", freed, queued)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._serve())
            except asyncio.CancelledError:
                return
            except Exception as error:  # noqa: BLE001  The slot outlives an outage.
                logger.warning("The queue cannot be used: %s; trying again.", error)
            self._stopping.wait(_AGAIN_SECONDS)

    async def _serve(self) -> None:
        """Take jobs until the queue fails or this source is stopped."""
        app = App(connector=_connector())
        app.task(name=RUN_PHASE, pass_context=True)(self._run_phase)
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.current_task()
        if self._stopping.is_set():  # Stopped before there was anything to cancel.
            return
        async with app.open_async():
            await app.run_worker_async(
                queues=self._queues,
                name=self._scope.worker,
                concurrency=1,
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=settings().tick_seconds,
                update_heartbeat_interval=settings().beat_seconds,
                stalled_worker_timeout=settings().lease_seconds,
            )

    def _run_phase(self, context: JobContext, workflow_id: str, **_: Any) -> None:
        self._job_id = context.job.id
        if self._stopping.is_set():
            return  # ``close`` puts it back.
        try:
            self._take(UUID(workflow_id))
        except Exception as error:  # noqa: BLE001  The lease ends; it is queued again.
            logger.warning("Workflow %s was left for now: %s", workflow_id, error)
        finally:
            self._job_id = None


def _connector() -> PsycopgConnector:
    """Return a small pool of connections in the role that sees leases and jobs only."""
    session = {"role": CLAIM_ROLE, "search_path": QUEUE_SCHEMA, **SERVER_KEEPALIVES}
    return PsycopgConnector(
        conninfo=driver_address(database_url()),
        kwargs={
            **CONNECT_ARGUMENTS,
            "options": " ".join(
                f"-c {name}={value}" for name, value in session.items()
            ),
        },
        min_size=1,
        max_size=3,
        timeout=CONNECT_SECONDS,
    )
