"""The database is killed in the middle of a run; the run goes on after its return."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from discovery_app.database import EmbeddedServer, migrate
from discovery_app.phases import ORDER
from tests.conftest import SERVER_PREFIX, forget_settings
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
