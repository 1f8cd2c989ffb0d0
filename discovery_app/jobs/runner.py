"""One runner process: one slot, one workflow at a time.

``python -m discovery_app.jobs.runner NAME [--parent PID]``
"""

import argparse
import logging
import os
import signal
import threading
import time
from typing import Final
from uuid import UUID

from discovery_app.config import Dispatcher, settings
from discovery_app.database import prepare, unit_of_work
from discovery_app.domain.access import WorkerScope
from discovery_app.domain.workflow import Claim, LeaseClaim
from discovery_app.errors import (
    CrashLoopError,
    DiscoveryError,
    LostLeaseError,
    PhaseTimeoutError,
)
from discovery_app.jobs.asked_work import AskedWork
from discovery_app.jobs.assistants import assistant_for
from discovery_app.jobs.dispatchers import WorkSource
from discovery_app.jobs.dispatchers.apscheduler import ClockSource
from discovery_app.jobs.parents import end_with_parent
from discovery_app.jobs.phase_logs import keep_open_logs, same_phase_log
from discovery_app.jobs.scheduler import ASKED_WORK, RETENTION, RunnerClock
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.logs import write_log
from discovery_app.services.retention import RetentionService
from discovery_app.services.workers import WorkerService, this_process
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService, worker_scope

logger = logging.getLogger("discovery_app.jobs.runner")
"""By its own name, for this module is mostly run as ``__main__``."""

_LOOK_SECONDS: Final = 60.0
"""How often a runner looks whether it should clean away what is used up; chosen."""

_LISTEN_SECONDS: Final = 0.1
"""How often it is looked whether a signal came: one that comes just before a wait
without an end would be noticed with the next one only. Chosen."""
_HAND_BACK_SECONDS: Final = 2.0
_MOMENT_SECONDS: Final = 0.02
"""How long a runner that ends tries to hand its work back, and how often; chosen.
Together with the drain it is less than the supervisor waits before it kills."""

TIMEOUT_EXIT: Final = 70
"""Exit status of a process that ended itself because its phase took too long."""


class Runner:
    """Takes workflows that are due and runs them, until it is told to stop.

    Args:
        name: The slot's name, stable over restarts.
        only: The one workflow to take; ``None`` takes any that is due.
    """

    def __init__(self, name: str, only: UUID | None = None) -> None:
        self._only = only
        self.me = this_process(name)
        self._scope = WorkerScope(self.me.owner)
        self._asked = AskedWork(self._scope)
        self._clock = RunnerClock()
        self._told_to_stop = False
        self._stopping = threading.Event()
        self._source = self._work_source()
        self._idle = threading.Event()
        self._idle.set()
        self._held: LeaseClaim | None = None
        self._first: LeaseClaim | None = None
        self._in_work: Claim | None = None
        self._began_at = 0.0
        self._manager = DiscoveryWorkflowManager(
            assistant_for, watch=self._watch, draining=self._hands_on
        )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then drain and end the process."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._be_told)
        with unit_of_work(self._scope) as session:
            freed = WorkerService(session).register(self.me)
        logger.info("Runner %s is ready (%d leases freed).", self.me.owner, freed)
        self._clock.every(settings().sweep_seconds, "sweep", self.sweep)
        self._clock.every(_LOOK_SECONDS, RETENTION, self.retain, at_once=False)
        self._clock.every(settings().ask_seconds, ASKED_WORK, self.do_asked)
        self.start()
        while not self._told_to_stop:
            time.sleep(_LISTEN_SECONDS)
        self.leave()
        with unit_of_work(self._scope) as session:
            WorkerService(session).stop(self.me)
        logger.info("Runner %s ends.", self.me.owner)
        logging.shutdown()
        os._exit(0)  # A phase that is still in work must not keep the process.

    def _be_told(self, *_: object) -> None:
        """Note a signal; it may come at any moment, so nothing here takes a lock."""
        self._told_to_stop = True

    def start(self, first: LeaseClaim | None = None) -> None:
        """Begin to work in the background, with the lease ``first`` if given."""
        self._held = first
        self._first = first
        if first is not None:
            self._idle.clear()
        self._clock.every(settings().beat_seconds, "beat", self.beat)
        self._source.start()
        self._clock.start()

    def leave(self) -> None:
        """Claim nothing more; let the phase finish for a while, else hand it back."""
        self._stopping.set()
        self._source.stop()
        if not self._idle.wait(settings().drain_seconds):
            self._hand_back()
        self._asked.hand_back()
        self._clock.stop()
        self._source.close()

    def tick(self) -> None:
        """Claim and run workflows until none is due."""
        first, self._first = self._first, None
        if first is not None:
            self.work(first)
        while self._claim_and_work(self._only):
            pass

    def take(self, workflow_id: UUID) -> None:
        """Claim this workflow, if it is due, and run its current phase."""
        self._claim_and_work(workflow_id)

    def work(self, lease: LeaseClaim) -> None:
        """Run the workflow of ``lease`` as far as it goes."""
        self._idle.clear()
        self._held = lease
        try:
            self._manager.run_workflow(lease)
        finally:
            self._held = None
            self._idle.set()

    def _claim_and_work(self, only: UUID | None) -> bool:
        """Claim what is due, if anything is, and run it; return whether it was."""
        self._idle.clear()  # From the claim on there is something to hand back.
        try:
            if self._stopping.is_set():
                return False
            with unit_of_work(self._scope) as session:
                leases = WorkflowLeaseService(session)
                lease = leases.claim(self.me.owner, only)
            if lease is not None:
                self.work(lease)
            return lease is not None
        finally:
            self._idle.set()

    def beat(self) -> None:
        """Keep the lease, say that this process lives, and mind the time limit."""
        held, in_work = self._held, self._in_work
        if in_work is not None and self._overdue(in_work):
            self._end_overdue(in_work)
        with unit_of_work(self._scope) as session:
            if held is not None:
                WorkflowLeaseService(session).extend(held)
            WorkerService(session).beat(self.me, draining=self._stopping.is_set())
        self._asked.keep()
        keep_open_logs()

    def sweep(self) -> None:
        """Fail workflows whose phase ended its process as often as it may."""
        while not self._stopping.is_set():
            with unit_of_work(self._scope) as session:
                spent = WorkflowLeaseService(session).claim_spent(self.me.owner)
            if spent is None:
                return
            _fail_as_crash_loop(spent)

    def retain(self) -> None:
        """Clean away what is used up, if no runner did so a while ago."""
        with unit_of_work(self._scope) as session:
            mine = WorkerService(session).begin_cleaning(
                self.me, settings().retention_minutes
            )
        if mine:
            logger.info("Cleaned away: %s.", RetentionService().clean())

    def do_asked(self) -> None:
        """Do what was asked for engagements, beside the workflows."""
        while not self._stopping.is_set() and self._asked.do_next():
            pass

    def _watch(self, claim: Claim | None) -> None:
        self._in_work, self._began_at = claim, time.monotonic()

    def _overdue(self, claim: Claim) -> bool:
        return time.monotonic() - self._began_at > _time_limit(claim)

    def _end_overdue(self, claim: Claim) -> None:
        """Fail the phase and end this process: nothing else ends a hanging phase."""
        error = PhaseTimeoutError(
            f"The phase took longer than {_time_limit(claim):,.0f} seconds and was "
            "ended; retry it with a longer time limit, or split the import."
        )
        try:
            with unit_of_work(claim.scope) as session:
                WorkflowStateService(session).fail_phase(claim, error, retryable=False)
        except LostLeaseError as lost:
            if self._in_work is not claim:
                return  # It ended just now, and the next one is within its limit.
            logger.warning("A phase hangs that is another's by now: %s", lost)
        with same_phase_log(claim):
            logger.error("Phase %s is over its time limit.", claim.phase)
        os._exit(TIMEOUT_EXIT)

    def _work_source(self) -> WorkSource:
        if self._only is None and settings().dispatcher is Dispatcher.PROCRASTINATE:
            # Only who uses the queue pays for its import.
            from discovery_app.jobs.dispatchers.procrastinate import QueueSource

            return QueueSource(self._clock, self.take, self.me.owner)
        return ClockSource(self._clock, self.tick)

    def _hands_on(self) -> bool:
        return self._source.one_phase or self._stopping.is_set()

    def _hand_back(self) -> None:
        """Hand back what is in work, at whatever moment of it this is.

        Between a claim and its first try, and between two phases, there is no try to
        hand back; the next one begins in a moment.
        """
        until = time.monotonic() + _HAND_BACK_SECONDS
        while not self._idle.wait(_MOMENT_SECONDS) and time.monotonic() < until:
            claim = self._in_work
            if claim is not None and _handed_back(claim):
                return


def _handed_back(claim: Claim) -> bool:
    """Hand the try of ``claim`` back; return whether it still ran."""
    try:
        with unit_of_work(claim.scope) as session:
            WorkflowStateService(session).hand_back(claim)
    except DiscoveryError as error:  # It ended just now, or is another's.
        logger.info("Nothing was handed back: %s", error)
        return False
    return True


def _time_limit(claim: Claim) -> float:
    """Return how many seconds the claimed phase may take."""
    chosen = claim.state.options.phase_timeout_seconds
    return chosen or settings().phase_timeout_seconds


def _fail_as_crash_loop(spent: LeaseClaim) -> None:
    error = CrashLoopError(
        f"The phase ended its process {spent.attempt} times; look at the workers' "
        "memory and log, then retry."
    )
    with unit_of_work(worker_scope(spent)) as session:
        states = WorkflowStateService(session)
        claim = states.begin(spent)
        if claim is not None:
            states.fail_phase(claim, error, retryable=False)


def main() -> None:
    """Run one slot until it is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--parent", type=int, default=0)
    given = parser.parse_args()
    write_log()
    if given.parent:
        end_with_parent(given.parent)
    prepare(apply=False)
    Runner(given.name).run()


if __name__ == "__main__":
    main()
