"""A runner that is killed in any phase loses nothing and repeats nothing."""

import os
import signal
from itertools import product

import pytest

from discovery_app.phases import ORDER
from tests.conftest import forget_settings
from tests.faults.oracles import inventory, violations
from tests.processes import (
    look,
    runner,
    start_discovery,
    wait_for_rest,
    wait_until,
)

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

POINTS = ("after_claim", "in_phase", "before_phase_commit")
QUICKLY = {
    ("after_claim", "field_mapping"),
    ("in_phase", "data_cleansing"),
    ("before_phase_commit", "database_integration"),
}
"""What the short form tries; the long form kills at every point of every phase."""
PLACES = [
    pytest.param(*place, marks=[] if place in QUICKLY else pytest.mark.long)
    for place in product(POINTS, ORDER)
]


def undisturbed(database):
    scope, started = start_discovery()
    with runner():
        assert wait_for_rest(scope, started).status == "completed"
    return inventory(database)


@pytest.fixture(scope="module")
def clean_copy(server, template, tmp_path_factory):
    """What a run leaves that nobody disturbs, in a database of its own."""
    made = server.create(f"undisturbed_{os.getpid()}", template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCOVERY_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        made.use(patch)
        content = undisturbed(made)
        forget_settings()
    server.drop(made.name)
    return content


@pytest.mark.parametrize(("point", "phase"), PLACES)
def test_a_killed_runner_loses_nothing(point, phase, clean_copy, database):
    scope, started = start_discovery()

    with runner(DISCOVERY_FAULT=f"{point}:{phase}") as process:
        wait_until(lambda: process.poll() is not None, "the runner is killed")
        assert process.returncode == -signal.SIGKILL
    killed = look(scope, started)
    with runner():
        done = wait_for_rest(scope, started)

    assert (killed.status, killed.current_phase) == ("running", phase)
    assert done.status == "completed"
    completed = [one.phase for one in done.tries if one.status == "completed"]
    assert completed == list(ORDER)
    lost = [one for one in done.tries if one.status == "failed"]
    assert [(one.phase, one.error_type) for one in lost] == [(phase, "LeaseExpired")]
    assert inventory(database) == clean_copy
    assert violations(database) == []


def test_a_runner_that_is_asked_to_stop_hands_its_workflow_back():
    scope, started = start_discovery()
    with runner(DISCOVERY_DRAIN_SECONDS="0") as process:
        wait_until(lambda: look(scope, started).status == "running", "it runs")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    left = look(scope, started)

    with runner("worker-2"):
        done = wait_for_rest(scope, started)

    assert left.status in {"queued", "completed"}
    assert done.status == "completed"
    assert {one.attempt for one in done.tries} == {1}
