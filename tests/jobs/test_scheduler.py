"""The runner's clock: nothing that happens to a machine may stop it for long."""

import datetime
import time

import pytest
from apscheduler.schedulers import base
from apscheduler.triggers import interval

from discovery_app.jobs import scheduler
from discovery_app.jobs.scheduler import RunnerClock
from tests.processes import wait_until


@pytest.fixture
def ticks():
    """A clock that ticks quickly, and when it did."""
    clock, times = RunnerClock(), []
    clock.every(0.05, "tick", lambda: times.append(time.monotonic()))
    clock.start()
    wait_until(lambda: len(times) > 2, "it ticks", 5)
    yield times
    clock.stop()


def set_clock(monkeypatch, seconds):
    """Let the machine's clock be ``seconds`` off from now on."""
    real, moment = time.time, datetime.datetime

    class Moment(moment):
        @classmethod
        def now(cls, tz=None):
            return moment.fromtimestamp(real() + seconds, tz)

    monkeypatch.setattr(time, "time", lambda: real() + seconds)
    for module in (base, interval, scheduler):
        monkeypatch.setattr(module, "datetime", Moment)


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_goes_on_when_the_machine_s_clock_is_set(seconds, ticks, monkeypatch):
    set_clock(monkeypatch, seconds)
    time.sleep(0.2)  # What was due before is done.
    before = len(ticks)

    wait_until(lambda: len(ticks) > before + 3, "it ticks on", 5)

    assert len(ticks) < before + 200, "It does not make up for the hour."


def test_a_job_that_breaks_is_called_again():
    clock, calls = RunnerClock(), []

    def breaks():
        calls.append(1)
        raise ConnectionError

    clock.every(0.05, "tick", breaks)
    clock.start()
    wait_until(lambda: len(calls) > 2, "it is called again", 5)
    clock.stop()


def test_a_word_that_comes_after_its_end_is_ignored():
    clock = RunnerClock()
    clock.every(60, "tick", lambda: None)
    clock.start()
    clock.stop()

    clock.fire_tick()
