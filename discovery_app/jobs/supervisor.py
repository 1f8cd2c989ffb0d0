"""Keeps runner processes alive: starts them, restarts them, gives up loudly."""

import fcntl
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from discovery_app.config import settings
from discovery_app.errors import ConfigurationError

logger = logging.getLogger(__name__)

_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 30.0
_STEADY_SECONDS: Final = 60.0
"""A child that lived this long was well; its failures are forgotten."""
_GIVE_UP_AFTER: Final = 12
"""Failures in a row before a slot is given up; about four minutes of trying."""
_LOOK_SECONDS: Final = 0.2


@dataclass
class _Slot:
    """One child process and how it fared."""

    name: str
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float = 0.0
    given_up: bool = False


@dataclass
class Supervisor:
    """Runs one child process a slot until it is stopped.

    Attributes:
        base: Name of this host's slots; the number is added.
    """

    slots: int
    base: str = ""
    start: Callable[[str], subprocess.Popen[bytes]] | None = None
    _slots: list[_Slot] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Name the slots."""
        base = self.base or socket.gethostname()
        self._slots = [_Slot(f"{base}-{at + 1}") for at in range(self.slots)]

    def run(self) -> None:
        """Keep the children alive until ``stop``.

        Raises:
            ConfigurationError: Every slot was given up.
        """
        try:
            while not self._stopping.wait(_LOOK_SECONDS):
                for slot in self._slots:
                    self._look_after(slot)
                if all(slot.given_up for slot in self._slots):
                    raise ConfigurationError(
                        f"Every runner ended {_GIVE_UP_AFTER} times in a row; the log "
                        "above says why. Mend that, then start again."
                    )
        finally:
            self._end_children()

    def stop(self) -> None:
        """Ask ``run`` to drain the children and return."""
        self._stopping.set()

    def pids(self) -> list[int]:
        """Return the processes that run now."""
        children = (slot.child for slot in self._slots)
        return [one.pid for one in children if one and one.poll() is None]

    def _look_after(self, slot: _Slot) -> None:
        if slot.given_up:
            return
        now = time.monotonic()
        if slot.child is not None:
            if slot.child.poll() is None:
                return
            self._note_end(slot, now)
        if not slot.given_up and now >= slot.start_at:
            starter = self.start or start_runner
            slot.child, slot.started_at = starter(slot.name), now

    def _note_end(self, slot: _Slot, now: float) -> None:
        status = slot.child.returncode if slot.child else 0
        slot.child = None
        if now - slot.started_at > _STEADY_SECONDS:
            slot.failures = 0
        slot.failures += 1
        wait = min(
            _FIRST_WAIT_SECONDS * 2 ** (slot.failures - 1), _LONGEST_WAIT_SECONDS
        )
        slot.start_at = now + wait
        if slot.failures >= _GIVE_UP_AFTER:
            slot.given_up = True
            logger.error("Runner %s ended too often; it is given up.", slot.name)
            return
        logger.warning(
            "Runner %s ended with status %s; it starts again in %.1f s.",
            slot.name,
            status,
            wait,
        )

    def _end_children(self) -> None:
        children = [slot.child for slot in self._slots if slot.child is not None]
        for child in children:
            child.terminate()
        until = time.monotonic() + settings().drain_seconds + 5
        for child in children:
            try:
                child.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()


def start_runner(name: str) -> subprocess.Popen[bytes]:
    """Start one runner process that ends with this one."""
    command = [sys.executable, "-m", "discovery_app.jobs.runner", name]
    return subprocess.Popen(  # noqa: S603  Our own program, no shell.
        [*command, "--parent", str(os.getpid())]
    )


def slot_count(wanted: int = 0) -> int:
    """Return how many slots to run: ``wanted``, else the setting, else the cores."""
    return wanted or settings().slots or os.cpu_count() or 1


@contextmanager
def run_in_background() -> Iterator[None]:
    """Supervise runners beside a web process, unless another one does already.

    Reflex in development starts several processes; a file lock lets one of them
    have the runners.
    """
    with _only_one(settings().data_dir / "runner.lock") as mine:
        if not mine:
            yield
            return
        supervisor = Supervisor(slot_count(), base=f"{socket.gethostname()}-dev")
        thread = threading.Thread(target=supervisor.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            supervisor.stop()
            thread.join(settings().drain_seconds + 10)


@contextmanager
def _only_one(path: Path) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
