"""Runners are killed, stopped and ended at random; every run ends as if undisturbed."""

import signal

import pytest
import sqlalchemy as sa

from discovery_app.config import settings
from tests.faults.fleet import storm

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

DISPATCHERS = ("apscheduler", "procrastinate")
KILL, STOP, END = signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM


@pytest.fixture(params=DISPATCHERS)
def environment(request, monkeypatch):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", request.param)
    monkeypatch.setenv("DISCOVERY_MAX_ATTEMPTS", "50")
    settings.cache_clear()
    return {"DISCOVERY_DISPATCHER": request.param}


@pytest.mark.parametrize(
    "environment",
    ["procrastinate", pytest.param("apscheduler", marks=pytest.mark.long)],
    indirect=True,
)
def test_a_few_blows_lose_nothing(database, environment):
    wrong = storm(
        database,
        workflows=6,
        workers=2,
        blows=[KILL, STOP, KILL],
        environment=environment,
        seconds=60,
        pause=(1.5, 2.5),
    )

    assert wrong == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_storm_of_kills_loses_nothing(database, environment):
    blows = [STOP if number % 6 == 5 else KILL for number in range(48)]

    wrong = storm(
        database,
        workflows=60,
        workers=4,
        blows=blows,
        environment=environment,
        seconds=800,
        pause=(1.0, 4.0),
    )

    assert blows.count(KILL) == 40
    assert blows.count(STOP) == 8
    assert wrong == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_storm_of_restarts_counts_no_attempt(database, environment):
    wrong = storm(
        database,
        workflows=20,
        workers=4,
        blows=[END] * 24,
        environment=environment,
        seconds=500,
        pause=(1.0, 3.0),
    )

    assert wrong == []
    with database.as_owner() as connection:
        tries = connection.execute(
            sa.text("select max(attempt) from workflow_phase_runs")
        )
        assert tries.scalar_one() == 1
