"""Does what an engagement waits for, where no runner may be there to do it."""

import os
import socket
import time
from typing import Final

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope, WorkerScope
from discovery_app.domain.engagement_request import RequestKind
from discovery_app.jobs.asked_work import AskedWork
from discovery_app.jobs.scheduler import ASKED_WORK, RunnerClock
from discovery_app.services.engagement_requests import EngagementRequestService

_LOOK_SECONDS: Final = 0.3


def runner_name() -> str:
    """Return the name of this command as a runner."""
    return f"cli-{socket.gethostname()}-{os.getpid()}"


def do_asked(scope: Scope) -> None:
    """Do what was asked for the engagement, or wait until its runner has.

    Summaries by a model are left to runners: nobody waits for them here.
    """
    work = AskedWork(
        WorkerScope(runner_name()), scope.engagement_id, kind=RequestKind.EVALUATION
    )
    clock = RunnerClock()
    clock.every(settings().beat_seconds, ASKED_WORK, work.keep)
    clock.start()
    try:
        while _is_open(scope):
            if not work.do_next():
                time.sleep(_LOOK_SECONDS)
    finally:
        work.hand_back()
        clock.stop()


def _is_open(scope: Scope) -> bool:
    with unit_of_work(scope) as session:
        asked = EngagementRequestService(session).view(scope, RequestKind.EVALUATION)
    return asked is not None and asked.is_open
