"""The unit of work: one scope, one session, the only commit of the app."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlmodel import Session

from discovery_app.database.direct import driver_connection
from discovery_app.database.outages import explain_outages
from discovery_app.database.pool import engine
from discovery_app.database.words import say
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

    Its transaction is limited to ``scope``: row-level security holds it. The session
    joins that transaction and cannot end it: a commit or rollback inside never
    leaves the scope. Nothing else in the app commits; ``tests/architecture`` checks
    that.

    Raises:
        UnavailableError: The database is away, full, or too busy for now.
    """
    with _named(scope), explain_outages(), engine().connect() as connection:
        driver = driver_connection(connection)
        with connection.begin():
            driver.execute(_ENTER, transaction_settings(scope))
            with Session(connection) as session:
                yield session
                session.flush()
        say(driver, session)


def _named(scope: AnyScope) -> AbstractContextManager[None]:
    """Return what names the tenant in the log of a unit of work that has one."""
    if not isinstance(scope, Scope):
        return nullcontext()
    return log_ids(
        client_account=scope.client_account_id, engagement=scope.engagement_id
    )
