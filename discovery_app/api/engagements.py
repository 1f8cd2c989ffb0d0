"""The engagements a caller may work on."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from discovery_app.api.dependencies import Cursor, Limit, SignedIn
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role
from discovery_app.errors import InvalidInputError
from discovery_app.services.engagements import EngagementService

router = APIRouter(tags=["Engagements"])


class EngagementItem(BaseModel):
    """An engagement, and what the caller is on it."""

    engagement_id: UUID
    client_account_id: UUID
    client: str
    engagement: str
    role: Role


class EngagementPage(BaseModel):
    """Some engagements; ``next_cursor`` asks for more and is null at the end."""

    items: list[EngagementItem]
    next_cursor: str | None


@router.get("/engagements")
def list_engagements(
    person: SignedIn,
    limit: Limit = 100,
    cursor: Cursor = "",
    client: str | None = None,
    engagement: str | None = None,
) -> EngagementPage:
    """List engagements by client, then name; ``client`` and ``engagement`` filter.

    The cursor is the id of the last engagement seen.
    """
    with unit_of_work(AccountScope()) as session:
        choices = EngagementService(session).choices(person)
    found = [
        EngagementItem.model_validate(choice, from_attributes=True)
        for choice in choices
        if client in (None, choice.client) and engagement in (None, choice.engagement)
    ]
    start = _after(cursor, found)
    shown = found[start : start + limit]
    more = start + limit < len(found)
    return EngagementPage(
        items=shown, next_cursor=str(shown[-1].engagement_id) if more else None
    )


def _after(cursor: str, found: list[EngagementItem]) -> int:
    if not cursor:
        return 0
    for place, item in enumerate(found):
        if str(item.engagement_id) == cursor:
            return place + 1
    raise InvalidInputError("This cursor is of another list; start from its beginning.")
