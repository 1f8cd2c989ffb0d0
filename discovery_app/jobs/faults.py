"""Named points at which a test may end the process, and nothing else can."""

import logging
import os
import signal

from discovery_app.config import settings

logger = logging.getLogger(__name__)


def fault_point(point: str, phase: str) -> None:
    """End this process by SIGKILL if ``DISCOVERY_FAULT`` names this point and phase.

    Args:
        point: ``after_claim``, ``in_phase``, ``before_phase_commit`` or
            ``after_phase_commit``.
        phase: The phase that is in work; the setting is ``point:phase``.
    """
    armed = settings().fault
    if armed and armed == f"{point}:{phase}":
        logger.warning("Fault point %s is armed: this process ends now.", armed)
        os.kill(os.getpid(), signal.SIGKILL)
