"""What routes ask for: the person, their scope, a page of a list."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.params import Depends as Dependency

from discovery_app.api.origins import SAFE_METHODS, is_own_page
from discovery_app.api.problems import CrossSiteError
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person, Scope
from discovery_app.errors import NotSignedInError
from discovery_app.logs import add_log_ids
from discovery_app.services.accounts import AccountService
from discovery_app.services.engagements import EngagementService
from discovery_app.services.signed_in import person_by_cookie

COOKIE: Final = "discovery_session"


def signed_in(request: Request) -> Person:
    """Return who calls, by bearer token, else by the session's cookie.

    Raises:
        NotSignedInError: Nobody that is known.
        CrossSiteError: Another site's page calls with the cookie to change something.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with unit_of_work(AccountScope()) as session:
            return AccountService(session).person_by_token(bearer.strip())
    if scheme:
        raise NotSignedInError("Send the API token as: Authorization: Bearer <token>.")
    person = person_by_cookie(request.cookies.get(COOKIE, ""))
    if request.method not in SAFE_METHODS and not is_own_page(request.headers):
        raise CrossSiteError
    return person


SignedIn = Annotated[Person, Depends(signed_in)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at a time.")]
Cursor = Annotated[str, Query(max_length=500, description="From `next_cursor`.")]


def engagement_scope(engagement_id: UUID, person: SignedIn) -> Scope:
    """Return the caller's scope on the engagement in the path.

    Raises:
        NotFoundError: It is absent, or not theirs.
    """
    return scope_on(person, engagement_id)


EngagementScope = Annotated[Scope, Depends(engagement_scope)]


def scope_on(person: Person, engagement_id: UUID) -> Scope:
    """Return the scope of ``person`` on ``engagement_id``, which nobody has checked.

    Raises:
        NotFoundError: It is absent, or not theirs.
    """
    with unit_of_work(AccountScope()) as session:
        scope = EngagementService(session).scope(person, engagement_id)
    add_log_ids(client_account=scope.client_account_id, engagement=scope.engagement_id)
    return scope


REQUIRES_SIGN_IN: list[Dependency] = [Depends(signed_in)]
"""For a router of which every route needs a person."""
