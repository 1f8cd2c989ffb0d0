"""The list of people that admins read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.domain.paging import Page, check_limit
from discovery_app.domain.people import (
    Acting,
    MembershipView,
    PersonView,
    SignInView,
    TokenView,
    require_admin,
)
from discovery_app.models import (
    ApiToken,
    AuthSession,
    ClientAccount,
    Engagement,
    Membership,
    User,
)


class PeopleListService:
    """Reads people with their memberships, sign-ins and tokens.

    Works in units of work of an ``AccountScope``. One instance serves one unit of
    work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_people(
        self, by: Acting, *, search: str = "", cursor: str = "", limit: int = 100
    ) -> Page[PersonView]:
        """Return people by email.

        Args:
            by: Who asks.
            search: Part of a name or an email, in any case.
            cursor: The last page's; empty for the first.
            limit: The most people to return.

        Raises:
            NotPermittedError: ``by`` is no admin.
            InvalidInputError: The limit is wrong.
        """
        require_admin(by)
        check_limit(limit)
        statement = select(User).order_by(User.email).limit(limit + 1)
        if search:
            statement = statement.where(
                col(User.email).icontains(search, autoescape=True)
                | col(User.name).icontains(search, autoescape=True)
            )
        if cursor:
            statement = statement.where(col(User.email) > cursor)
        users = self._session.exec(statement).all()
        shown = users[:limit]
        return Page(
            tuple(self._views(shown)),
            shown[-1].email if len(users) > limit else "",
        )

    def person(self, by: Acting, email: str) -> PersonView | None:
        """Return the person with ``email``, if there is one.

        Raises:
            NotPermittedError: ``by`` is no admin.
        """
        require_admin(by)
        found = self._session.exec(
            select(User).where(User.email == email.strip().lower())
        ).all()
        return next(iter(self._views(found)), None)

    def _views(self, users: Sequence[User]) -> Iterable[PersonView]:
        ids = [user.id for user in users]
        memberships = self._memberships(ids)
        sign_ins, tokens = self._sign_ins(ids), self._tokens(ids)
        for user in users:
            yield PersonView(
                user_id=user.id,
                email=user.email,
                name=user.name,
                is_admin=user.is_admin,
                is_active=user.is_active,
                created_at=user.created_at,  # pyright: ignore[reportArgumentType]
                locked_until=user.locked_until,
                memberships=tuple(memberships[user.id]),
                sign_ins=tuple(sign_ins[user.id]),
                tokens=tuple(tokens[user.id]),
            )

    def _memberships(self, ids: Sequence[UUID]) -> dict[UUID, list[MembershipView]]:
        rows = self._session.exec(
            select(Membership, ClientAccount.name, Engagement.name)
            .join(ClientAccount, col(ClientAccount.id) == Membership.client_account_id)
            .outerjoin(Engagement, col(Engagement.id) == Membership.engagement_id)
            .where(col(Membership.user_id).in_(ids))
            .order_by(ClientAccount.name, col(Engagement.name).nulls_first())
        )
        found: dict[UUID, list[MembershipView]] = defaultdict(list)
        for one, client, engagement in rows:
            found[one.user_id].append(
                MembershipView(
                    membership_id=one.id,
                    role=one.role,
                    client_account_id=one.client_account_id,
                    client=client,
                    engagement_id=one.engagement_id,
                    engagement=engagement or "",
                )
            )
        return found

    def _sign_ins(self, ids: Sequence[UUID]) -> dict[UUID, list[SignInView]]:
        rows = self._session.exec(
            select(AuthSession)
            .where(col(AuthSession.user_id).in_(ids))
            .where(
                col(AuthSession.revoked_at).is_(None),
                col(AuthSession.expires_at) > sa.func.now(),
            )
            .order_by(col(AuthSession.created_at).desc())
        )
        found: dict[UUID, list[SignInView]] = defaultdict(list)
        for one in rows:
            view = SignInView(one.id, one.user_agent, one.created_at, one.expires_at)  # pyright: ignore[reportArgumentType]
            found[one.user_id].append(view)
        return found

    def _tokens(self, ids: Sequence[UUID]) -> dict[UUID, list[TokenView]]:
        alive = col(ApiToken.expires_at).is_(None) | (
            col(ApiToken.expires_at) > sa.func.now()
        )
        rows = self._session.exec(
            select(ApiToken)
            .where(col(ApiToken.user_id).in_(ids))
            .where(col(ApiToken.revoked_at).is_(None), alive)
            .order_by(col(ApiToken.created_at).desc())
        )
        found: dict[UUID, list[TokenView]] = defaultdict(list)
        for one in rows:
            found[one.user_id].append(
                TokenView(
                    token_id=one.id,
                    name=one.name,
                    created_at=one.created_at,  # pyright: ignore[reportArgumentType]
                    expires_at=one.expires_at,
                    last_used_at=one.last_used_at,
                )
            )
        return found
