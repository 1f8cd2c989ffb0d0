"""Client accounts and engagements, as people pick and administer them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from discovery_app.domain.access import Role


@dataclass(frozen=True)
class EngagementChoice:
    """An engagement a person may pick.

    Attributes:
        role: What they are on it; an admin is ``admin`` on every one.
    """

    engagement_id: UUID
    client_account_id: UUID
    client: str
    engagement: str
    role: Role


@dataclass(frozen=True)
class EngagementView:
    """An engagement with its age; ``archived_at`` is empty while it goes on."""

    engagement_id: UUID
    name: str
    created_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True)
class ClientView:
    """A client account with its engagements, by name."""

    client_account_id: UUID
    name: str
    created_at: datetime
    engagements: tuple[EngagementView, ...] = ()
