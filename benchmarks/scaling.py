"""Runners that share one queue: 1, 2 and 4 of them, under each dispatcher.

The runners are the product's own processes, one slot each; only what the phases do is
taken out. The workflows lie in the queue, held back, until every runner is ready; then
one transaction lets them go. Counted are the phases that were committed, from that
moment to the last, by the database's clock: claims, recorded inputs, progress, logs and
all commits included. *Empty phases* do nothing: more runners help as long as there are
cores. *Waiting phases* rest 50 ms each, as one that asks another machine: what the
runners wait for must overlap, and the queue must not be what they wait for. The ratio
is to one runner under the same dispatcher.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from benchmarks import empty_work
from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.config import Dispatcher
from discovery_app.database.addresses import owner_url
from discovery_app.database.pool import single_use_engine
from discovery_app.domain.access import Scope
from discovery_app.phases import ORDER
from discovery_app.storage import object_store

RUNNERS: Final = (1, 2, 4)
EMPTY_WORKFLOWS: Final = 40
WAITING_WORKFLOWS: Final = 8
WAITING_SECONDS: Final = 0.05
LISTEN_SECONDS: Final = 1.5
LONGEST_SECONDS: Final = 300.0

_HOLD = sa.text("UPDATE workflow_leases SET runnable = false WHERE id = :id")
_EMPTY_QUEUE = sa.text("DELETE FROM procrastinate.procrastinate_jobs")
_READY = sa.text(
    "SELECT count(*) FROM workers WHERE stopped_at IS NULL"
    " AND name LIKE :names AND heartbeat_at > started_at"
)
_LET_GO = sa.text(
    """
    WITH gone AS (
        UPDATE workflow_leases SET runnable = true, run_after = clock_timestamp()
        WHERE id = ANY (:ids) RETURNING id
    )
    SELECT clock_timestamp(), count(pg_notify('workflow_queued', id::text)) FROM gone
    """
)
_QUEUE = sa.text("SELECT public.queue_workflow(id, '{}') FROM unnest(:ids) AS one(id)")
_DONE = sa.text(
    "SELECT count(*) FILTER (WHERE status = 'completed') AS completed,"
    " count(*) FILTER (WHERE status = 'failed') AS failed,"
    " max(updated_at) AS at FROM workflow_states WHERE id = ANY (:ids)"
)


def measure() -> list[Row]:
    """Return phases a second for each dispatcher and number of runners."""
    object_store().write(empty_work.STORAGE_KEY, [b"Hostname\n"])
    rows = []
    for dispatcher in Dispatcher:
        rows += _rows(dispatcher, "empty", EMPTY_WORKFLOWS, 0.0)
        rows += _rows(dispatcher, "waiting", WAITING_WORKFLOWS, WAITING_SECONDS)
    return rows


def _rows(dispatcher: Dispatcher, kind: str, workflows: int, rest: float) -> list[Row]:
    scope = tenant(f"Scaling {dispatcher} {kind}")
    rates = {n: _rate(scope, dispatcher, n, workflows, rest) for n in RUNNERS}
    return [
        Row(
            f"{kind} phases, {n} {'runner' if n == 1 else 'runners'}, {dispatcher}",
            rates[n],
            "1/s",
            None if n == 1 else rates[1],
            None if n == 1 else rates[n] / rates[1],
            "–",
            True,
        )
        for n in RUNNERS
    ]


def _rate(
    scope: Scope, dispatcher: Dispatcher, runners: int, workflows: int, rest: float
) -> float:
    """Return phases a second of so many workflows that so many runners share."""
    ids = [empty_work.create(scope) for _ in range(workflows)]
    with single_use_engine(owner_url()).connect() as owner:
        with owner.begin():
            owner.execute(_HOLD, [{"id": one} for one in ids])
            owner.execute(_EMPTY_QUEUE)
        with _runners(dispatcher, runners, rest) as names:
            _wait_until_ready(owner, names, runners)
            with owner.begin():
                began = owner.execute(_LET_GO, {"ids": ids}).one()[0]
                if dispatcher is Dispatcher.PROCRASTINATE:
                    owner.execute(_QUEUE, {"ids": ids})
            ended = _wait_until_done(owner, ids)
    return workflows * len(ORDER) / (ended - began).total_seconds()


@contextmanager
def _runners(dispatcher: Dispatcher, count: int, rest: float) -> Iterator[str]:
    """Run so many runners; yield what the names of all of them begin with."""
    prefix = f"{dispatcher}-{count}-{rest:g}-"
    environment: Mapping[str, str] = os.environ | {
        "DISCOVERY_DISPATCHER": dispatcher.value,
        "DISCOVERY_RUNNER": "off",
    }
    running = [
        subprocess.Popen(  # noqa: S603  A module of this package.
            _command(f"{prefix}{number}", rest), env=environment
        )
        for number in range(1, count + 1)
    ]
    try:
        yield prefix
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(60)


def _command(name: str, rest: float) -> Sequence[str]:
    module = ("-m", "benchmarks.empty_runner")
    return [sys.executable, *module, name, "--seconds", str(rest)]


def _wait_until_ready(owner: sa.Connection, names: str, count: int) -> None:
    """Wait until each runner has beaten, and then for its listener to connect."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        with owner.begin():
            ready = owner.execute(_READY, {"names": f"{names}%"}).scalar_one()
        if ready == count:
            break
        if time.monotonic() > until:
            raise RuntimeError(f"Only {ready} of {count} runners are ready.")
        time.sleep(0.2)
    time.sleep(LISTEN_SECONDS)


def _wait_until_done(owner: sa.Connection, ids: Sequence[UUID]) -> datetime:
    """Return when the last of the workflows was completed."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        with owner.begin():
            done = owner.execute(_DONE, {"ids": ids}).one()
        if done.completed == len(ids):
            return done.at
        if done.failed or time.monotonic() > until:
            raise RuntimeError(
                f"Only {done.completed} workflows are completed, {done.failed} failed."
            )
        time.sleep(0.2)
