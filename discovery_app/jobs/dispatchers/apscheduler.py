"""Work by the runner's own clock: claim what is due, every second and when told."""

import threading
from collections.abc import Callable
from typing import Final

from discovery_app.config import settings
from discovery_app.database import WORKFLOW_QUEUED, wait_for_notification
from discovery_app.jobs.scheduler import RunnerClock

_LISTENER_SECONDS: Final = 2.0
"""The listener looks twice a second whether it should end."""


class ClockSource:
    """Calls ``tick`` at once on a notification, else every tick of the clock.

    Args:
        tick: Claims and runs workflows until none is due.
    """

    one_phase = False

    def __init__(self, clock: RunnerClock, tick: Callable[[], None]) -> None:
        self._clock = clock
        self._tick = tick
        self._stopping = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def start(self) -> None:
        """Begin to tick and to listen."""
        self._clock.every(settings().tick_seconds, "tick", self._tick)
        self._listener.start()

    def stop(self) -> None:
        """Stop listening; the caller's tick takes nothing more."""
        self._stopping.set()

    def close(self) -> None:
        """Wait until the listener has ended."""
        self._listener.join(_LISTENER_SECONDS)

    def _listen(self) -> None:
        wait_for_notification(
            WORKFLOW_QUEUED, self._stopping, lambda *_: self._clock.fire_tick()
        )
