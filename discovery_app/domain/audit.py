"""The audit log, as admins read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class AuditView:
    """Who did what, when and why.

    Attributes:
        client: The client account's name; empty where the act concerned none.
        engagement: The same way.
        details: What else was recorded, by name.
    """

    event_id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    client: str = ""
    engagement: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class AuditFilter:
    """Which entries to list; an empty field lets all through.

    Attributes:
        search: Part of a subject or reason, in any case.
        since: The first moment, included.
        until: The last moment, excluded.
    """

    actor: str = ""
    action: str = ""
    search: str = ""
    client_account_id: UUID | None = None
    engagement_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
