"""Phase commits through the service, beside raw single-row commits."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address, owner_url
from discovery_app.domain.access import Scope, WorkerScope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, Validation
from discovery_app.domain.workflow import Claim
from discovery_app.phases import ORDER
from discovery_app.phases.base import PhaseResult
from discovery_app.services.data_imports import DataImportService, NewFile
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService, worker_scope

CONNECTIONS = 4
WORKFLOWS = 40
TARGET_SHARE = 0.3


def measure() -> list[Row]:
    """Return commits a second, by the service and by bare inserts."""
    scope = tenant("Commits")
    _create(scope, WORKFLOWS)
    claims = [_begin(f"bench-{n}/1") for n in range(WORKFLOWS)]
    ours = _rate(WORKFLOWS * len(ORDER), lambda: _spread(_run, claims))
    with psycopg.connect(driver_address(owner_url()), autocommit=True) as connection:
        connection.execute("create schema bench")
        connection.execute("create table bench.bare (id uuid primary key, note text)")
    count = WORKFLOWS * len(ORDER) * 4
    raw = _rate(count, lambda: _spread(_insert, [count // CONNECTIONS] * CONNECTIONS))
    return [
        Row(
            "phase commits",
            ours,
            "1/s",
            raw,
            ours / raw,
            f"≥ {TARGET_SHARE} of raw commits",
            ours / raw >= TARGET_SHARE,
        )
    ]


def _rate(count: int, work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _spread(work: Callable, parts: list) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, parts))


def _create(scope: Scope, count: int) -> None:
    for _ in range(count):
        with unit_of_work(scope) as session:
            session_id = uuid4()
            file = NewFile(uuid4(), "bench.csv", 1, uuid4().hex * 2, "bench")
            DataImportService(session).create(scope, session_id, [file], uuid4().hex)
            state = DiscoveryFlowState(
                session_id=session_id,
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                as_of="2026-11-22",
                files=[],
            )
            WorkflowStateService(session).create_workflow_state(scope, state)


def _begin(worker: str) -> Claim:
    with unit_of_work(WorkerScope(worker)) as session:
        lease = WorkflowLeaseService(session).claim(worker)
    if lease is None:
        raise RuntimeError("No workflow was due.")
    with unit_of_work(worker_scope(lease)) as session:
        claim = WorkflowStateService(session).begin(lease)
    if claim is None:
        raise RuntimeError("The workflow could not begin.")
    return claim


def _run(claim: Claim) -> None:
    output = Validation(rows=1, excluded=0, rejected=0, errors=0, warnings=0, notes=0)
    result = PhaseResult(summary="", output=output, items_in=1, items_out=1)
    following: Claim | None = claim
    while following is not None:
        state = following.state.with_phase("data_validation", output, {})
        with unit_of_work(following.scope) as session:
            following = WorkflowStateService(session).commit_phase(
                following, result, state
            )


def _insert(count: int) -> None:
    with psycopg.connect(driver_address(owner_url())) as connection:
        for _ in range(count):
            connection.execute("insert into bench.bare values (%s, %s)", (uuid4(), "x"))
            connection.commit()
