"""The unit of work: one scope, one session, the only commit of the app."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import Session

from discovery_app.database.direct import lend, send
from discovery_app.database.outages import explain_outages
from discovery_app.database.pool import engine, lent_connection
from discovery_app.database.scopes import begin_in
from discovery_app.database.words import say
from discovery_app.domain.access import AnyScope, Scope
from discovery_app.logs import log_ids


class _JoinedSession(Session):
    """A session in the transaction that is open on a connection lent by the pool.

    SQLAlchemy's own connection is put around it only once somebody asks for it: what
    goes to the driver directly does without.
    """

    def __init__(self, lent: PoolProxiedConnection) -> None:
        super().__init__()
        self._lent = lent
        self._joined: sa.Connection | None = None

    def get_bind(self, *_: Any, **__: Any) -> sa.Connection:
        """Return the connection, in a transaction that the session cannot end."""
        if self._joined is None:
            self._joined = sa.Connection(engine(), self._lent)
            self._joined.begin()
        return self._joined


@contextmanager
def unit_of_work(scope: AnyScope) -> Iterator[Session]:
    """Open a session that commits once on success and rolls back on any error.

    Its transaction is limited to ``scope``: row-level security holds it. The session
    joins that transaction: a commit inside does nothing, and after a rollback inside
    nothing more can be done. Nothing else in the app commits; ``tests/architecture``
    checks that.

    Raises:
        UnavailableError: The database is away, full, or too busy for now.
    """
    with _named(scope), explain_outages(), lent_connection() as lent:
        driver = cast("psycopg.Connection", lent.driver_connection)
        begin_in(driver, scope)
        session = _JoinedSession(lent)
        lend(session, lent)
        try:
            yield session
            session.flush()
            _commit(driver)
        finally:
            if session.in_transaction():  # Otherwise nobody has used it.
                session.close()
        say(driver, session)


def _commit(driver: psycopg.Connection) -> None:
    """Commit, if there is something that can be.

    PostgreSQL answers the commit of a transaction in which a statement failed by a
    rollback, and that of none by a warning: neither is an error to libpq, and nothing
    may pass for committed then.
    """
    if driver.pgconn.transaction_status != TransactionStatus.INTRANS:
        raise psycopg.errors.InFailedSqlTransaction(
            "The transaction of this unit of work has failed or ended; nothing is kept."
        )
    send(driver, b"COMMIT")


def _named(scope: AnyScope) -> AbstractContextManager[None]:
    """Return what names the tenant in the log of a unit of work that has one."""
    if not isinstance(scope, Scope):
        return nullcontext()
    return log_ids(
        client_account=scope.client_account_id, engagement=scope.engagement_id
    )
