"""The database is killed in the middle of a run; the run goes on after its return."""

import os
import shutil
import signal
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from discovery_app.config import settings
from discovery_app.database import EmbeddedServer, dispose_engine, migrate
from discovery_app.database.addresses import owner_url
from discovery_app.database.pool import single_use_engine
from discovery_app.phases import ORDER
from tests.conftest import SERVER_PREFIX, forget_settings
from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.oracles import inventory, violations
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = pytest.mark.faults

ROWS = 40_000
"""So many that each phase takes long enough to be hit in the middle."""


@pytest.fixture
def own_server(monkeypatch):
    """A durable server that this test may kill, and the app's embedded one."""
    folder = Path(tempfile.mkdtemp(prefix=f"{SERVER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    monkeypatch.setenv("DISCOVERY_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("DISCOVERY_LEASE_SECONDS", "3")
    monkeypatch.setenv("DISCOVERY_BEAT_SECONDS", "1")
    forget_settings()
    server = EmbeddedServer.start_or_attach(folder / "data")
    migrate()
    yield server
    forget_settings()
    EmbeddedServer.start_or_attach(folder / "data").stop()
    shutil.rmtree(folder, ignore_errors=True)


def servers_csv() -> bytes:
    lines = ["Hostname,IP Address,Operating System,RAM (GB),Serial Number"]
    lines += [
        f"srv-{n:05d},10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255},RHEL 9,16,SN{n:06d}"
        for n in range(ROWS)
    ]
    return "\n".join(lines).encode()


@pytest.mark.long
@pytest.mark.parametrize("phase", ["data_cleansing", "database_integration"])
def test_a_killed_database_loses_nothing(phase, own_server):
    scope, started = start_discovery(files={"servers.csv": servers_csv()})
    with runner():
        wait_until(lambda: look(scope, started).current_phase == phase, f"{phase} runs")
        os.kill(own_server.pid(), signal.SIGKILL)
        wait_until(lambda: not own_server.is_running(), "the database is gone")
        EmbeddedServer.start_or_attach(own_server.data_dir)

        done = wait_for_rest(scope, started, seconds=90)

    assert done.status == "completed"
    completed = [one.phase for one in done.tries if one.status == "completed"]
    assert completed == list(ORDER)
    accounting = done.state_data["database_integration"]["accounting"]
    assert (accounting["rows_in"], accounting["created"]) == (ROWS, ROWS)


class OwnDatabase:
    """The app's embedded database as the oracles want it."""

    @contextmanager
    def as_owner(self):
        with single_use_engine(owner_url()).begin() as connection:
            yield connection


@pytest.mark.parametrize(
    ("dispatcher", "away_seconds"),
    [
        ("procrastinate", 0.0),
        pytest.param("apscheduler", 0.0, marks=pytest.mark.long),
        pytest.param("procrastinate", 10.0, marks=pytest.mark.long),
        pytest.param("apscheduler", 10.0, marks=pytest.mark.long),
        pytest.param("procrastinate", 60.0, marks=pytest.mark.long),
        pytest.param("apscheduler", 60.0, marks=pytest.mark.long),
    ],
)
def test_a_database_that_goes_away_under_load_loses_nothing(
    dispatcher, away_seconds, own_server, monkeypatch
):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", dispatcher)
    monkeypatch.setenv("DISCOVERY_MAX_ATTEMPTS", "50")
    settings.cache_clear()
    calm_scope, calm = start_discovery()
    with runner(**QUICK):
        assert wait_for_rest(calm_scope, calm).status == "completed"
    wanted = inventory(OwnDatabase(), calm_scope.engagement_id)
    started = [start_discovery() for _ in range(6)]

    with ExitStack() as machines:
        for name in ("worker-1", "worker-2"):
            machines.enter_context(runner(name, **QUICK))
        for share in (1, 3):
            wait_until(lambda n=share: completed(started) >= n, f"{share} completed")
            assert own_server._pg_ctl("stop", 10, "-m", "immediate")
            time.sleep(away_seconds)
            EmbeddedServer.start_or_attach(own_server.data_dir)
            dispose_engine()  # This process's connections are gone, too.
        ended = [wait_for_rest(scope, one, seconds=90) for scope, one in started]

    assert {one.status for one in ended} == {"completed"}
    assert violations(OwnDatabase(), LEASE_SECONDS) == []
    for scope, _ in started:
        assert inventory(OwnDatabase(), scope.engagement_id) == wanted


def completed(started):
    return sum(look(scope, one).status == "completed" for scope, one in started)
