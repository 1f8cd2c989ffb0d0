"""Makes the roles, the database and the logins that the app's rules stand on.

Roles are cluster-wide, so they are made here and never by a migration. Each step is
planned from the catalogue: what is there already needs no right to make it, so that an
operator may do all of it by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
import sqlalchemy as sa
from psycopg import sql

from discovery_app.config import settings
from discovery_app.database.addresses import (
    MAINTENANCE_DATABASE,
    database_url,
    driver_address,
    owner_url,
    superuser_url,
)
from discovery_app.database.outages import explain_outages
from discovery_app.database.pool import CONNECT_SECONDS
from discovery_app.database.scopes import AUTH_ROLE, CLAIM_ROLE, RW_ROLE
from discovery_app.errors import ConfigurationError

GROUP_ROLES = (RW_ROLE, AUTH_ROLE, CLAIM_ROLE)
BOOTSTRAP_LOCK = 7_301_001
"""Advisory lock on the maintenance database; any number no one else uses."""

_BARE = sql.SQL(
    "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT"
)


@dataclass(frozen=True)
class Logins:
    """Who connects, and to which database.

    Attributes:
        app_password: Given to the app's login if it has to be made.
    """

    owner: str
    app: str
    database: str
    app_password: str | None = None


def bootstrap() -> None:
    """Make what is missing on the server that the settings name.

    Raises:
        ConfigurationError: The login may not make it; the message holds the SQL for
            the operator.
        UnavailableError: The server cannot be reached.
    """
    with explain_outages():
        if settings().embedded:
            bootstrap_own(superuser_url(), _logins(owner_url(), database_url()))
        else:
            bootstrap_foreign(owner_url(), database_url())


def bootstrap_own(superuser: sa.URL, logins: Logins) -> None:
    """Make roles, logins and database as the superuser of a server of our own.

    Args:
        superuser: The superuser's login, on the maintenance database.
        logins: What to make.
    """
    with _locked(superuser) as connection:
        _execute(connection, _owner_plan(connection, logins))
        _execute(connection, _role_plan(connection, logins))
        create_database(connection, logins)


def bootstrap_foreign(owner: sa.URL, app: sa.URL) -> None:
    """Make roles and the app's login on a server that someone else runs.

    Args:
        owner: The login that owns the database, best one that may create roles.
        app: The login the app will use; made if the owner may and it is missing.

    Raises:
        ConfigurationError: The owner may not; the message holds the SQL.
    """
    logins = _logins(owner, app)
    with _locked(_maintenance(owner)) as connection:
        plan = _role_plan(connection, logins) + _database_plan(connection, logins)
        try:
            _execute(connection, [*plan, *_new_password(logins, plan)])
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigurationError(_ask_operator(connection, logins, plan)) from error


def create_database(
    connection: psycopg.Connection, logins: Logins, template: str | None = None
) -> None:
    """Make the database of ``logins`` if it is missing, closed to everyone else.

    Args:
        connection: A superuser's, in autocommit.
        logins: Its name and its owner.
        template: The database to clone; nobody may be connected to it. It is copied
            file by file, which for one of tens of megabytes takes a third of the time.
    """
    name, owner = sql.Identifier(logins.database), sql.Identifier(logins.owner)
    if not _has_database(connection, logins.database):
        origin = sql.SQL("TEMPLATE {}").format(sql.Identifier(template or "template1"))
        if template:
            origin += sql.SQL(" STRATEGY FILE_COPY")
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} {}").format(name, owner, origin)
        )
        connection.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name)
        )
    _execute(connection, _database_plan(connection, logins))


def _owner_plan(connection: psycopg.Connection, logins: Logins) -> list[sql.Composed]:
    if _has_role(connection, logins.owner):
        return []
    return [sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(logins.owner))]


def _role_plan(connection: psycopg.Connection, logins: Logins) -> list[sql.Composed]:
    """Return the statements that the roles and the app's login still need."""
    app = sql.Identifier(logins.app)
    plan = [
        sql.SQL("CREATE ROLE {} NOLOGIN {}").format(sql.Identifier(role), _BARE)
        for role in GROUP_ROLES
        if not _has_role(connection, role)
    ]
    if not _has_role(connection, logins.app):
        plan.append(sql.SQL("CREATE ROLE {} LOGIN {}").format(app, _BARE))
    modern = connection.info.server_version >= 160000
    how = sql.SQL(" WITH INHERIT FALSE, SET TRUE" if modern else "")
    plan.extend(
        sql.SQL("GRANT {} TO {}{}").format(sql.Identifier(role), app, how)
        for role in GROUP_ROLES
        if not _is_member(connection, logins.app, role)
    )
    return plan


def _database_plan(
    connection: psycopg.Connection, logins: Logins
) -> list[sql.Composed]:
    """Return the grants on the database that the app still needs.

    Temporary tables are made in the role of the scope, so the role needs the right.
    """
    name = sql.Identifier(logins.database)
    needs: list[tuple[str, LiteralString]] = [
        (logins.app, "CONNECT"),
        (RW_ROLE, "TEMPORARY"),
    ]
    return [
        sql.SQL("GRANT {} ON DATABASE {} TO {}").format(
            sql.SQL(right), name, sql.Identifier(role)
        )
        for role, right in needs
        if not _may(connection, role, logins.database, right)
    ]


def _is_member(connection: psycopg.Connection, login: str, role: str) -> bool:
    found = connection.execute(
        "select 1 from pg_auth_members m"
        " join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member"
        " where l.rolname = %s and r.rolname = %s",
        (login, role),
    )
    return found.fetchone() is not None


def _may(connection: psycopg.Connection, role: str, database: str, right: str) -> bool:
    found = connection.execute(
        "select has_database_privilege(r.oid, d.oid, %s)"
        " from pg_roles r, pg_database d where r.rolname = %s and d.datname = %s",
        (right, role, database),
    ).fetchone()
    return bool(found and found[0])


def _has_role(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute("select 1 from pg_roles where rolname = %s", (name,))
    return found.fetchone() is not None


def _has_database(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute("select 1 from pg_database where datname = %s", (name,))
    return found.fetchone() is not None


def _execute(connection: psycopg.Connection, plan: list[sql.Composed]) -> None:
    with connection.transaction():
        for statement in plan:
            connection.execute(statement)


def _is_new(plan: list[sql.Composed]) -> bool:
    return any(" LOGIN " in statement.as_string() for statement in plan)


def _new_password(logins: Logins, plan: list[sql.Composed]) -> list[sql.Composed]:
    """Return what gives a login that is being made its password; never shown."""
    if not (logins.app_password and _is_new(plan)):
        return []
    return [
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(logins.app), sql.Literal(logins.app_password)
        )
    ]


def _ask_operator(
    connection: psycopg.Connection, logins: Logins, plan: list[sql.Composed]
) -> str:
    statements = "; ".join(statement.as_string(connection) for statement in plan)
    if _is_new(plan):
        statements += f"; and give {logins.app} the password of DATABASE_URL"
    return (
        f"The login {logins.owner} may not create roles; ask the server's "
        f"administrator to run: {statements}"
    )


def _logins(owner: sa.URL, app: sa.URL) -> Logins:
    password = str(app.password) if app.password else None
    if not (owner.username and app.username and app.database):
        raise ConfigurationError(
            "DATABASE_URL and DATABASE_OWNER_URL must name a login and a database, as "
            "in postgresql://login:password@host:5432/database."
        )
    return Logins(owner.username, app.username, app.database, password)


def _maintenance(owner: sa.URL) -> sa.URL:
    """Return where everyone who bootstraps this server meets, or the own database."""
    common = owner.set(database=MAINTENANCE_DATABASE)
    try:
        with _connect(common):
            return common
    except psycopg.OperationalError:  # Not every login may enter it.
        return owner


def _connect(url: sa.URL) -> psycopg.Connection:
    return psycopg.connect(
        driver_address(url), autocommit=True, connect_timeout=CONNECT_SECONDS
    )


@contextmanager
def _locked(url: sa.URL) -> Iterator[psycopg.Connection]:
    """Connect and keep other processes from bootstrapping the same server."""
    with _connect(url) as connection:
        connection.execute("select pg_advisory_lock(%s)", (BOOTSTRAP_LOCK,))
        yield connection
