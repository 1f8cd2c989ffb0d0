"""Whether the app works: for load balancers, monitors and people in doubt."""

from http import HTTPStatus
from typing import Final, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from discovery_app.config import settings
from discovery_app.database import prepare, unit_of_work
from discovery_app.domain.access import PlatformScope
from discovery_app.errors import ConfigurationError, UnavailableError
from discovery_app.services.workers import WorkerService

router = APIRouter(tags=["Health"])

_BEATS: Final = 3
"""A runner that missed this many beats counts as gone."""

Word = Literal["ok", "away", "wrong", "unknown"]


class Health(BaseModel):
    """What works.

    Attributes:
        status: ``ok`` if people can work; runners may still be missing.
        database: Whether it answers.
        migrations: Whether its schema is this version's; ``wrong`` needs an operator.
        runners_alive: Runner processes that gave a sign of life just now.
        detail: What to do, if something is not ok.
    """

    status: Literal["ok", "failing"]
    database: Word
    migrations: Word
    runners_alive: int
    detail: str = ""


@router.get("/health")
def health(response: Response) -> Health:
    """Say whether database, migrations and runners are well; 503 if people cannot work.

    Needs no sign-in and says nothing about anyone's work.
    """
    found = _look()
    if found.status != "ok":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Cache-Control"] = "no-store"
    return found


def _look() -> Health:
    try:
        prepare(apply=False)
        alive = _runners_alive()
    # The errors' own sentences name logins and folders: for the log, not for all.
    except UnavailableError:
        detail = "The database cannot be reached; see the server's log."
        return _failing(detail, database="away", migrations="unknown")
    except ConfigurationError:
        detail = "The database is not set up for this version; see the server's log."
        return _failing(detail, database="ok", migrations="wrong")
    detail = "" if alive else "No runner lives: new workflows wait until one starts."
    return Health(
        status="ok",
        database="ok",
        migrations="ok",
        runners_alive=alive,
        detail=detail,
    )


def _failing(detail: str, *, database: Word, migrations: Word) -> Health:
    return Health(
        status="failing",
        database=database,
        migrations=migrations,
        runners_alive=0,
        detail=detail,
    )


def _runners_alive() -> int:
    scope = PlatformScope(actor="health", reason="counts the runners that live")
    with unit_of_work(scope) as session:
        return WorkerService(session).alive(settings().beat_seconds * _BEATS)
