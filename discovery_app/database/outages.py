"""Turns the driver's many words for "not now" into one error with a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy.exc

from discovery_app.errors import UnavailableError

_AWAY = "The database cannot be reached; try again in a moment."
_SENTENCES = {
    "40001": "Two changes met in the database; try again.",
    "40P01": "Two changes waited for each other in the database; try again.",
    "53100": "The database's disk is full; free some space and try again.",
    "53200": "The database has run out of memory; try again in a moment.",
    "53300": "The database has no connection left; try again in a moment.",
    "55P03": "Someone else holds what this needs in the database; try again.",
    "57014": "The database took too long for this and gave up; try again.",
}
"""By SQLSTATE: PostgreSQL's manual, appendix A."""


@contextmanager
def explain_outages() -> Iterator[None]:
    """Raise `UnavailableError` for an outage that happens inside.

    Errors that the app has to answer for (a constraint, a missing right, wrong SQL)
    pass through unchanged.
    """
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        raise UnavailableError(
            "All connections to the database are in use; try again in a moment."
        ) from error
    except sqlalchemy.exc.DBAPIError as error:
        sentence = _outage(error.orig, invalidated=error.connection_invalidated)
        if sentence is None:
            raise
        raise UnavailableError(sentence) from error
    except psycopg.Error as error:  # COPY goes past SQLAlchemy.
        sentence = _outage(error, invalidated=False)
        if sentence is None:
            raise
        raise UnavailableError(sentence) from error


def _outage(error: BaseException | None, *, invalidated: bool) -> str | None:
    state = getattr(error, "sqlstate", None)
    if state in _SENTENCES:
        return _SENTENCES[state]
    if invalidated or isinstance(
        error, (psycopg.OperationalError, psycopg.InterfaceError)
    ):
        return _AWAY
    return None
