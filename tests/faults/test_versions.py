"""Old and new code side by side: each runs what it can read and leaves the rest."""

import json
import subprocess
import sys

import pytest
import sqlalchemy as sa

from discovery_app.domain.discovery_flow_state import SCHEMA_VERSION
from tests.conftest import ROOT
from tests.faults.fleet import QUICK
from tests.faults.oracles import violations
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
            env=_environment(),
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


def _environment():
    import os

    return os.environ | QUICK
