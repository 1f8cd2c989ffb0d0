"""What must hold before the app may use a database; each failure has its sentence."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from discovery_app.config import Dispatcher, settings
from discovery_app.database.addresses import database_url
from discovery_app.database.outages import explain_outages
from discovery_app.database.policies import missing_policies
from discovery_app.database.pool import single_use_engine
from discovery_app.database.queue import is_queue_installed
from discovery_app.database.scopes import AUTH_ROLE, CLAIM_ROLE, RW_ROLE
from discovery_app.errors import ConfigurationError, UnavailableError

MIGRATE_COMMAND = "python -m discovery_app migrate"
OLDEST_SERVER = 15
"""`NULLS NOT DISTINCT`, and a public schema that is not everyone's to write."""

_LOGIN = sa.text("""
select current_user as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
       exists (select 1 from pg_class c
               where c.relnamespace = 'public'::regnamespace
                 and c.relkind in ('r', 'p')
                 and pg_has_role(current_user, c.relowner, 'member')) as owns,
       exists (select 1 from pg_class c
               where c.relnamespace = 'public'::regnamespace
                 and c.relkind in ('r', 'p')
                 and has_table_privilege(c.oid, 'select, insert, update, delete'))
           as has_rights
from pg_roles r where r.rolname = current_user
""")
_ROLES = sa.text("""
select coalesce(bool_and(pg_has_role(current_user, oid, 'member')), false)
       and count(*) = 3
from pg_roles where rolname = any(:roles)
""")
_TEMPORARY = sa.text(
    "select has_database_privilege(:role, current_database(), 'temporary')"
)
_REVISION = sa.text("select version_num from alembic_version")


def verify(head: str | None, known: Collection[str]) -> None:
    """Check that the app's login and the schema are what the code relies on.

    Args:
        head: The revision that the code expects.
        known: Every revision that the code has a migration for.

    Raises:
        UnavailableError: The server cannot be reached.
        ConfigurationError: Anything else, with the command or the SQL that helps.
    """
    url = database_url()
    try:
        with explain_outages(), single_use_engine(url).connect() as connection:
            _check_server(connection)
            _check_login(connection)
            _check_roles(connection)
            _check_revision(connection, head, known)
            _check_policies(connection)
            _check_queue(connection)
    except UnavailableError as error:
        raise UnavailableError(
            f"The database at {_place(url)} cannot be used: {_first_line(error)}; "
            "check that it runs and that DATABASE_URL is right."
        ) from error


def _check_server(connection: sa.Connection) -> None:
    major = int((connection.dialect.server_version_info or (0,))[0])
    if major < OLDEST_SERVER:
        raise ConfigurationError(
            f"The server is PostgreSQL {major}; this app needs "
            f"{OLDEST_SERVER} or newer: upgrade it, or unset DATABASE_URL."
        )


def _check_login(connection: sa.Connection) -> None:
    login = connection.execute(_LOGIN).one()
    wrong = {
        "is a superuser": login.superuser,
        "may bypass row-level security": login.bypasses,
        "owns the tables": login.owns,
        "has rights on the tables of its own": login.has_rights,
    }
    for what, holds in wrong.items():
        if holds:
            raise ConfigurationError(
                f"The login {login.name} {what}, so clients would not be kept apart; "
                "set DATABASE_URL to a NOINHERIT login without rights (and "
                f"DATABASE_OWNER_URL to the owner), and run {MIGRATE_COMMAND}."
            )


def _check_roles(connection: sa.Connection) -> None:
    roles = [RW_ROLE, AUTH_ROLE, CLAIM_ROLE]
    if not connection.execute(_ROLES, {"roles": roles}).scalar_one():
        raise ConfigurationError(
            "The app's login may not take the roles "
            f"{', '.join(roles)}; run {MIGRATE_COMMAND}."
        )
    if not connection.execute(_TEMPORARY, {"role": RW_ROLE}).scalar_one():
        raise ConfigurationError(
            f"The role {RW_ROLE} may not make temporary tables; run {MIGRATE_COMMAND}, "
            f"or as the owner: GRANT TEMPORARY ON DATABASE … TO {RW_ROLE}."
        )


def _check_revision(
    connection: sa.Connection, head: str | None, known: Collection[str]
) -> None:
    found = _revision(connection)
    if found == head:
        return
    if found is not None and found not in known:
        raise ConfigurationError(
            f"The database is at revision {found}, which is newer than this code "
            f"({head}); install the version of the app that made it."
        )
    raise ConfigurationError(
        f"The database is at revision {found or 'none'} and the code needs {head}; "
        f"run {MIGRATE_COMMAND}."
    )


def _revision(connection: sa.Connection) -> str | None:
    """Return the schema's revision, or None where no migration ever ran."""
    connection.execute(sa.select(sa.func.set_config("role", RW_ROLE, True)))
    try:
        with connection.begin_nested():
            return connection.execute(_REVISION).scalar_one_or_none()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) in {"42P01", "42501"}:
            return None
        raise


def _check_policies(connection: sa.Connection) -> None:
    missing = missing_policies(connection)
    if missing:
        raise ConfigurationError(
            f"Row-level security is not whole: {'; '.join(missing[:5])}; run "
            f"{MIGRATE_COMMAND}, and do not serve anyone until it is."
        )


def _check_queue(connection: sa.Connection) -> None:
    used = settings().dispatcher is Dispatcher.PROCRASTINATE
    if used and not is_queue_installed(connection):
        raise ConfigurationError(
            "The queue that DISCOVERY_DISPATCHER=procrastinate needs is not "
            f"installed; run {MIGRATE_COMMAND}."
        )


def _place(url: sa.URL) -> str:
    return f"{url.host or url.query.get('host', 'localhost')}/{url.database}"


def _first_line(error: UnavailableError) -> str:
    cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    return str(cause).strip().splitlines()[0].rstrip(".")
