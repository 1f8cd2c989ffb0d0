"""A bucket serves as the storage that machines share; a local S3 server plays it."""

import os
import subprocess
import sys
from contextlib import ExitStack

import polars as pl
import pytest

from discovery_app.config import settings
from discovery_app.errors import UnavailableError
from tests.buckets import bucket_for
from tests.conftest import ROOT
from tests.faults.fleet import QUICK
from tests.processes import start_discovery, wait_for_rest

MACHINE = ("--slots", "1", "--name")


@pytest.fixture
def bucket(monkeypatch):
    """A bucket on a server of this test; its settings reach child processes."""
    with bucket_for(monkeypatch) as made:
        yield made


def test_what_is_stored_is_read_back(bucket):
    store = bucket.store

    stored = store.write("uploads/one", [b"in ", b"pieces"])

    assert (stored.size_bytes, store.read("uploads/one")) == (9, b"in pieces")
    assert store.keys("uploads") == ["uploads/one"]
    store.delete("uploads")
    assert store.keys("uploads") == []


def test_frames_go_and_come_back(bucket):
    store, frame = bucket.store, pl.DataFrame({"host": ["a", None]})

    store.write_frame("frames/one.parquet", frame)

    assert store.read_frame("frames/one.parquet").equals(frame)


def test_a_write_that_breaks_off_leaves_nothing(bucket):
    store = bucket.store

    def broken():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write("uploads/one", broken())

    assert store.keys("uploads") == []


def test_what_is_not_there_is_unavailable(bucket):
    with pytest.raises(UnavailableError, match="DISCOVERY_STORAGE_URL"):
        bucket.store.read("uploads/none")


def test_a_bucket_that_is_away_is_tried_again_later(bucket):
    store = bucket.store
    store.write("uploads/one", [b"bytes"])
    bucket.server.stop()

    with pytest.raises(UnavailableError):
        store.read("uploads/one")
    with pytest.raises(UnavailableError):
        store.write("uploads/two", [b"bytes"])


@pytest.mark.faults
@pytest.mark.usefixtures("bucket", "database")
def test_machines_share_nothing_but_database_and_bucket(monkeypatch, tmp_path):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", "procrastinate")
    settings.cache_clear()
    started = [start_discovery() for _ in range(4)]

    with ExitStack() as machines:
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            own = QUICK | {"DISCOVERY_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
            machine = subprocess.Popen(
                [sys.executable, "-m", "discovery_app", "worker", *MACHINE, name],
                cwd=folder,
                env=os.environ | own,
            )
            machines.callback(machine.wait, 30)
            machines.callback(machine.terminate)
        ended = [wait_for_rest(scope, one) for scope, one in started]

    assert {one.status for one in ended} == {"completed"}
    workers = {run.worker.partition("/")[0] for one in ended for run in one.tries}
    assert workers == {"one-1", "two-1"}
    assert not list(tmp_path.glob("*/storage"))
