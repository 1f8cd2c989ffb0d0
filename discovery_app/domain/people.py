"""People, as the admin pages and the command line see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from discovery_app.domain.access import Permission, Person, Role, require


@dataclass(frozen=True)
class Operator:
    """Someone on the command line of the machine itself; may do what an admin may.

    Attributes:
        actor: How the history names them, e.g. ``cli:maya``.
    """

    actor: str

    @property
    def is_admin(self) -> bool:
        """Return that who can start the app's commands owns its database."""
        return True

    @property
    def user_id(self) -> UUID | None:
        """Return that no signed-in person acts."""
        return None


Acting = Person | Operator
"""Who asks for an admin's action."""


def require_admin(by: Acting) -> None:
    """Check that ``by`` may do what admins do.

    Raises:
        NotPermittedError: They may not.
    """
    role = Role.ADMIN if by.is_admin else Role.CONSULTANT
    require(role, Permission.MANAGE_PEOPLE)


@dataclass(frozen=True)
class MembershipView:
    """What a person is for a client account, or for one engagement of it.

    Attributes:
        engagement_id: ``None`` means every engagement of the client account.
        engagement: Empty when it is all of them.
    """

    membership_id: UUID
    role: Role
    client_account_id: UUID
    client: str
    engagement_id: UUID | None = None
    engagement: str = ""


@dataclass(frozen=True)
class SignInView:
    """A browser on which a person is signed in."""

    session_id: UUID
    user_agent: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class TokenView:
    """A token with which a program acts for a person.

    Attributes:
        expires_at: ``None`` means not before it is revoked.
    """

    token_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class PersonView:
    """A person with what they may reach and by what they are signed in now.

    Attributes:
        memberships: By client account and engagement.
        sign_ins: Neither expired nor revoked, newest first.
        tokens: The same way.
    """

    user_id: UUID
    email: str
    name: str
    is_admin: bool
    is_active: bool
    created_at: datetime
    locked_until: datetime | None = None
    memberships: tuple[MembershipView, ...] = ()
    sign_ins: tuple[SignInView, ...] = ()
    tokens: tuple[TokenView, ...] = ()
