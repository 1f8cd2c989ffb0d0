"""The clock of a runner: APScheduler with a few jobs, none of which may die."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

_TICK: Final = "tick"
RETENTION: Final = "retention"
ASKED_WORK: Final = "asked work"
_JOBS: Final = (_TICK, "beat", "sweep", RETENTION, ASKED_WORK)
_LOOK_SECONDS: Final = 1.0
"""How often it is looked whether the machine's clock was set back; chosen."""
_SET_BACK_SECONDS: Final = 1.0
"""Corrections of less than this delay a call by no more."""


class RunnerClock:
    """Calls *tick*, *beat*, *sweep* and the rest, each in a thread of its own.

    The memory job store is used: what must survive lives in PostgreSQL. The calls go
    on when the machine's clock is set back; by itself APScheduler would rest until it
    has caught up.
    """

    def __init__(self) -> None:
        # Its own log speaks of every call; ours says what failed.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._stopped = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={name: ThreadPoolExecutor(1) for name in _JOBS}
            | {"default": ThreadPoolExecutor(1)},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )

    def every(
        self,
        seconds: float,
        name: str,
        job: Callable[[], None],
        *,
        at_once: bool = True,
    ) -> None:
        """Call ``job`` every ``seconds``, one call at a time.

        Args:
            at_once: Whether the first call is now, or only after ``seconds``.
        """
        wait = timedelta(seconds=0 if at_once else seconds)
        self._scheduler.add_job(
            _safely(job, name),
            trigger="interval",
            seconds=seconds,
            id=name,
            executor=name,
            next_run_time=datetime.now(UTC) + wait,
        )

    def start(self) -> None:
        """Start the clock."""
        self._scheduler.start()
        threading.Thread(target=self._keep_steady, daemon=True).start()

    def fire_tick(self) -> None:
        """Call *tick* now, because a notification says there is work."""
        if not self._stopped.is_set():
            self._scheduler.modify_job(_TICK, next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Stop the clock; jobs that run are not waited for."""
        self._stopped.set()
        self._scheduler.shutdown(wait=False)

    def _keep_steady(self) -> None:
        """Call everything at once after the machine's clock was set back."""
        ahead = time.time() - time.monotonic()
        while not self._stopped.wait(_LOOK_SECONDS):
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                logger.warning(
                    "The clock was set back by %.0f s; going on.", before - ahead
                )
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))


def _safely(job: Callable[[], None], name: str) -> Callable[[], None]:
    """Return ``job`` so that no failure of it ends the clock."""

    def run() -> None:
        try:
            job()
        except Exception as error:  # The clock must go on; the next call may succeed.
            logger.warning("The runner's %s did not work: %s", name, error)
            logger.debug("The runner's %s did not work.", name, exc_info=True)

    return run
