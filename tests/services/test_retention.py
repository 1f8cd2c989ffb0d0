"""What is used up goes, and nothing that a run or the inventory needs."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import polars as pl
import pytest
import sqlalchemy as sa

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, WorkerScope
from discovery_app.errors import NotFoundError, NotSignedInError
from discovery_app.services.accounts import AccountService
from discovery_app.services.issue_downloads import IssueDownloadService
from discovery_app.services.retention import RetentionService
from discovery_app.services.staged_uploads import StagedUploadService
from discovery_app.services.workers import WorkerService, this_process
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import frame_key, object_store, upload_key
from tests import people
from tests.api.calls import finish_import, run_due
from tests.factories import make_claim, make_scope
from tests.processes import look, start_discovery

FILE = b"""Name,Operating system,Memory (MB)
web-01,Ubuntu 22.04,8192
,Ubuntu 22.04,4096
"""
FRAME = pl.DataFrame({"name": ["web-01"]})


@pytest.fixture
def make_old(database):
    """Makes every row of a table older by days."""

    def make(table, days, column="updated_at"):
        moved = sa.table(table, sa.column(column))
        with database.as_owner() as connection:
            connection.execute(
                sa.update(moved).values(
                    {column: moved.c[column] - timedelta(days=days)}
                )
            )

    return make


@pytest.fixture
def completed(database):
    """A run that published its inventory; one row of its file was rejected."""
    scope = make_scope(Role.ADMIN)
    started = finish_import(scope, {"servers.csv": FILE})
    return scope, started


@pytest.fixture
def cancelled(database):
    """A run that ended without a trace in the inventory."""
    scope, started = start_discovery(files={"servers.csv": FILE})
    with unit_of_work(scope) as session:
        WorkflowStateService(session).cancel(
            scope, started.workflow_id, reason="Wrong file", version=None
        )
    assert look(scope, started).status == "cancelled"
    return scope, started


def keep(monkeypatch, what, days):
    monkeypatch.setenv(f"DISCOVERY_KEEP_{what}_DAYS", str(days))
    settings.cache_clear()


def phases_with_frames():
    return {key.split("/")[4] for key in object_store().keys("frames")}


def rows_in(scope, table):
    with unit_of_work(scope) as session:
        count = sa.select(sa.func.count()).select_from(sa.table(table))
        return session.execute(count).scalar_one()


def rejected_rows(scope, started):
    with unit_of_work(scope) as session:
        service = IssueDownloadService(session)
        return b"".join(service.rejected_rows(scope, started.workflow_id))


def left_frame(claim, fence):
    """Store a frame as the first phase of ``claim`` under another fence would."""
    prefix = frame_key(
        claim.scope.engagement_id,
        claim.workflow_id,
        claim.run_number,
        claim.phase,
        fence,
    )
    object_store().write_frame(f"{prefix}/rows.parquet", FRAME)
    return f"{prefix}/rows.parquet"


def test_a_fresh_run_keeps_everything(completed):
    before = object_store().keys("")

    cleaned = RetentionService().clean()

    assert (cleaned.frames, cleaned.logs, cleaned.runs, cleaned.uploads) == (0, 0, 0, 0)
    assert object_store().keys("") == before


def test_frames_of_a_done_run_go_after_their_days(completed, make_old):
    downloaded = rejected_rows(*completed)
    make_old("workflow_states", 31)

    cleaned = RetentionService().clean()

    assert cleaned.frames > 4
    assert phases_with_frames() == {"data_source_analysis"}
    folders = (settings().data_dir / "storage" / "frames").glob("*/*/*/*")
    assert {folder.name for folder in folders} == {"data_source_analysis"}
    assert b"4096" in downloaded
    assert rejected_rows(*completed) == downloaded


def test_zero_days_keep_frames_for_ever(completed, make_old, monkeypatch):
    keep(monkeypatch, "FRAMES", 0)
    make_old("workflow_states", 3_000)

    assert RetentionService().clean().frames == 0


def test_a_phase_whose_frames_have_gone_fails_for_good_and_says_what_to_do(
    completed, make_old
):
    scope, started = completed
    make_old("workflow_states", 31)
    RetentionService().clean()
    with unit_of_work(scope) as session:
        WorkflowStateService(session).rerun_from(
            scope,
            started.workflow_id,
            phase="asset_classification",
            reason="Other classes",
            version=look(scope, started).version,
        )

    run_due()

    view = look(scope, started)
    assert (view.status, view.failure.error_type) == ("failed", "MissingInputError")
    assert "run the workflow again from the phase that leaves it" in (
        view.failure.message
    )


def test_frames_of_a_lost_lease_go_and_those_of_the_worker_in_work_stay(database):
    claim = make_claim(make_scope())
    lost, mine = left_frame(claim, claim.fence - 1), left_frame(claim, claim.fence)

    cleaned = RetentionService().clean()

    assert cleaned.frames == 1
    assert (object_store().has(lost), object_store().has(mine)) == (False, True)


def test_frames_of_a_run_that_was_removed_go(database):
    claim = make_claim(make_scope())
    gone = left_frame(replace(claim, workflow_id=uuid4()), claim.fence)

    RetentionService().clean()

    assert not object_store().has(gone)


def test_a_failed_run_keeps_the_frames_that_a_retry_goes_on_from(
    completed, make_old, database
):
    before = phases_with_frames()
    with database.as_owner() as connection:
        connection.execute(sa.text("update workflow_states set status = 'failed'"))
    make_old("workflow_states", 400)

    RetentionService().clean()

    assert phases_with_frames() == before


def test_runs_stay_for_ever_unless_days_are_set(cancelled, make_old):
    make_old("workflow_states", 3_000)

    assert RetentionService().clean().runs == 0
    assert look(*cancelled).status == "cancelled"


def test_a_run_that_left_nothing_goes_with_all_that_is_its(
    cancelled, make_old, monkeypatch, database
):
    scope, started = cancelled
    keep(monkeypatch, "RUNS", 365)
    make_old("workflow_states", 366)

    cleaned = RetentionService().clean()

    assert (cleaned.runs, cleaned.uploads) == (1, 1)
    with pytest.raises(NotFoundError):
        look(scope, started)
    for table in ("data_import_sessions", "data_import_files", "workflow_events"):
        assert rows_in(scope, table) == 0
    assert object_store().keys("") == []
    with database.as_owner() as connection:
        (entry,) = connection.execute(
            sa.text("select actor, data from audit_events where action='runs_removed'")
        )
    assert entry.actor == "retention"
    assert entry.data["runs"] == {str(started.workflow_id): "servers.csv"}


def test_a_run_that_the_inventory_stands_on_never_goes(
    completed, make_old, monkeypatch
):
    scope, started = completed
    keep(monkeypatch, "RUNS", 1)
    make_old("workflow_states", 3_000)

    cleaned = RetentionService().clean()

    assert (cleaned.runs, cleaned.uploads) == (0, 0)
    assert look(scope, started).status == "completed"
    assert rows_in(scope, "assets") == 1
    assert len(object_store().keys("uploads")) == 1
    assert b"4096" in rejected_rows(scope, started)


def test_a_run_that_still_waits_never_goes(database, make_old, monkeypatch):
    scope, started = start_discovery(files={"servers.csv": FILE})
    keep(monkeypatch, "RUNS", 1)
    make_old("workflow_states", 3_000)

    RetentionService().clean()

    assert look(scope, started).status == "queued"


def test_one_client_s_cleaning_leaves_another_s_alone(completed, make_old):
    before = object_store().keys("")
    make_old("workflow_states", 31)
    other = make_scope(Role.SYSTEM)

    cleaned = RetentionService().clean_engagement(other)

    assert cleaned.frames == 0
    assert object_store().keys("") == before


def test_logs_go_after_their_days(completed, make_old):
    scope, _ = completed
    assert rows_in(scope, "phase_logs") == 8

    make_old("phase_logs", 91)

    assert RetentionService().clean().logs == 8
    assert rows_in(scope, "phase_logs") == 0


def test_an_upload_that_was_never_started_goes(database):
    scope = replace(make_scope(), user_id=uuid4())
    uploads = StagedUploadService()
    fresh = uploads.take_in(scope, "fresh.csv", [FILE])
    old = uploads.take_in(scope, "old.csv", [FILE])
    long_ago = datetime.now(UTC) - timedelta(days=8)
    uploads._write(
        scope, scope.user_id, old.model_copy(update={"uploaded_at": long_ago})
    )

    cleaned = RetentionService().clean()

    assert cleaned.uploads == 1
    assert uploads.listed(scope) == (fresh,)
    assert object_store().keys("uploads") == [fresh.storage_key]


def test_bytes_that_no_upload_knows_go_once_they_are_old(database):
    scope, store = make_scope(), object_store()
    keys = [upload_key(scope.engagement_id, uuid4(), uuid4()) for _ in range(2)]
    for key in keys:
        store.write(key, [FILE])
    with store.local_path(keys[0]) as path:
        os.utime(path, (0, 0))

    assert RetentionService().clean().uploads == 1
    assert store.keys("uploads") == [keys[1]]


def test_sign_ins_that_ended_long_ago_go(database, make_old):
    ended = people.add_session()
    make_old("auth_sessions", 8, "expires_at")
    lives = people.add_session()

    cleaned = RetentionService().clean()

    assert cleaned.sign_ins == 1
    assert people.person_of(lives)
    with pytest.raises(NotSignedInError), unit_of_work(AccountScope()) as session:
        AccountService(session).person_by_session(ended)


def begin_cleaning(name):
    me = this_process(name)
    with unit_of_work(WorkerScope(me.owner)) as session:
        WorkerService(session).register(me)
    with unit_of_work(WorkerScope(me.owner)) as session:
        return WorkerService(session).begin_cleaning(me, minutes=60)


def test_one_runner_of_all_cleans_once_an_hour(database, make_old):
    assert [begin_cleaning(name) for name in ("host-1", "host-2", "host-1")] == [
        True,
        False,
        False,
    ]
    make_old("workers", 1, "cleaned_at")

    assert begin_cleaning("host-2")


def test_while_one_runner_begins_another_does_not_wait(database):
    first, second = this_process("host-1"), this_process("host-2")
    for me in (first, second):
        with unit_of_work(WorkerScope(me.owner)) as session:
            WorkerService(session).register(me)

    with unit_of_work(WorkerScope(first.owner)) as session:
        assert WorkerService(session).begin_cleaning(first, minutes=60)
        with unit_of_work(WorkerScope(second.owner)) as other:
            assert not WorkerService(other).begin_cleaning(second, minutes=60)


def test_a_worker_that_is_long_gone_is_forgotten(database, make_old):
    begin_cleaning("host-1")
    make_old("workers", 31, "heartbeat_at")

    assert RetentionService().clean().workers == 1
