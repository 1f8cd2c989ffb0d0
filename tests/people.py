"""People, clients and engagements on record; a test states only what it is about."""

from uuid import UUID, uuid4

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person, Role
from discovery_app.domain.people import Operator
from discovery_app.services.accounts import AccountService
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.people import PeopleService

OPERATOR = Operator("cli:tester")
PASSWORD = "correct horse battery"  # noqa: S105
WHY = "The test asks for it."


def add_person(
    email: str = "", *, is_admin: bool = False, password: str = PASSWORD
) -> Person:
    """Add a person and return them signed in."""
    return person_of(add_session(email, is_admin=is_admin, password=password))


def add_session(
    email: str = "", *, is_admin: bool = False, password: str = PASSWORD
) -> str:
    """Add a person and return the token of a session of theirs."""
    email = email or f"{uuid4().hex[:8]}@example.com"
    with unit_of_work(AccountScope()) as session:
        user_id = PeopleService(session).add_user(
            OPERATOR,
            email,
            "Maya Okafor",
            password=password,
            is_admin=is_admin,
            reason=WHY,
        )
        return AccountService(session).open_session(user_id, "A browser")


def person_of(token: str) -> Person:
    """Return who the session ``token`` belongs to."""
    with unit_of_work(AccountScope()) as session:
        return AccountService(session).person_by_session(token)


def add_client(name: str = "") -> UUID:
    """Add a client account."""
    name = name or f"Client {uuid4().hex[:8]}"
    with unit_of_work(AccountScope()) as session:
        return ClientAccountService(session).create_client(OPERATOR, name, WHY)


def add_engagement(client_account_id: UUID, name: str = "Discovery") -> UUID:
    """Add an engagement of a client account."""
    with unit_of_work(AccountScope()) as session:
        return ClientAccountService(session).create_engagement(
            OPERATOR, client_account_id, name, WHY
        )


def add_membership(
    person: Person,
    role: Role,
    client_account_id: UUID,
    engagement_id: UUID | None = None,
) -> UUID:
    """Make ``person`` a member."""
    with unit_of_work(AccountScope()) as session:
        return PeopleService(session).add_membership(
            OPERATOR,
            person.user_id,
            role,
            client_account_id,
            engagement_id,
            reason=WHY,
        )
