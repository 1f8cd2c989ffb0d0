"""Keeps child processes alive: starts them, restarts them, gives up loudly."""

import fcntl
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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


Start = Callable[[], subprocess.Popen[bytes]]


@dataclass
class _Slot:
    """One child process and how it fared."""

    name: str
    start: Start
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float = 0.0


class Supervisor:
    """Keeps child processes alive until it is stopped.

    Args:
        children: What starts each child, by name, in the order to start them.
        look: Called before each look at the children, e.g. to mind the database.
    """

    def __init__(
        self, children: Mapping[str, Start], look: Callable[[], None] = lambda: None
    ) -> None:
        self._slots = [_Slot(name, start) for name, start in children.items()]
        self._look = look
        self._stopped = False

    def run(self) -> None:
        """Keep the children alive until ``stop``, then end them.

        Raises:
            ConfigurationError: A child was given up.
        """
        try:
            while not self._stopped:
                self._look()
                for slot in self._slots:
                    self._look_after(slot)
                time.sleep(_LOOK_SECONDS)
        finally:
            self._end_children()

    def stop(self) -> None:
        """Ask ``run`` to end the children and return.

        Also from a signal, at any moment of ``run``: nothing here takes a lock.
        """
        self._stopped = True

    def pids(self) -> list[int]:
        """Return the processes that run now."""
        children = (slot.child for slot in self._slots)
        return [one.pid for one in children if one and one.poll() is None]

    def _look_after(self, slot: _Slot) -> None:
        now = time.monotonic()
        if slot.child is not None:
            if slot.child.poll() is None:
                return
            _note_end(slot, slot.child.returncode, now)
        if now >= slot.start_at:
            slot.child, slot.started_at = slot.start(), now

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


def _note_end(slot: _Slot, status: int, now: float) -> None:
    """Plan the next start of a child that ended.

    Raises:
        ConfigurationError: It ended too often in a row.
    """
    slot.child = None
    if now - slot.started_at > _STEADY_SECONDS:
        slot.failures = 0
    slot.failures += 1
    if slot.failures >= _GIVE_UP_AFTER:
        raise ConfigurationError(
            f"{slot.name} ended {slot.failures} times in a row; the log above says "
            "why. Mend that, then start again."
        )
    wait = min(_FIRST_WAIT_SECONDS * 2 ** (slot.failures - 1), _LONGEST_WAIT_SECONDS)
    slot.start_at = now + wait
    logger.warning(
        "%s ended with status %s; it starts again in %.1f s.", slot.name, status, wait
    )


def runners(slots: int, base: str = "") -> dict[str, Start]:
    """Return what starts ``slots`` runner processes, by their names."""
    host = base or socket.gethostname()
    names = [f"{host}-{number}" for number in range(1, slots + 1)]
    return {name: partial(start_runner, name) for name in names}


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
        supervisor = Supervisor(runners(slot_count(), f"{socket.gethostname()}-dev"))
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
