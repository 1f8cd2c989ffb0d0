"""Signing in and out by plain HTTP forms, so that no script ever sees the cookie."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from discovery_app.api.dependencies import COOKIE
from discovery_app.api.origins import is_cross_site
from discovery_app.api.problems import CrossSiteError
from discovery_app.api.rate_limit import RateLimit
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope
from discovery_app.errors import InvalidInputError, UnavailableError
from discovery_app.services.accounts import AccountService
from discovery_app.services.sign_in import sign_in
from discovery_app.services.signed_in import forget

router = APIRouter(prefix="/auth", include_in_schema=False)

SIGN_IN_PAGE: Final = "/sign-in"
REFUSED: Final = "1"
TOO_OFTEN: Final = "wait"
AWAY: Final = "away"
"""What the page's ``error`` says; the page has the sentences."""

_tries = RateLimit(tries=20, seconds=60)
"""Chosen, not measured: many people may sit behind one address."""


@router.post("/sign-in")
def sign_in_by_form(
    request: Request,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next_page: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> RedirectResponse:
    """Open a session and go to the page that was wanted, or back to the form."""
    if is_cross_site(request.headers):
        raise CrossSiteError
    address = request.client.host if request.client else ""
    if not _tries.take(address):
        return _back(request, TOO_OFTEN, next_page)
    try:
        token = sign_in(email, password, request.headers.get("user-agent", ""))
    except InvalidInputError:
        return _back(request, REFUSED, next_page)
    except UnavailableError:
        return _back(request, AWAY, next_page)
    answer = _go(request, local_page(next_page))
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(settings().session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=settings().address.startswith("https://"),
        path="/",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> RedirectResponse:
    """End the session of the cookie and go to the sign-in page."""
    if is_cross_site(request.headers):
        raise CrossSiteError
    if token := request.cookies.get(COOKIE, ""):
        with unit_of_work(AccountScope()) as session:
            user_id = AccountService(session).sign_out(token)
        if user_id is not None:
            forget(user_id)
    answer = _go(request, SIGN_IN_PAGE)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


def local_page(wanted: str) -> str:
    """Return ``wanted`` if it is a page of ours, else the first page.

    Browsers read a backslash as a slash and skip control characters: either could
    lead out of the app where it looks like a path.
    """
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted
    local = wanted.startswith("/") and not (parts.scheme or parts.netloc)
    if plain and local and not wanted.startswith("//"):
        return wanted
    return "/"


def _back(request: Request, error: str, next_page: str) -> RedirectResponse:
    query = {"error": error}
    if (page := local_page(next_page)) != "/":
        query["next"] = page
    return _go(request, f"{SIGN_IN_PAGE}?{urlencode(query)}")


def _go(request: Request, page: str) -> RedirectResponse:
    """Redirect to ``page`` where the form stands.

    In development that is another port than this route's; ``is_cross_site`` has
    let only our own through.
    """
    origin = request.headers.get("origin", "")
    apart = bool(origin) and urlsplit(origin).netloc != request.headers.get("host")
    base = settings().address if apart else ""
    answer = RedirectResponse(f"{base}{page}", HTTPStatus.SEE_OTHER)
    answer.headers["Cache-Control"] = "no-store"
    return answer
