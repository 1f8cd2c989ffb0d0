"""Named points at which a test may end or hang the process, and nothing else can."""

import logging
import os
import signal
import threading
from enum import StrEnum
from uuid import UUID

from discovery_app.config import settings

logger = logging.getLogger(__name__)


class FaultMode(StrEnum):
    """What an armed fault point does."""

    KILL = "kill"
    HANG = "hang"


def fault_point(point: str, phase: str, workflow_id: UUID | None = None) -> None:
    """Do what ``DISCOVERY_FAULT`` says of this point and phase; mostly nothing.

    The setting is ``point:phase``, ``point:phase:mode`` or
    ``point:phase:mode:workflow``: ``kill`` ends this process by SIGKILL, ``hang`` stops
    the calling thread for ever while the others go on, and a workflow's id leaves all
    other workflows alone.

    Args:
        point: ``after_claim``, ``in_phase``, ``before_phase_commit`` or
            ``after_phase_commit``.
        phase: The phase that is in work.
    """
    armed = settings().fault
    if not armed:
        return
    wanted_point, _, rest = armed.partition(":")
    wanted_phase, _, rest = rest.partition(":")
    mode, _, only = rest.partition(":")
    if (wanted_point, wanted_phase) != (point, phase):
        return
    if only and only != str(workflow_id):
        return
    _do(FaultMode(mode or FaultMode.KILL), armed)


def _do(mode: FaultMode, armed: str) -> None:
    if mode is FaultMode.HANG:
        logger.warning("Fault point %s is armed: this thread hangs now.", armed)
        threading.Event().wait()
    logger.warning("Fault point %s is armed: this process ends now.", armed)
    os.kill(os.getpid(), signal.SIGKILL)
