"""Keeping the log of a phase while it runs and when it has ended."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.phase_logs import LogLines
from discovery_app.domain.workflow import Claim
from discovery_app.errors import DiscoveryError
from discovery_app.logs import collected_lines, log_ids
from discovery_app.services.phase_logs import PhaseLogService

logger = logging.getLogger(__name__)


class _Open:
    """The log of a try that this process has in work."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.lines = LogLines()
        self._kept = 0

    def keep(self) -> None:
        """Store new lines. That it fails must not end a phase that works."""
        kept = self._kept
        if self.lines.count == kept:
            return
        try:
            with unit_of_work(self.claim.scope) as session:
                self.keep_in(session)
        except DiscoveryError as error:
            self._kept = kept
            logger.warning("The log of this phase could not be kept: %s", error)

    def keep_in(self, session: Session) -> None:
        """Store new lines by the unit of work of ``session``.

        If that fails they are stored with the next line, which says so.
        """
        number = self.lines.count
        if number != self._kept:
            PhaseLogService(session).keep(self.claim, self.lines)
            self._kept = number


_open: Final[dict[UUID, _Open]] = {}
"""By the phase run; one in a runner, which has one slot."""


@contextmanager
def phase_log(claim: Claim) -> Iterator[None]:
    """Name ``claim`` in every entry of the block, and keep what it logs."""
    log = _open[claim.phase_run_id] = _Open(claim)
    try:
        with claim_ids(claim), collected_lines(log.lines):
            logger.info(
                "Phase %s began: attempt %d of %d, run %d.",
                claim.phase,
                claim.attempt,
                claim.max_attempts,
                claim.run_number,
            )
            try:
                yield
            finally:
                log.keep()
    finally:
        del _open[claim.phase_run_id]


@contextmanager
def same_phase_log(claim: Claim) -> Iterator[None]:
    """Do as ``phase_log`` from another thread, about a phase that is in work."""
    log = _open.get(claim.phase_run_id)
    if log is None:
        yield
        return
    with claim_ids(claim), collected_lines(log.lines):
        try:
            yield
        finally:
            log.keep()


def keep_log(session: Session, claim: Claim) -> None:
    """Store what the try of ``claim`` has logged together with what it has done.

    Call it last in a unit of work: until that ends, the clock's thread waits for it.
    """
    log = _open.get(claim.phase_run_id)
    if log is not None:
        log.keep_in(session)


def keep_open_logs() -> None:
    """Store what running phases have logged, for the case that this process dies."""
    for log in list(_open.values()):
        log.keep()


@contextmanager
def claim_ids(claim: Claim) -> Iterator[None]:
    """Name workflow, phase, attempt and tenant of ``claim`` in the block's entries."""
    with log_ids(
        workflow=claim.workflow_id,
        phase=claim.phase,
        attempt=claim.attempt,
        fence=claim.fence,
        client_account=claim.scope.client_account_id,
        engagement=claim.scope.engagement_id,
    ):
        yield
