"""People: who they are, how they come in, and what they may reach."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.config import settings
from discovery_app.domain.access import Person
from discovery_app.errors import NotFoundError, NotSignedInError
from discovery_app.models import ApiToken, AuthSession, User
from discovery_app.services.audit import AuditService

PERSON_CHANGED: Final = "person_changed"
"""The channel that says whose rights or sessions changed; the payload is their id."""
FREE_TRIES: Final = 5
"""Wrong passwords before waiting begins; it doubles with each further one."""
LONGEST_WAIT_SECONDS: Final = 900
_TOKEN_BYTES: Final = 32
_API_PREFIX: Final = "dd_"
"""Lets people and secret scanners recognise a token of this app."""
_USER_AGENT_LENGTH: Final = 300
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Attempt:
    """One try to sign in, counted before the password is looked at.

    Attributes:
        password_hash: What is kept of theirs; empty if no try is allowed.
    """

    user_id: UUID = _NOBODY
    password_hash: str = ""


class AccountService:
    """Knows people by their session or token, and opens and ends sessions.

    Works in units of work of an ``AccountScope``; ``services.sign_in`` has the whole
    of a sign-in and ``services.people`` what admins do. One instance serves one unit
    of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._audit = AuditService(session)

    def begin_attempt(self, email: str) -> Attempt:
        """Count one try to sign in as ``email`` and return what to compare with.

        The try is counted first, in one statement, so that a thousand tries at once
        are a thousand tries. An unknown, deactivated or locked person gets an
        attempt that no password fits.
        """
        failures = User.failed_attempts
        seconds = sa.func.least(
            LONGEST_WAIT_SECONDS, sa.func.power(2, col(failures) + 2 - FREE_TRIES)
        )
        wait = sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        counted = self._session.execute(
            sa.update(User)
            .where(
                col(User.email) == email.strip().lower(),
                col(User.is_active),
                sa.or_(
                    col(User.locked_until).is_(None),
                    col(User.locked_until) <= sa.func.clock_timestamp(),
                ),
            )
            .values(
                failed_attempts=sa.func.least(col(failures) + 1, 1000),
                locked_until=sa.case(
                    (
                        col(failures) + 1 >= FREE_TRIES,
                        sa.func.clock_timestamp() + wait,
                    )
                ),
            )
            .returning(col(User.id), col(User.password_hash))
        ).one_or_none()
        return Attempt() if counted is None else Attempt(*counted)

    def finish_attempt(
        self, attempt: Attempt, user_agent: str, *, password_hash: str = ""
    ) -> str:
        """Open a session for the person of a right ``attempt``; return its token.

        Args:
            attempt: One whose password was right.
            user_agent: What their browser calls itself.
            password_hash: A stronger hash of the password, if there is one.
        """
        values: dict[str, object] = {"failed_attempts": 0, "locked_until": None}
        if password_hash:
            values["password_hash"] = password_hash
        self._session.execute(
            sa.update(User).where(col(User.id) == attempt.user_id).values(values)
        )
        return self.open_session(attempt.user_id, user_agent)

    def open_session(self, user_id: UUID, user_agent: str = "") -> str:
        """Open a session for a person who has proved who they are.

        Returns:
            The token for their cookie. Only its hash is kept: it is said once.

        Raises:
            NotFoundError: There is no such person, or they are deactivated.
        """
        user = self._session.get(User, user_id)
        if user is None or not user.is_active:
            raise NotFoundError("person", user_id)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        session_id = self._session.execute(
            sa.insert(AuthSession)
            .values(
                user_id=user_id,
                token_sha256=hash_token(token),
                user_agent=user_agent[:_USER_AGENT_LENGTH],
                expires_at=sa.func.now() + timedelta(hours=settings().session_hours),
            )
            .returning(col(AuthSession.id))
        ).scalar_one()
        self._audit.record(_person(user, session_id), "signed_in", user.email)
        return token

    def person_by_session(self, token: str) -> Person:
        """Return who the cookie's ``token`` belongs to.

        Raises:
            NotSignedInError: Nobody: it is unknown, expired or revoked.
        """
        found = self._session.execute(
            select(User, AuthSession.id)
            .join(AuthSession, col(AuthSession.user_id) == User.id)
            .where(
                AuthSession.token_sha256 == hash_token(token),
                col(AuthSession.revoked_at).is_(None),
                col(AuthSession.expires_at) > sa.func.now(),
                col(User.is_active),
            )
        ).one_or_none()
        if found is None:
            raise NotSignedInError
        return _person(*found)

    def person_by_token(self, bearer: str) -> Person:
        """Return for whom the API token ``bearer`` acts, and note that it was used.

        Raises:
            NotSignedInError: Nobody: it is unknown, expired or revoked.
        """
        found = self._session.execute(
            select(User, ApiToken.id)
            .join(ApiToken, col(ApiToken.user_id) == User.id)
            .where(
                ApiToken.token_sha256 == hash_token(bearer),
                col(ApiToken.revoked_at).is_(None),
                sa.or_(
                    col(ApiToken.expires_at).is_(None),
                    col(ApiToken.expires_at) > sa.func.now(),
                ),
                col(User.is_active),
            )
        ).one_or_none()
        if found is None:
            raise NotSignedInError(
                "This API token is unknown, expired or revoked; ask an admin for one."
            )
        self._note_use(found[1])
        return _person(*found)

    def sign_out(self, token: str) -> UUID | None:
        """End the session of ``token``, if there is one; return whose it was."""
        ended = self._session.execute(
            sa.update(AuthSession)
            .where(
                col(AuthSession.token_sha256) == hash_token(token),
                col(AuthSession.revoked_at).is_(None),
            )
            .values(revoked_at=sa.func.now())
            .returning(col(AuthSession.user_id), col(AuthSession.id))
        ).one_or_none()
        if ended is None:
            return None
        user = self._session.get_one(User, ended.user_id)
        self._audit.record(_person(user, ended.id), "signed_out", user.email)
        tell_changed(self._session, user.id)
        return user.id

    def forget_ended_sessions(self, days: float) -> int:
        """Remove sessions that ended at least ``days`` ago; return how many."""
        ended = sa.func.least(col(AuthSession.expires_at), col(AuthSession.revoked_at))
        removed = self._session.execute(
            sa.delete(AuthSession)
            .where(ended < sa.func.now() - timedelta(days=days))
            .returning(col(AuthSession.id))
        )
        return len(removed.all())

    def _note_use(self, token_id: UUID) -> None:
        """Once a minute: a busy program must not write a row with each call."""
        used = col(ApiToken.last_used_at)
        minute_ago = sa.func.now() - timedelta(minutes=1)
        self._session.execute(
            sa.update(ApiToken)
            .where(
                col(ApiToken.id) == token_id,
                sa.or_(used.is_(None), used < minute_ago),
            )
            .values(last_used_at=sa.func.now())
        )


def new_api_token() -> str:
    """Return a fresh token for a program."""
    return _API_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Return what is kept of ``token``.

    A plain hash is enough for 32 random bytes; there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def tell_changed(session: Session, user_id: UUID) -> None:
    """Say, once the unit of work commits, that a person's rights have changed.

    Every web process drops what it remembers of them.
    """
    session.execute(sa.select(sa.func.pg_notify(PERSON_CHANGED, str(user_id))))


def _person(user: User, session_id: UUID) -> Person:
    return Person(
        user_id=user.id,
        email=user.email,
        name=user.name,
        is_admin=user.is_admin,
        session_id=session_id,
    )
