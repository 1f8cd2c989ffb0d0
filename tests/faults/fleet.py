"""Many runner processes that are killed, stopped and ended while they work."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.conftest import ROOT
from tests.faults.oracles import inventory, violations
from tests.processes import RESTING, look, runner, start_discovery, wait_for_rest

LEASE_SECONDS = 2.0
QUICK = {
    "DISCOVERY_LEASE_SECONDS": str(LEASE_SECONDS),
    "DISCOVERY_BEAT_SECONDS": "0.5",
    "DISCOVERY_SWEEP_SECONDS": "0.5",
    "DISCOVERY_TICK_SECONDS": "0.5",
    "DISCOVERY_DRAIN_SECONDS": "0",
    "DISCOVERY_RETRY_BASE_SECONDS": "0.2",
    "DISCOVERY_MAX_ATTEMPTS": "50",
}
"""Short times, and so many attempts that no storm looks like a crash loop."""


@dataclass
class Fleet:
    """Runner processes of stable names; one that ended is started again."""

    environment: dict[str, str]
    running: dict[str, subprocess.Popen] = field(default_factory=dict)
    stopped: list[tuple[float, subprocess.Popen]] = field(default_factory=list)

    def keep_up(self, names: list[str]) -> None:
        """Start what does not run; let go on what was stopped for long enough."""
        for name in names:
            known = self.running.get(name)
            if known is None or known.poll() is not None:
                self.running[name] = start_runner(name, self.environment)
        for until, process in list(self.stopped):
            if time.monotonic() >= until:
                process.send_signal(signal.SIGCONT)
                self.stopped.remove((until, process))

    def hit(self, chance: random.Random, how: signal.Signals) -> bool:
        """Send ``how`` to one runner at random; a stopped one goes on later."""
        halted = {process.pid for _, process in self.stopped}
        alive = [
            one
            for one in self.running.values()
            if one.poll() is None and one.pid not in halted
        ]
        if not alive:
            return False
        victim = chance.choice(alive)
        victim.send_signal(how)
        if how is signal.SIGSTOP:
            self.stopped.append((time.monotonic() + 2 * LEASE_SECONDS, victim))
        return True

    def end(self) -> None:
        """End every process."""
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
            process.wait(30)


def start_runner(name: str, environment: dict[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "discovery_app.jobs.runner", name],
        cwd=ROOT,
        env=os.environ | environment,
    )


@contextmanager
def fleet(environment: dict[str, str]) -> Iterator[Fleet]:
    made = Fleet(QUICK | environment)
    try:
        yield made
    finally:
        made.end()


def storm(
    database,
    *,
    workflows: int,
    workers: int,
    blows: list[signal.Signals],
    environment: dict[str, str],
    seconds: float,
    pause: tuple[float, float],
    seed: int = 7,
) -> list[str]:
    """Run workflows while their runners are hit; return what does not hold.

    Args:
        blows: The signals to send, in this order, each to a runner at random.
        pause: The shortest and the longest time between two blows.
    """
    chance = random.Random(seed)  # noqa: S311  To be repeated.
    calm_scope, calm = start_discovery()
    with runner(**environment):
        assert wait_for_rest(calm_scope, calm).status == "completed"
    wanted = inventory(database, calm_scope.engagement_id)
    started = [start_discovery() for _ in range(workflows)]
    names = [f"worker-{number}" for number in range(1, workers + 1)]
    left, until = list(blows), time.monotonic() + seconds
    with fleet(environment) as ships:
        while left or ships.stopped or not _all_rest(started):
            assert time.monotonic() < until, (
                f"Not within {seconds} s; {len(left)} blows left; "
                f"{[look(*one).status for one in started]}"
            )
            ships.keep_up(names)
            time.sleep(chance.uniform(*pause) if left else 0.2)
            if left and ships.hit(chance, left[0]):
                del left[0]
    wrong = violations(database, LEASE_SECONDS)
    for scope, one in started:
        status = look(scope, one).status
        if status != "completed":
            wrong.append(f"{one.workflow_id} is {status}")
        elif inventory(database, scope.engagement_id) != wanted:
            wrong.append(f"{one.workflow_id} left another inventory")
    return wrong


def _all_rest(started: list) -> bool:
    return all(look(scope, one).status in RESTING for scope, one in started)
