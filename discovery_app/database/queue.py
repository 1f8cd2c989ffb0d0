"""Procrastinate's schema: a queue of phases beside the tables, never the truth.

The queue lies in a PostgreSQL schema of its own and may be dropped at any time: two
functions in ``public``, made by ``migrate`` and owned by the tables' owner, put it back
and fill it from the leases. A scope may call them, and can see none of its tables.
"""

import hashlib
from typing import Final

import psycopg
import sqlalchemy as sa
from procrastinate.schema import SchemaManager
from psycopg import sql

from discovery_app.database.scopes import CLAIM_ROLE, RW_ROLE

QUEUE_SCHEMA: Final = "procrastinate"
RUN_PHASE: Final = "discovery.run_phase"
"""The name of the one task; its argument is a workflow's id."""
CPU_QUEUE: Final = "cpu"
LLM_QUEUE: Final = "llm"
RESTORE_LOCK: Final = 7_301_003
"""Advisory lock on the app's own database."""

_RIGHTS: Final = """
DO $rights$
DECLARE one regprocedure;
BEGIN
    GRANT USAGE ON SCHEMA procrastinate TO discovery_claim;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate
        TO discovery_claim;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO discovery_claim;
    -- Its functions name its tables without the schema.
    FOR one IN SELECT oid FROM pg_proc
        WHERE pronamespace = 'procrastinate'::regnamespace LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SET search_path = procrastinate, pg_temp', one);
    END LOOP;
    CREATE INDEX discovery_waiting_by_engagement
        ON procrastinate.procrastinate_jobs ((args ->> 'engagement_id'))
        WHERE status = 'todo';
END
$rights$;
"""

_RESTORE: Final = sql.SQL(
    """
    BEGIN
        PERFORM pg_advisory_xact_lock({lock});
        IF to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL
            AND to_regclass('procrastinate.procrastinate_workers') IS NOT NULL THEN
            RETURN false;
        END IF;
        DROP SCHEMA IF EXISTS procrastinate CASCADE;
        CREATE SCHEMA procrastinate;
        PERFORM set_config('search_path', 'procrastinate, pg_temp', true);
        EXECUTE {tables};
        EXECUTE {rights};
        EXECUTE {comment};
        RETURN true;
    END
    """
)

_QUEUE: Final = sql.SQL(
    """
    DECLARE
        due record;
    BEGIN
        SELECT lease.engagement_id, lease.priority, state.current_phase AS phase,
            CASE WHEN lease.owner = '' THEN lease.run_after
                ELSE lease.lease_until END AS run_at
        INTO due
        FROM public.workflow_leases AS lease
        JOIN public.workflow_states AS state
            ON state.id = lease.id AND state.engagement_id = lease.engagement_id
        WHERE lease.id = asked AND lease.runnable;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        DELETE FROM procrastinate_jobs
        WHERE queueing_lock = asked::text AND status = 'todo';
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            CASE WHEN due.phase = ANY (llm_phases) THEN {llm} ELSE {cpu} END,
            {task},
            -- The more of an engagement waits, the later its next one comes.
            due.priority * 1000 - (SELECT count(*) FROM (
                SELECT FROM procrastinate_jobs
                WHERE status = 'todo'
                    AND args ->> 'engagement_id' = due.engagement_id::text
                LIMIT 999) AS waiting)::integer,
            asked::text,
            asked::text,
            jsonb_build_object(
                'workflow_id', asked, 'engagement_id', due.engagement_id),
            due.run_at
        )]::procrastinate_job_to_defer_v1[]);
    EXCEPTION
        WHEN undefined_table OR undefined_object OR undefined_function
            OR invalid_schema_name THEN
            -- The queue is gone; the lease is the truth, and a worker rebuilds it.
            RAISE LOG 'The queue is not there; a worker will rebuild it.';
        WHEN unique_violation THEN
            NULL;  -- Someone queued it at this moment.
    END
    """
)

_FUNCTIONS: Final = sql.SQL(
    """
    CREATE OR REPLACE FUNCTION public.restore_queue() RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = procrastinate, pg_temp AS {restore};
    CREATE OR REPLACE FUNCTION public.queue_workflow(asked uuid, llm_phases text[])
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = procrastinate, pg_temp AS {queue};
    REVOKE ALL ON FUNCTION public.restore_queue() FROM PUBLIC;
    REVOKE ALL ON FUNCTION public.queue_workflow(uuid, text[]) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION public.restore_queue() TO {claim};
    GRANT EXECUTE ON FUNCTION public.queue_workflow(uuid, text[]) TO {claim}, {rw};
    """
)

_MARK: Final = sa.text(
    "select obj_description(oid, 'pg_namespace') from pg_namespace"
    " where nspname = 'procrastinate'"
)
_INSTALLED: Final = sa.text(
    "select to_regprocedure('public.restore_queue()') is not null"
    " and to_regprocedure('public.queue_workflow(uuid, text[])') is not null"
)


def install_queue(connection: sa.Connection) -> None:
    """Make the queue and its two functions; replace one of another version.

    Args:
        connection: The owner's, who migrates.
    """
    tables = SchemaManager.get_schema()
    mark = hashlib.sha256((tables + _RIGHTS).encode()).hexdigest()[:16]
    comment = sql.SQL("COMMENT ON SCHEMA procrastinate IS {}").format(mark)
    restore = _RESTORE.format(
        lock=sql.Literal(RESTORE_LOCK),
        tables=sql.Literal(tables),
        rights=sql.Literal(_RIGHTS),
        comment=sql.Literal(comment.as_string()),
    )
    queue = _QUEUE.format(
        llm=sql.Literal(LLM_QUEUE),
        cpu=sql.Literal(CPU_QUEUE),
        task=sql.Literal(RUN_PHASE),
    )
    functions = _FUNCTIONS.format(
        restore=sql.Literal(restore.as_string()),
        queue=sql.Literal(queue.as_string()),
        claim=sql.Identifier(CLAIM_ROLE),
        rw=sql.Identifier(RW_ROLE),
    )
    _execute(connection, functions)
    if connection.execute(_MARK).scalar_one_or_none() not in {mark, None}:
        _execute(connection, sql.SQL("DROP SCHEMA procrastinate CASCADE"))
    connection.execute(sa.select(sa.func.public.restore_queue()))


def is_queue_installed(connection: sa.Connection) -> bool:
    """Return whether ``migrate`` has made the queue's functions."""
    return bool(connection.execute(_INSTALLED).scalar_one())


def _execute(connection: sa.Connection, statement: sql.Composable) -> None:
    """Run ``statement`` on the driver: its text is no SQLAlchemy statement."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("The queue is installed over psycopg only.")
    driver.execute(statement.as_string(driver).encode())
