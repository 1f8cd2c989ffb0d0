"""Old and new code side by side: each runs what it can read and leaves the rest."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest
import sqlalchemy as sa

from discovery_app.config import settings
from discovery_app.database import migrate
from discovery_app.database.migrations import ALEMBIC_FOLDER, code_revision
from discovery_app.domain.discovery_flow_state import SCHEMA_VERSION
from tests.conftest import ROOT
from tests.database.conftest import write_revision
from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.oracles import inventory, violations
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]


def written_by(database, workflow_id, version: int, **more: object) -> None:
    """Let the stored state look as if another version of the app had written it."""
    with database.as_owner() as connection:
        connection.execute(
            sa.text(
                "update workflow_states set state_data = state_data ||"
                " cast(:more as jsonb) where id = :id"
            ),
            {"id": workflow_id, "more": json.dumps(more | {"schema_version": version})},
        )


def test_newer_state_is_left_to_newer_workers(database, tmp_path):
    newer_scope, newer = start_discovery()
    scope, ours = start_discovery()
    written_by(database, newer.workflow_id, SCHEMA_VERSION + 1, of_tomorrow="yes")
    log = tmp_path / "log"

    with (
        log.open("w") as target,
        subprocess.Popen(
            [sys.executable, "-m", "discovery_app.jobs.runner", "old"],
            cwd=ROOT,
            env=os.environ | QUICK,
            stderr=target,
        ) as process,
    ):
        done = wait_for_rest(scope, ours)
        wait_until(lambda: "is left to newer workers" in log.read_text(), "it says so")
        process.terminate()
    left = look(newer_scope, newer)

    assert done.status == "completed"
    assert (left.status, left.attempt, left.tries) == ("queued", 0, ())
    assert str(newer.workflow_id) in log.read_text()
    assert left.state_data["of_tomorrow"] == "yes"
    assert violations(database) == []


def test_older_state_is_upcast(database):
    scope, started = start_discovery()
    written_by(database, started.workflow_id, 1)

    with runner(**QUICK):
        done = wait_for_rest(scope, started)

    assert done.status == "completed"
    assert done.state_data["schema_version"] == SCHEMA_VERSION


NEWER = """
from discovery_app.domain import discovery_flow_state as flow

ours = flow.SCHEMA_VERSION
upcast = {ours: lambda old: {**old, "schema_version": ours + 1}}
flow.UPCASTERS = {**flow.UPCASTERS, **upcast}
flow.SCHEMA_VERSION = ours + 1

from discovery_app.jobs.runner import Runner
from discovery_app.logs import write_log

write_log()
Runner("new").run()
"""
"""The next version of the app: its state is one newer, and older state is upcast."""

HOT = ("workflow_states", "workflow_leases", "workflow_phase_runs", "workflow_events")

LOCK_WAIT = """
    select coalesce(max(extract(epoch from clock_timestamp() - waitstart)), 0)
    from pg_locks where not granted
"""


@pytest.mark.long
@pytest.mark.timeout(240)
def test_old_and_new_workers_share_the_work_while_the_schema_grows(
    database, tmp_path, monkeypatch
):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", "procrastinate")
    settings.cache_clear()
    calm_scope, calm = start_discovery()
    with runner(**QUICK):
        assert wait_for_rest(calm_scope, calm).status == "completed"
    wanted = inventory(database, calm_scope.engagement_id)
    started = [start_discovery() for _ in range(8)]
    log = tmp_path / "log"

    with ExitStack() as opened:
        words = opened.enter_context(log.open("w"))
        start = partial(opened_process, opened, words)
        start("-m", "discovery_app.jobs.runner", "old")
        threads = opened.enter_context(ThreadPoolExecutor(2))
        wait_until(lambda: has_begun(*started[0]), "the old one works")
        migrating = threads.submit(migrate, next_schema(tmp_path))
        longest = threads.submit(longest_lock_wait, database, migrating.done)
        start("-c", NEWER)
        ended = [wait_for_rest(scope, one, 120) for scope, one in started]
        assert migrating.result(60) == "next"

    assert {one.status for one in ended} == {"completed"}
    assert longest.result(10) < 2.0
    workers = {run.worker.partition("/")[0] for one in ended for run in one.tries}
    assert workers == {"old", "new"}
    assert {run.attempt for one in ended for run in one.tries} == {1}
    assert "is left to newer workers" in log.read_text()
    assert violations(database, LEASE_SECONDS) == []
    for scope, _ in started:
        assert inventory(database, scope.engagement_id) == wanted


def opened_process(opened, words, *command):
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=os.environ | QUICK, stderr=words
    )
    opened.callback(process.wait, 30)
    opened.callback(process.terminate)


def has_begun(scope, started):
    return look(scope, started).status != "queued"


def next_schema(tmp_path):
    """Return migrations that add a column to every table that workers write to."""
    folder = tmp_path / "alembic"
    shutil.copytree(ALEMBIC_FOLDER, folder)
    changes = [f"ALTER TABLE {one} ADD of_tomorrow text" for one in HOT]
    write_revision(folder, "next", code_revision(), *changes)
    return folder


def longest_lock_wait(database, done):
    """Return how many seconds any session waited for a lock at most, until ``done``."""
    waits = [0.0]
    while not done():
        with database.as_owner() as connection:
            waits.append(connection.execute(sa.text(LOCK_WAIT)).scalar_one())
        time.sleep(0.05)
    return float(max(waits))
