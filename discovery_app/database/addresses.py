"""Where the database is, and by which login.

The embedded server's address follows from the data folder alone, so that it may be
asked for before the server runs.
"""

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from discovery_app.config import settings
from discovery_app.database.cluster import server_folder, socket_folder
from discovery_app.errors import ConfigurationError

DATABASE_NAME = "discovery"
OWNER_LOGIN = "discovery_owner"
APP_LOGIN = "discovery_app"
SUPERUSER_LOGIN = "postgres"
MAINTENANCE_DATABASE = "postgres"
DRIVER = "postgresql+psycopg"


def database_url() -> sa.URL:
    """Return the address of the app's login.

    Raises:
        ConfigurationError: ``DATABASE_URL`` is no PostgreSQL address.
    """
    if settings().embedded:
        return embedded_url(APP_LOGIN, DATABASE_NAME)
    return parse_url(settings().database_url, "DATABASE_URL")


def owner_url() -> sa.URL:
    """Return the address of the login that owns the tables.

    Raises:
        ConfigurationError: ``DATABASE_URL`` names a server and
            ``DATABASE_OWNER_URL`` does not, or it is no PostgreSQL address.
    """
    given = settings().database_owner_url
    if given:
        return parse_url(given, "DATABASE_OWNER_URL")
    if settings().embedded:
        return embedded_url(OWNER_LOGIN, DATABASE_NAME)
    raise ConfigurationError(
        "Set DATABASE_OWNER_URL to the login that owns the tables of the database; "
        "only migrating needs it."
    )


def superuser_url() -> sa.URL:
    """Return the address of the embedded server's superuser, for bootstrapping."""
    return embedded_url(SUPERUSER_LOGIN, MAINTENANCE_DATABASE)


def embedded_url(login: str, database: str) -> sa.URL:
    """Return the address of ``login`` on the embedded server's private socket."""
    folder = socket_folder(server_folder(settings().data_dir))
    return socket_url(str(folder), login, database)


def socket_url(folder: str, login: str, database: str) -> sa.URL:
    """Return the address of a server that listens on a socket in ``folder``."""
    return sa.URL.create(
        DRIVER, username=login, database=database, query={"host": folder}
    )


def parse_url(text: str, setting: str) -> sa.URL:
    """Read an address as operators write it: ``postgres://``, ``postgresql://``.

    Raises:
        ConfigurationError: It is none; the text is not repeated, because it may
            hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigurationError(
            f"{setting} is no PostgreSQL address; write it as "
            "postgresql://login:password@host:5432/database."
        )
    return url.set(drivername=DRIVER)


def driver_address(url: sa.URL) -> str:
    """Return ``url`` as psycopg itself takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
