"""Limits a transaction to a scope by the role and settings that the policies read."""

from typing import Final

import psycopg
from psycopg.pq import Escaping

from discovery_app.database.direct import send
from discovery_app.domain.access import (
    AccountScope,
    AnyScope,
    BoardScope,
    PlatformScope,
    Scope,
    WorkerScope,
)

RW_ROLE: Final = "discovery_rw"
AUTH_ROLE: Final = "discovery_auth"
CLAIM_ROLE: Final = "discovery_claim"

_EMPTY: Final = "SELECT " + ", ".join(
    f"set_config('app.{setting}', '', false)"
    for setting in (
        "client_account_id",
        "engagement_id",
        "board_engagement_ids",
        "platform",
        "worker",
    )
)


def empty_settings(driver: psycopg.Connection) -> None:
    """Leave a new connection nothing of what policies read.

    Whatever the operator's defaults for the login are, a transaction has only what it
    takes from its scope.
    """
    send(driver, _EMPTY.encode())


def begin_in(driver: psycopg.Connection, scope: AnyScope) -> None:
    """Begin a transaction that has the role and settings of ``scope`` until it ends.

    Raises:
        psycopg.OperationalError: The database is away.
    """
    quote = Escaping(driver.pgconn).escape_literal
    settings = b", ".join(
        b"set_config('%b', %b, true)" % (name.encode(), quote(value.encode()))
        for name, value in transaction_settings(scope).items()
    )
    send(driver, b"BEGIN; SELECT " + settings)


def transaction_settings(scope: AnyScope) -> dict[str, str]:
    """Return the role and the ``app.*`` settings that ``scope`` stands for."""
    match scope:
        case Scope():
            return {
                "role": RW_ROLE,
                "app.client_account_id": str(scope.client_account_id),
                "app.engagement_id": str(scope.engagement_id),
            }
        case BoardScope():
            ids = ",".join(str(one) for one in scope.engagement_ids)
            return {"role": RW_ROLE, "app.board_engagement_ids": f"{{{ids}}}"}
        case PlatformScope():
            return {"role": RW_ROLE, "app.platform": "on"}
        case AccountScope():
            return {"role": AUTH_ROLE}
        case WorkerScope():
            return {"role": CLAIM_ROLE, "app.worker": "on"}
        case _:
            raise TypeError(f"{type(scope).__name__} is not a scope.")
