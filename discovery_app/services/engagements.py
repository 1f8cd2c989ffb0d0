"""Whose engagement is whose: the one place where scopes are made.

Who is what on an engagement:

- An admin is ``admin`` on every engagement.
- Otherwise memberships add up. One on the client account counts for all of its
  engagements, one on an engagement for that one. Whoever is ``consultant`` by any of
  them works as a consultant there, for a consultant may all that a manager may on one
  engagement; else they are ``manager``.
- The board is no engagement's: whoever is a manager of anything has it, and sees on
  it all the engagements they may see.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from discovery_app.domain.access import (
    BoardScope,
    Permission,
    Person,
    PlatformScope,
    Role,
    Scope,
    require,
)
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.people import Operator
from discovery_app.errors import NotFoundError
from discovery_app.models import (
    ClientAccount,
    Engagement,
    Membership,
    UserPreference,
)
from discovery_app.services.audit import require_reason
from discovery_app.services.client_accounts import ClientAccountService


class EngagementService:
    """Makes scopes, and knows who may pick which engagement.

    Works in units of work of an ``AccountScope``. One instance serves one unit of
    work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def scope(self, person: Person, engagement_id: UUID) -> Scope:
        """Return ``person`` on ``engagement_id``, which nobody has checked yet.

        Raises:
            NotFoundError: It is absent, or not theirs: the same.
        """
        for choice in self._choices(person, engagement_id):
            return Scope(
                actor=person.actor,
                role=choice.role,
                client_account_id=choice.client_account_id,
                engagement_id=choice.engagement_id,
                user_id=person.user_id,
            )
        raise NotFoundError("engagement", engagement_id)

    def board_scope(self, person: Person) -> BoardScope:
        """Return the engagements whose workflows ``person`` may see.

        A consultant gets their own engagements and the role ``consultant``, which
        lacks ``VIEW_BOARD``: pages that show the board require that first.
        """
        choices = self._choices(person)
        return BoardScope(
            actor=person.actor,
            role=self.widest_role(person),
            engagement_ids=tuple(choice.engagement_id for choice in choices),
            user_id=person.user_id,
        )

    def platform_scope(self, person: Person, reason: str) -> PlatformScope:
        """Return ``person`` across all clients, for reading.

        Args:
            person: An admin.
            reason: Why; for the audit log.

        Raises:
            NotPermittedError: They are no admin.
        """
        require(self.widest_role(person), Permission.VIEW_WORKERS)
        return PlatformScope(person.actor, require_reason(reason), person.user_id)

    def scope_for_operator(
        self, client_name: str, engagement_name: str, *, create: bool, actor: str
    ) -> Scope:
        """Return the command line's scope on an engagement, by names.

        Args:
            client_name: As it is written, blanks around it aside.
            engagement_name: The same way.
            create: Whether to make what is missing.
            actor: ``cli:<os user>``.

        Raises:
            NotFoundError: It is missing and ``create`` is false.
            InvalidInputError: A name is empty or too long.
        """
        clients = ClientAccountService(self._session)
        found = clients.by_names(client_name, engagement_name)
        if found is None and create:
            found = clients.ensure(Operator(actor), client_name, engagement_name)
        if found is None:
            raise NotFoundError("engagement", f"{client_name} / {engagement_name}")
        return Scope(
            actor=actor,
            role=Role.ADMIN,
            client_account_id=found.client_account_id,
            engagement_id=found.id,
        )

    def widest_role(self, person: Person) -> Role:
        """Return what ``person`` is on the board and in the navigation."""
        roles = self.roles(person)
        for role in (Role.ADMIN, Role.MANAGER):
            if role in roles:
                return role
        return Role.CONSULTANT

    def roles(self, person: Person) -> frozenset[Role]:
        """Return every role that ``person`` has anywhere."""
        found = self._session.exec(
            select(Membership.role)
            .where(Membership.user_id == person.user_id)
            .distinct()
        )
        roles = {Role(role) for role in found}
        return frozenset(roles | {Role.ADMIN} if person.is_admin else roles)

    def choices(self, person: Person) -> tuple[EngagementChoice, ...]:
        """Return the engagements ``person`` may pick, by client, then name.

        Archived ones are not offered; a link still opens them.
        """
        return self._choices(person, archived=False)

    def selected(self, person: Person) -> EngagementChoice | None:
        """Return the engagement ``person`` last picked, else their first one."""
        preference = self._session.get(UserPreference, person.user_id)
        if preference is not None and preference.engagement_id is not None:
            for choice in self._choices(person, preference.engagement_id):
                return choice
        return next(iter(self.choices(person)), None)

    def select(self, person: Person, engagement_id: UUID) -> EngagementChoice:
        """Keep ``engagement_id`` as what ``person`` works on, in every tab.

        Raises:
            NotFoundError: It is absent, or not theirs.
        """
        for choice in self._choices(person, engagement_id):
            values = {"user_id": person.user_id, "engagement_id": engagement_id}
            self._session.execute(
                insert(UserPreference)
                .values(values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )
            return choice
        raise NotFoundError("engagement", engagement_id)

    def _choices(
        self,
        person: Person,
        engagement_id: UUID | None = None,
        *,
        archived: bool = True,
    ) -> tuple[EngagementChoice, ...]:
        role = _role_of(person).label("role")
        statement = (
            sa.select(
                col(Engagement.id),
                col(Engagement.client_account_id),
                col(ClientAccount.name),
                col(Engagement.name),
                role,
            )
            .join(ClientAccount, col(ClientAccount.id) == Engagement.client_account_id)
            .where(role.is_not(None))
            .order_by(sa.func.lower(ClientAccount.name), sa.func.lower(Engagement.name))
        )
        if engagement_id is not None:
            statement = statement.where(col(Engagement.id) == engagement_id)
        if not archived:
            statement = statement.where(col(Engagement.archived_at).is_(None))
        rows = self._session.execute(statement)
        return tuple(EngagementChoice(*row[:4], role=Role(row[4])) for row in rows)


def _role_of(person: Person) -> sa.ColumnElement[str]:
    """Return what ``person`` is on the engagement of the row; NULL for nothing."""
    if person.is_admin:
        return sa.literal(Role.ADMIN.value)
    # min() is the rule of this module's docstring: "consultant" before "manager".
    return (
        sa.select(sa.func.min(sa.cast(Membership.role, sa.Text)))
        .where(
            col(Membership.user_id) == person.user_id,
            col(Membership.client_account_id) == Engagement.client_account_id,
            sa.or_(
                col(Membership.engagement_id).is_(None),
                col(Membership.engagement_id) == Engagement.id,
            ),
        )
        .scalar_subquery()
    )
