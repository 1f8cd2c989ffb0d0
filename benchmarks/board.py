"""The board over 100,000 workflows: filters with keyset paging, and text search.

Counted is the time in the database, as the target says; the baseline is the newest 50
workflows of the engagement by one plain statement.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address, owner_url
from discovery_app.domain.access import BoardScope, Role, Scope
from discovery_app.domain.board import BoardFilter
from discovery_app.services.board import BoardService

WORKFLOWS = int(os.environ.get("BENCH_WORKFLOWS", "100000"))
FILTER_MS = 50
SEARCH_MS = 500

_FILL: Final = (
    """
    CREATE TEMP TABLE made AS
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS session_id, n,
        now() - make_interval(mins => n) AS at
    FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO data_import_sessions (id, engagement_id, client_account_id, title,
        request_key, content_sha256, started_by, created_at)
    SELECT session_id, %(engagement)s, %(client)s, 'export-' || n || '.xlsx',
        'bench-' || n, md5(n::text), 'Person ' || n %% 40, at FROM made
    """,
    """
    INSERT INTO workflow_states (id, engagement_id, client_account_id, session_id,
        workflow_type, current_phase, status, version, run_number, progress_percentage,
        event_seq, started_by, created_at, updated_at)
    SELECT id, %(engagement)s, %(client)s, session_id, 'discovery',
        CASE WHEN n %% 10 < 8 THEN 'database_integration' ELSE 'field_mapping' END,
        CASE WHEN n %% 10 < 8 THEN 'completed' WHEN n %% 10 = 8 THEN 'failed'
            ELSE 'waiting_for_approval' END,
        9, 1, 100, 9, 'Person ' || n %% 40, at, at + interval '1 minute' FROM made
    """,
    """
    INSERT INTO workflow_leases (id, engagement_id, client_account_id, runnable,
        priority, run_after, attempt, max_attempts, fence, owner, cancel_requested,
        pause_requested)
    SELECT id, %(engagement)s, %(client)s, false, 0, at, 1, 5, 1, '', false, false
    FROM made
    """,
    """
    INSERT INTO workflow_phase_runs (id, engagement_id, client_account_id, workflow_id,
        phase, position, run_number, attempt, fence, worker, status, fraction, message,
        item_kind, items_in, items_out, items_rejected, items_excluded, summary,
        error_type, error_message, traceback, retryable, started_at, reported_at,
        finished_at)
    SELECT gen_random_uuid(), %(engagement)s, %(client)s, id, 'field_mapping', 2, 1, 1,
        1, 'worker', CASE WHEN n %% 10 = 8 THEN 'failed' ELSE 'completed' END, 1, '',
        'columns', 9, 9, 0, 0, '', '', '', '', false, at, at, at FROM made
    """,
    "ANALYZE",
)


def measure() -> list[Row]:
    """Return the slowest of several questions of each kind, in milliseconds."""
    scope = tenant("Board")
    _fill(scope)
    board = BoardScope("bench", Role.MANAGER, (scope.engagement_id,))
    week = BoardFilter(started_days=7)
    filters = max(
        _best(board, BoardFilter()),
        _best(board, BoardFilter(statuses=("failed",))),
        _best(board, BoardFilter(phase="field_mapping")),
        _best(board, BoardFilter(owner="Person 7")),
        _best(board, week),
        _best(board, week, pages=20),
    )
    search = _best(board, BoardFilter(search="export-4711"))
    bare = _bare(scope)
    return [
        _row("filters", filters, bare, FILTER_MS),
        _row("text search", search, bare, SEARCH_MS),
    ]


def _row(what: str, value: float, bare: float, limit: int) -> Row:
    name = f"board of {WORKFLOWS:,} workflows, {what}, in the database"
    return Row(name, value, "ms", bare, value / bare, f"< {limit} ms", value < limit)


def _fill(scope: Scope) -> None:
    values = {
        "count": WORKFLOWS,
        "engagement": scope.engagement_id,
        "client": scope.client_account_id,
    }
    with psycopg.connect(driver_address(owner_url())) as connection:
        for statement in _FILL:
            connection.execute(statement, values if "%(" in statement else None)


def _best(board: BoardScope, chosen: BoardFilter, pages: int = 0) -> float:
    """Return the milliseconds in the database for a page, ``pages`` after the first."""
    cursor = ""
    with unit_of_work(board) as session, _spent(session.connection()) as spent:
        for _ in range(pages):
            cursor = (
                BoardService(session).page(board, chosen, cursor=cursor).next_cursor
            )
        times: list[float] = []
        for _ in range(6):
            spent.clear()
            BoardService(session).page(board, chosen, cursor=cursor)
            times.append(sum(spent))
    return min(times) * 1000


@contextmanager
def _spent(connection: sa.Connection) -> Iterator[list[float]]:
    """Collect the seconds of each statement of ``connection``."""
    seconds: list[float] = []
    started = [0.0]

    def begin(*_: object) -> None:
        started[0] = time.perf_counter()

    def end(*_: object) -> None:
        seconds.append(time.perf_counter() - started[0])

    event.listen(connection, "before_cursor_execute", begin)
    event.listen(connection, "after_cursor_execute", end)
    yield seconds


def _bare(scope: Scope) -> float:
    with psycopg.connect(driver_address(owner_url())) as connection:
        question = (
            "select * from workflow_states where engagement_id = %s"
            " order by created_at desc limit 50"
        )
        return _time(lambda: connection.execute(question, (scope.engagement_id,)))


def _time(ask: Callable[[], object]) -> float:
    ask()
    times = []
    for _ in range(5):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return min(times)
