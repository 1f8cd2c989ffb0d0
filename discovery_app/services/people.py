"""What admins do with people: add, change, let in and shut out.

Every act needs a reason and leaves an entry in the audit log.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from discovery_app.domain.access import Role
from discovery_app.domain.people import Acting, require_admin
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.models import (
    ApiToken,
    AuthSession,
    ClientAccount,
    Engagement,
    Membership,
    User,
)
from discovery_app.services.accounts import hash_token, new_api_token, tell_changed
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.passwords import hash_password

_NAME_LENGTH = 200
_TOKEN_NAME_LENGTH = 100
_EMAIL_LENGTH = 320


class PeopleService:
    """Changes people, their memberships, sessions and tokens, for admins.

    Each method takes who asks first and raises ``NotPermittedError`` unless they are
    an admin or the operator of the machine, and ``InvalidInputError`` without a
    reason. Works in units of work of an ``AccountScope``. One instance serves one
    unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._audit = AuditService(session)

    def add_user(
        self,
        by: Acting,
        email: str,
        name: str,
        *,
        password: str = "",
        is_admin: bool = False,
        reason: str,
    ) -> UUID:
        """Add a person and return their id; without a password they cannot sign in.

        Raises:
            InvalidInputError: Email, name or password is not one.
            ConflictError: Someone has this email.
        """
        require_admin(by)
        reason = require_reason(reason)
        email = _email(email)
        added = self._session.execute(
            insert(User)
            .values(
                email=email,
                name=_words(name, _NAME_LENGTH),
                password_hash=hash_password(password) if password else "",
                is_admin=is_admin,
            )
            .on_conflict_do_nothing(index_elements=["email"])
            .returning(col(User.id))
        ).scalar()
        if added is None:
            raise ConflictError(f"There is a person with the email {email} already.")
        self._audit.record(
            by, "person_added", email, reason, details={"is_admin": is_admin}
        )
        return added

    def set_password(
        self, by: Acting, user_id: UUID, password: str, *, reason: str
    ) -> None:
        """Give a person a new password, unlock them and end all their sessions.

        Raises:
            NotFoundError: There is no such person.
            InvalidInputError: The password is too short or too long.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        user.password_hash = hash_password(password)
        user.failed_attempts, user.locked_until = 0, None
        self._session.flush()
        self._end_sessions(user_id)
        self._audit.record(by, "password_set", user.email, reason)
        tell_changed(self._session, user_id)

    def set_admin(
        self, by: Acting, user_id: UUID, *, is_admin: bool, reason: str
    ) -> None:
        """Make a person an admin, or no longer one.

        Raises:
            NotFoundError: There is no such person.
            ConflictError: They are the last admin.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        if not is_admin:
            self._keep_an_admin(user)
        user.is_admin = is_admin
        self._session.flush()
        action = "admin_granted" if is_admin else "admin_withdrawn"
        self._audit.record(by, action, user.email, reason)
        tell_changed(self._session, user_id)

    def set_active(
        self, by: Acting, user_id: UUID, *, is_active: bool, reason: str
    ) -> None:
        """Let a person in again, or shut them out and end their sessions and tokens.

        Raises:
            NotFoundError: There is no such person.
            ConflictError: They are the last admin.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        if not is_active:
            self._keep_an_admin(user)
            self._end_sessions(user_id)
            self._end_tokens(user_id)
        user.is_active = is_active
        self._session.flush()
        action = "person_reactivated" if is_active else "person_deactivated"
        self._audit.record(by, action, user.email, reason)
        tell_changed(self._session, user_id)

    def add_membership(
        self,
        by: Acting,
        user_id: UUID,
        role: Role,
        client_account_id: UUID,
        engagement_id: UUID | None = None,
        *,
        reason: str,
    ) -> UUID:
        """Make a person consultant or manager; one they had there is replaced.

        Args:
            by: Who asks.
            user_id: The person.
            role: ``consultant`` or ``manager``.
            client_account_id: Where.
            engagement_id: ``None`` means all engagements of the client account.
            reason: Why.

        Raises:
            NotFoundError: There is no such person, client account or engagement.
            InvalidInputError: The role is none that a membership gives.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        if role not in (Role.CONSULTANT, Role.MANAGER):
            raise InvalidInputError("A membership is one of a consultant or a manager.")
        place = self._place(client_account_id, engagement_id)
        added = self._session.execute(
            insert(Membership)
            .values(
                user_id=user_id,
                role=role,
                client_account_id=client_account_id,
                engagement_id=engagement_id,
            )
            .on_conflict_do_update(
                index_elements=["user_id", "client_account_id", "engagement_id"],
                set_={"role": role},
            )
            .returning(col(Membership.id))
        ).scalar_one()
        self._audit.record(
            by,
            "membership_added",
            f"{user.email}: {role} on {place}",
            reason,
            client_account_id=client_account_id,
            engagement_id=engagement_id,
        )
        tell_changed(self._session, user_id)
        return added

    def remove_membership(
        self, by: Acting, membership_id: UUID, *, reason: str
    ) -> None:
        """Take a membership away.

        Raises:
            NotFoundError: There is no such membership.
        """
        require_admin(by)
        reason = require_reason(reason)
        membership = self._session.get(Membership, membership_id)
        if membership is None:
            raise NotFoundError("membership", membership_id)
        user = self._session.get_one(User, membership.user_id)
        place = self._place(membership.client_account_id, membership.engagement_id)
        self._session.delete(membership)
        self._session.flush()
        self._audit.record(
            by,
            "membership_removed",
            f"{user.email}: {membership.role} on {place}",
            reason,
            client_account_id=membership.client_account_id,
            engagement_id=membership.engagement_id,
        )
        tell_changed(self._session, user.id)

    def add_token(
        self,
        by: Acting,
        user_id: UUID,
        name: str,
        *,
        days: int | None = None,
        reason: str,
    ) -> str:
        """Make a token with which a program acts for a person.

        Args:
            by: Who asks.
            user_id: For whom it acts.
            name: What it is for.
            days: How long it lasts; ``None`` means until it is revoked.
            reason: Why.

        Returns:
            The token. Only its hash is kept: it is said once.

        Raises:
            NotFoundError: There is no such person.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        if days is not None and not 1 <= days <= 3650:
            raise InvalidInputError("A token lasts 1 to 3650 days.")
        token, name = new_api_token(), _words(name, _TOKEN_NAME_LENGTH)
        self._session.execute(
            sa.insert(ApiToken).values(
                user_id=user_id,
                name=name,
                token_sha256=hash_token(token),
                expires_at=days and sa.func.now() + timedelta(days=days),
            )
        )
        self._audit.record(by, "token_added", f"{user.email}: {name}", reason)
        return token

    def revoke_session(self, by: Acting, session_id: UUID, *, reason: str) -> None:
        """End one sign-in of a person.

        Raises:
            NotFoundError: There is no such sign-in, or it has ended.
        """
        self._revoke(by, AuthSession, session_id, "session_revoked", reason)

    def revoke_token(self, by: Acting, token_id: UUID, *, reason: str) -> None:
        """End a token.

        Raises:
            NotFoundError: There is no such token, or it has ended.
        """
        self._revoke(by, ApiToken, token_id, "token_revoked", reason)

    def revoke_all(self, by: Acting, user_id: UUID, *, reason: str) -> int:
        """End every sign-in and token of a person; return how many there were.

        Raises:
            NotFoundError: There is no such person.
        """
        user = self._changeable(by, user_id)
        reason = require_reason(reason)
        ended = self._end_sessions(user_id) + self._end_tokens(user_id)
        self._audit.record(by, "sessions_revoked", user.email, reason)
        tell_changed(self._session, user_id)
        return ended

    def _revoke(
        self,
        by: Acting,
        table: type[AuthSession] | type[ApiToken],
        row_id: UUID,
        action: str,
        reason: str,
    ) -> None:
        require_admin(by)
        reason = require_reason(reason)
        user_id = self._session.execute(
            sa.update(table)
            .where(col(table.id) == row_id, col(table.revoked_at).is_(None))
            .values(revoked_at=sa.func.now())
            .returning(col(table.user_id))
        ).scalar()
        if user_id is None:
            raise NotFoundError("open session or token", row_id)
        user = self._session.get_one(User, user_id)
        self._audit.record(by, action, user.email, reason)
        tell_changed(self._session, user_id)

    def _end_sessions(self, user_id: UUID) -> int:
        return self._end(AuthSession, user_id)

    def _end_tokens(self, user_id: UUID) -> int:
        return self._end(ApiToken, user_id)

    def _end(self, table: type[AuthSession] | type[ApiToken], user_id: UUID) -> int:
        ended = self._session.execute(
            sa.update(table)
            .where(col(table.user_id) == user_id, col(table.revoked_at).is_(None))
            .values(revoked_at=sa.func.now())
            .returning(col(table.id))
        )
        return len(ended.all())

    def _changeable(self, by: Acting, user_id: UUID) -> User:
        require_admin(by)
        user = self._session.get(User, user_id, with_for_update=True)
        if user is None:
            raise NotFoundError("person", user_id)
        return user

    def _keep_an_admin(self, user: User) -> None:
        """Refuse what would leave nobody who may administer.

        The other admins are locked, so that two cannot shut each other out at once.
        """
        others = self._session.execute(
            sa.select(col(User.id))
            .where(col(User.is_admin), col(User.is_active), col(User.id) != user.id)
            .with_for_update()
        ).all()
        if user.is_admin and not others:
            raise ConflictError(
                f"{user.email} is the last admin; make someone else an admin first."
            )

    def _place(self, client_account_id: UUID, engagement_id: UUID | None) -> str:
        client = self._session.get(ClientAccount, client_account_id)
        if client is None:
            raise NotFoundError("client account", client_account_id)
        if engagement_id is None:
            return client.name
        engagement = self._session.get(Engagement, engagement_id)
        if engagement is None or engagement.client_account_id != client.id:
            raise NotFoundError("engagement", engagement_id)
        return f"{client.name} / {engagement.name}"


def _email(email: str) -> str:
    """Return ``email`` as it is kept; only its rough form is checked."""
    words = email.strip().lower()
    name, at, domain = words.rpartition("@")
    if not (name and at and domain) or " " in words or len(words) > _EMAIL_LENGTH:
        raise InvalidInputError("Give an email address such as maya@example.com.")
    return words


def _words(name: str, longest: int) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= longest:
        raise InvalidInputError(f"Give a name of 1 to {longest} characters.")
    return words
