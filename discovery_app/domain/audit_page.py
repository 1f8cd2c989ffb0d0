"""What the audit page shows and what its address says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from discovery_app.domain.audit import AuditFilter
from discovery_app.domain.list_query import ListQuery, is_id
from discovery_app.domain.value_words import value_words

PERIODS: Final = {"1": "24 hours", "7": "7 days", "30": "30 days", "90": "90 days"}


@dataclass(frozen=True)
class AuditQuery(ListQuery):
    """The words of the page's address, and of the export's.

    Attributes:
        client: The id of a client account.
        days: Of ``PERIODS``: only the last so many days.
        at: The cursor of the page.
    """

    actor: str = ""
    action: str = ""
    client: str = ""
    days: str = ""
    at: str = ""

    def cleaned(self) -> "AuditQuery":
        """Return this without what makes no sense."""
        found = super().cleaned()
        return replace(
            found,
            client=found.client * is_id(found.client),
            days=found.days * (found.days in PERIODS),
            page="",
        )

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is kept back."""
        return replace(self, at="") != AuditQuery()

    def chosen(self, now: datetime) -> AuditFilter:
        """Return the filter for the service, for the time ``now``."""
        return AuditFilter(
            actor=self.actor,
            action=self.action,
            search=self.q,
            client_account_id=UUID(self.client) if self.client else None,
            since=now - timedelta(days=int(self.days)) if self.days else None,
        )


@dataclass(frozen=True)
class AuditLine:
    """One entry, in words.

    Attributes:
        at: ISO time.
        details: What else was recorded, e.g. "format: csv".
    """

    at: str
    ago: str
    exact: str
    actor: str
    action: str
    subject: str
    place: str
    reason: str
    details: str


def details_words(details: Mapping[str, object] | None) -> str:
    """Return what else was recorded: "format: csv"."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {value_words(value)}"
        for name, value in (details or {}).items()
    )
