"""Client accounts and their engagements: making and listing them."""

from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from discovery_app.domain.engagement import ClientView, EngagementView
from discovery_app.domain.people import Acting, require_admin
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.models import ClientAccount, Engagement
from discovery_app.services.audit import AuditService, require_reason

_NAME_LENGTH = 200
_NAMED = "Named on the command line with --create."


class ClientAccountService:
    """Keeps client accounts and engagements, for admins and the command line.

    Works in units of work of an ``AccountScope``. One instance serves one unit of
    work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._audit = AuditService(session)

    def clients(self, by: Acting) -> tuple[ClientView, ...]:
        """Return every client account with its engagements, by name.

        Raises:
            NotPermittedError: ``by`` is no admin.
        """
        require_admin(by)
        rows = self._session.exec(
            select(ClientAccount, Engagement)
            .outerjoin(
                Engagement, col(Engagement.client_account_id) == ClientAccount.id
            )
            .order_by(sa.func.lower(ClientAccount.name), sa.func.lower(Engagement.name))
        )
        grouped: dict[UUID, tuple[ClientAccount, list[EngagementView]]] = {}
        for client, engagement in rows:
            _, engagements = grouped.setdefault(client.id, (client, []))
            if engagement is not None:
                engagements.append(_engagement_view(engagement))
        return tuple(_client_view(*pair) for pair in grouped.values())

    def create_client(self, by: Acting, name: str, reason: str) -> UUID:
        """Make a client account and return its id.

        Raises:
            NotPermittedError: ``by`` is no admin.
            InvalidInputError: The name or the reason is empty or too long.
            ConflictError: The name is taken.
        """
        require_admin(by)
        name, reason = _clean(name), require_reason(reason)
        created = self._session.execute(
            insert(ClientAccount)
            .values(name=name)
            .on_conflict_do_nothing()
            .returning(col(ClientAccount.id))
        ).scalar()
        if created is None:
            raise ConflictError(f"There is a client account called {name} already.")
        self._audit.record(
            by, "client_created", name, reason, client_account_id=created
        )
        return created

    def create_engagement(
        self, by: Acting, client_account_id: UUID, name: str, reason: str
    ) -> UUID:
        """Make an engagement of a client account and return its id.

        Raises:
            NotPermittedError: ``by`` is no admin.
            NotFoundError: There is no such client account.
            InvalidInputError: The name or the reason is empty or too long.
            ConflictError: The client account has one of this name.
        """
        require_admin(by)
        name, reason = _clean(name), require_reason(reason)
        client = self._session.get(ClientAccount, client_account_id)
        if client is None:
            raise NotFoundError("client account", client_account_id)
        created = self._session.execute(
            insert(Engagement)
            .values(client_account_id=client.id, name=name)
            .on_conflict_do_nothing()
            .returning(col(Engagement.id))
        ).scalar()
        if created is None:
            raise ConflictError(
                f"{client.name} has an engagement called {name} already."
            )
        self._audit.record(
            by,
            "engagement_created",
            f"{client.name} / {name}",
            reason,
            client_account_id=client.id,
            engagement_id=created,
        )
        return created

    def by_names(self, client_name: str, name: str) -> Engagement | None:
        """Return the engagement of these names, if there is one.

        Raises:
            InvalidInputError: A name is empty or too long.
        """
        return self._session.exec(
            select(Engagement)
            .join(ClientAccount, col(ClientAccount.id) == Engagement.client_account_id)
            .where(
                ClientAccount.name == _clean(client_name),
                Engagement.name == _clean(name),
            )
        ).one_or_none()

    def place(self, client_name: str, name: str = "") -> tuple[UUID, UUID | None]:
        """Return the ids of a client account and, if named, of its engagement.

        Raises:
            NotFoundError: One of them is missing.
        """
        if name:
            found = self.by_names(client_name, name)
            if found is None:
                raise NotFoundError("engagement", f"{client_name} / {name}")
            return found.client_account_id, found.id
        client_id = self._client_id(client_name)
        if client_id is None:
            raise NotFoundError("client account", client_name)
        return client_id, None

    def ensure(self, by: Acting, client_name: str, name: str) -> Engagement:
        """Return the engagement of these names, made if it is missing.

        Two commands at once make it once: who comes second finds the first's.

        Raises:
            NotPermittedError: ``by`` is no admin.
            InvalidInputError: A name is empty or too long.
        """
        client_id = self._client_id(client_name)
        if client_id is None:
            with suppress(ConflictError):
                self.create_client(by, client_name, _NAMED)
            client_id = self._client_id(client_name)
        if client_id is None:
            raise NotFoundError("client account", client_name)
        with suppress(ConflictError):
            self.create_engagement(by, client_id, name, _NAMED)
        found = self.by_names(client_name, name)
        if found is None:
            raise NotFoundError("engagement", f"{client_name} / {name}")
        return found

    def _client_id(self, name: str) -> UUID | None:
        return self._session.exec(
            select(ClientAccount.id).where(ClientAccount.name == _clean(name))
        ).one_or_none()


def _clean(name: str) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= _NAME_LENGTH:
        raise InvalidInputError(f"Give a name of 1 to {_NAME_LENGTH} characters.")
    return words


def _engagement_view(engagement: Engagement) -> EngagementView:
    return EngagementView(
        engagement_id=engagement.id,
        name=engagement.name,
        created_at=engagement.created_at,  # pyright: ignore[reportArgumentType]
        archived_at=engagement.archived_at,
    )


def _client_view(
    client: ClientAccount, engagements: list[EngagementView]
) -> ClientView:
    return ClientView(
        client_account_id=client.id,
        name=client.name,
        created_at=client.created_at,  # pyright: ignore[reportArgumentType]
        engagements=tuple(engagements),
    )
