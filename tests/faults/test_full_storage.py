"""The storage takes nothing more: the run waits, and goes on when there is room."""

import os
import resource
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.fleet import QUICK
from tests.faults.oracles import violations
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

LIMIT_BYTES = 512
"""Less than any frame: the system refuses the write, as a full disk does."""


def no_room():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))


def test_a_full_storage_is_waited_for(database):
    scope, started = start_discovery()
    with subprocess.Popen(
        [sys.executable, "-B", "-m", "discovery_app.jobs.runner", "full"],
        cwd=ROOT,
        env=os.environ | QUICK,
        preexec_fn=no_room,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(
                lambda: look(scope, started).status == "retry_wait",
                "it waits to try again",
            )
        finally:
            process.kill()
    waiting = look(scope, started)

    with runner("roomy", **QUICK):
        done = wait_for_rest(scope, started)

    failed = [one for one in waiting.tries if one.status == "failed"]
    assert failed[0].error_type == "UnavailableError"
    assert "check that it has room" in failed[0].error_message
    assert done.status == "completed"
    assert violations(database) == []
