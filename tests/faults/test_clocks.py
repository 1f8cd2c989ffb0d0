"""A worker whose clock is an hour off does the same: the database's clock counts."""

import os

import pytest
import sqlalchemy as sa

from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.oracles import violations
from tests.processes import runner, start_discovery, wait_for_rest

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

WRONG_CLOCK = """
import datetime, time

OFF = {seconds}
real_time, RealMoment = time.time, datetime.datetime


class Moment(RealMoment):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(real_time() + OFF, tz)


time.time = lambda: real_time() + OFF
datetime.datetime = Moment
"""
"""Python reads this before anything else: every later reading of the clock is off."""


@pytest.mark.parametrize("seconds", [3600, pytest.param(-3600, marks=pytest.mark.long)])
def test_a_wrong_clock_changes_nothing(seconds, database, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK.format(seconds=seconds))
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    started = [start_discovery() for _ in range(3)]

    with runner("right", **QUICK), runner("wrong", **QUICK, PYTHONPATH=path):
        ended = [wait_for_rest(scope, one) for scope, one in started]

    assert {one.status for one in ended} == {"completed"}
    assert {run.status for one in ended for run in one.tries} == {"completed"}
    assert violations(database, LEASE_SECONDS) == []
    with database.as_owner() as connection:
        furthest = connection.execute(
            sa.text(
                "select max(abs(extract(epoch from clock_timestamp() - started_at)))"
                " from workflow_phase_runs"
            )
        ).scalar_one()
    assert furthest < 120
