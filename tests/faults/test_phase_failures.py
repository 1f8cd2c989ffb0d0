"""Phases that hang, that kill their process or that meet a passing trouble."""

import pytest

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.errors import InvalidInputError, UnavailableError
from discovery_app.jobs.runner import TIMEOUT_EXIT
from discovery_app.jobs.workflow_manager import is_transient
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.services.workflow_work import retry_delay_seconds
from tests.factories import make_claim, make_scope
from tests.processes import (
    demo_file,
    look,
    runner,
    start_discovery,
    wait_for_rest,
    wait_until,
)

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

SMALL = {"contoso-server.csv": demo_file("contoso-server.csv")}


@pytest.fixture
def impatient(monkeypatch):
    """Beats and sweeps come fast, and a phase may be claimed three times."""
    monkeypatch.setenv("DISCOVERY_BEAT_SECONDS", "0.3")
    monkeypatch.setenv("DISCOVERY_SWEEP_SECONDS", "0.3")
    monkeypatch.setenv("DISCOVERY_MAX_ATTEMPTS", "3")
    settings.cache_clear()


def test_a_hanging_phase_is_ended_with_its_process(impatient):
    scope, started = start_discovery(files=SMALL)

    with runner(
        DISCOVERY_FAULT="in_phase:data_validation:hang",
        DISCOVERY_PHASE_TIMEOUT_SECONDS="2",
    ) as process:
        wait_until(lambda: process.poll() is not None, "the runner ends itself")
    done = look(scope, started)

    assert process.returncode == TIMEOUT_EXIT
    assert (done.status, done.current_phase) == ("failed", "data_validation")
    assert done.failure.error_type == "Timeout"
    assert "2 seconds" in done.failure.message
    assert not done.failure.retryable


def test_a_poison_phase_is_claimed_as_often_as_it_may_and_others_go_on(impatient):
    scope, poisoned = start_discovery(files=SMALL)
    _, other = start_discovery(
        scope, {"northwind-vinfo.csv": demo_file("northwind-vinfo.csv")}
    )
    fault = f"in_phase:data_validation:kill:{poisoned.workflow_id}"

    killed = 0
    while look(scope, poisoned).status != "failed":
        with runner(DISCOVERY_FAULT=fault) as process:
            wait_until(
                lambda: (
                    process.poll() is not None
                    or look(scope, poisoned).status == "failed"
                ),
                "the runner is killed, or gives the phase up",
            )
            killed += process.poll() is not None
        assert killed <= 3
    with runner():
        went_on = wait_for_rest(scope, other)

    done = look(scope, poisoned)
    assert killed == 3
    assert done.failure.error_type == "CrashLoop"
    assert done.failure.phase == "data_validation"
    assert went_on.status == "completed"


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (UnavailableError("The storage is away."), True),
        (ConnectionResetError("reset"), True),
        (TimeoutError("The model does not answer."), True),
        (InvalidInputError("The header is gone."), False),
        (KeyError("column"), False),
    ],
    ids=["storage", "network", "model", "input", "defect"],
)
def test_only_what_may_pass_is_tried_again(error, again):
    claim = make_claim(make_scope())

    with unit_of_work(claim.scope) as session:
        tried = WorkflowStateService(session).fail_phase(
            claim, error, retryable=is_transient(error)
        )

    assert tried is again


def test_each_wait_doubles_up_to_the_cap_and_no_two_are_alike(monkeypatch):
    monkeypatch.setenv("DISCOVERY_RETRY_BASE_SECONDS", "2")
    monkeypatch.setenv("DISCOVERY_RETRY_CAP_SECONDS", "20")
    settings.cache_clear()

    waits = {n: [retry_delay_seconds(n) for _ in range(50)] for n in range(1, 7)}

    for attempt, longest in {1: 2, 2: 4, 3: 8, 4: 16, 5: 20, 6: 20}.items():
        assert longest / 2 <= min(waits[attempt]) < max(waits[attempt]) <= longest
