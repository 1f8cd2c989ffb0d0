"""The audit log: who did what, when and why. Rows are added and read, no more."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.domain.access import PlatformScope, Scope
from discovery_app.domain.audit import AuditFilter, AuditView
from discovery_app.domain.paging import Page, TimeCursor, check_limit
from discovery_app.domain.people import Acting
from discovery_app.errors import InvalidInputError
from discovery_app.models import AuditEvent, ClientAccount, Engagement

REASON_LENGTH = 1000
"""The most characters of a reason; chosen, not measured."""


class AuditService:
    """Writes and reads the audit log.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(
        self,
        who: Acting | Scope | PlatformScope,
        action: str,
        subject: str,
        reason: str = "",
        *,
        client_account_id: UUID | None = None,
        engagement_id: UUID | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Add an entry in the caller's transaction, so that act and entry agree.

        Args:
            who: Who acts; a ``Scope`` also names the tenant.
            action: A stable word, e.g. ``membership_added``.
            subject: What it was done to, in words people know it by.
            reason: Theirs; empty for acts that need none.
            client_account_id: The tenant, where ``who`` does not name it.
            engagement_id: The same way.
            details: What else is worth keeping, as JSON.
        """
        if isinstance(who, Scope):
            client_account_id, engagement_id = who.client_account_id, who.engagement_id
        # Plain SQL without RETURNING: who may add an entry need not be able to read.
        self._session.execute(
            sa.insert(AuditEvent)
            .values(
                id=uuid4(),
                actor=who.actor,
                user_id=who.user_id,
                action=action,
                subject=subject,
                reason=reason,
                client_account_id=client_account_id,
                engagement_id=engagement_id,
                data=dict(details or {}),
            )
            .inline()
        )

    def entries(
        self, chosen: AuditFilter, *, cursor: str = "", limit: int = 100
    ) -> Page[AuditView]:
        """Return entries, newest first; for units of work of a ``PlatformScope``.

        In any other scope row-level security leaves only the scope's own.

        Raises:
            InvalidInputError: The cursor or the limit is wrong.
        """
        check_limit(limit)
        statement = (
            select(AuditEvent, ClientAccount.name, Engagement.name)
            .outerjoin(
                ClientAccount, col(ClientAccount.id) == AuditEvent.client_account_id
            )
            .outerjoin(Engagement, col(Engagement.id) == AuditEvent.engagement_id)
            .where(*_conditions(chosen))
            .order_by(col(AuditEvent.created_at).desc(), col(AuditEvent.id).desc())
            .limit(limit + 1)
        )
        if cursor:
            seen = TimeCursor.decode(cursor)
            statement = statement.where(
                sa.tuple_(col(AuditEvent.created_at), col(AuditEvent.id))
                < sa.tuple_(sa.literal(seen.at), sa.literal(seen.row_id))
            )
        rows = self._session.exec(statement).all()
        items = tuple(_view(*row) for row in rows[:limit])
        more = len(rows) > limit
        last = TimeCursor(items[-1].at, items[-1].event_id).encode() if more else ""
        return Page(items, last)

    def actions(self) -> tuple[str, ...]:
        """Return every action that the log knows, for a filter."""
        found = self._session.exec(
            select(AuditEvent.action).distinct().order_by(AuditEvent.action)
        )
        return tuple(found)

    def actors(self) -> tuple[str, ...]:
        """Return everyone whom the log knows, for a filter."""
        found = self._session.exec(
            select(AuditEvent.actor).distinct().order_by(AuditEvent.actor)
        )
        return tuple(found)


def require_reason(reason: str) -> str:
    """Return ``reason`` without blanks around it.

    Raises:
        InvalidInputError: It is empty or too long.
    """
    words = reason.strip()
    if not words:
        raise InvalidInputError("Say why in a few words; the audit log keeps it.")
    if len(words) > REASON_LENGTH:
        raise InvalidInputError(f"Say why in at most {REASON_LENGTH} characters.")
    return words


def _conditions(chosen: AuditFilter) -> list[sa.ColumnElement[bool]]:
    event, found = AuditEvent, []
    equal = (
        (event.actor, chosen.actor),
        (event.action, chosen.action),
        (event.client_account_id, chosen.client_account_id),
        (event.engagement_id, chosen.engagement_id),
    )
    found += [col(column) == value for column, value in equal if value]
    if chosen.search:
        found.append(
            col(event.subject).icontains(chosen.search, autoescape=True)
            | col(event.reason).icontains(chosen.search, autoescape=True)
        )
    if chosen.since:
        found.append(col(event.created_at) >= chosen.since)
    if chosen.until:
        found.append(col(event.created_at) < chosen.until)
    return found


def _view(event: AuditEvent, client: str | None, engagement: str | None) -> AuditView:
    return AuditView(
        event_id=event.id,
        at=event.created_at,  # pyright: ignore[reportArgumentType]  The database fills it.
        actor=event.actor,
        action=event.action,
        subject=event.subject,
        reason=event.reason,
        client=client or "",
        engagement=engagement or "",
        details=event.data,
    )
