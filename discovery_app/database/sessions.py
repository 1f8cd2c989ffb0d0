"""The unit of work: one scope, one session, the only commit of the app."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from discovery_app.database.direct import driver_connection
from discovery_app.database.outages import explain_outages
from discovery_app.database.pool import engine
from discovery_app.database.words import forget, remember_connection, say
from discovery_app.domain.access import (
    AccountScope,
    AnyScope,
    BoardScope,
    PlatformScope,
    Scope,
    WorkerScope,
)
from discovery_app.logs import log_ids

RW_ROLE = "discovery_rw"
AUTH_ROLE = "discovery_auth"
CLAIM_ROLE = "discovery_claim"

# One round trip. Every setting is named each time, so that nothing is inherited from
# an earlier transaction or from the operator's defaults for the login. It begins each
# transaction of the app, so it goes as the driver takes it, without a compiler.
_ENTER = (
    "select set_config('role', %(role)s, true),"
    " set_config('app.client_account_id', %(client_account_id)s, true),"
    " set_config('app.engagement_id', %(engagement_id)s, true),"
    " set_config('app.board_engagement_ids', %(board_engagement_ids)s, true),"
    " set_config('app.platform', %(platform)s, true),"
    " set_config('app.worker', %(worker)s, true)"
)
_NOTHING = {
    "client_account_id": "",
    "engagement_id": "",
    "board_engagement_ids": "",
    "platform": "",
    "worker": "",
}


class ScopedSession(Session):
    """A session whose every transaction is limited to the scope it was built with.

    Attributes:
        scope: What it may read and write; row-level security holds it.
    """

    def __init__(self, scope: AnyScope) -> None:
        super().__init__(engine(), expire_on_commit=False)
        self.scope = scope


@event.listens_for(ScopedSession, "after_begin")
def _enter_scope(
    session: ScopedSession, transaction: SessionTransaction, connection: sa.Connection
) -> None:
    """Take the scope's role and settings until the transaction ends."""
    if not transaction.nested:  # A savepoint keeps what its transaction has.
        driver = driver_connection(connection)
        driver.execute(_ENTER, transaction_settings(session.scope))
        remember_connection(session.info, connection)


@event.listens_for(ScopedSession, "after_commit")
def _say_words(session: ScopedSession) -> None:
    say(session.info)


@event.listens_for(ScopedSession, "after_rollback")
def _forget_words(session: ScopedSession) -> None:
    forget(session.info)


def transaction_settings(scope: AnyScope) -> dict[str, str]:
    """Return the role and the ``app.*`` settings that ``scope`` stands for."""
    match scope:
        case Scope():
            own = {
                "role": RW_ROLE,
                "client_account_id": str(scope.client_account_id),
                "engagement_id": str(scope.engagement_id),
            }
        case BoardScope():
            ids = ",".join(str(one) for one in scope.engagement_ids)
            own = {"role": RW_ROLE, "board_engagement_ids": f"{{{ids}}}"}
        case PlatformScope():
            own = {"role": RW_ROLE, "platform": "on"}
        case AccountScope():
            own = {"role": AUTH_ROLE}
        case WorkerScope():
            own = {"role": CLAIM_ROLE, "worker": "on"}
        case _:
            raise TypeError(f"{type(scope).__name__} is not a scope.")
    return _NOTHING | own


@contextmanager
def unit_of_work(scope: AnyScope) -> Iterator[Session]:
    """Open a session that commits once on success and rolls back on any error.

    Nothing else in the app commits; ``tests/architecture`` checks that.

    Raises:
        UnavailableError: The database is away, full, or too busy for now.
    """
    with (
        _named(scope),
        explain_outages(),
        ScopedSession(scope) as session,
        session.begin(),
    ):
        yield session


def _named(scope: AnyScope) -> AbstractContextManager[None]:
    """Return what names the tenant in the log of a unit of work that has one."""
    if not isinstance(scope, Scope):
        return nullcontext()
    return log_ids(
        client_account=scope.client_account_id, engagement=scope.engagement_id
    )
