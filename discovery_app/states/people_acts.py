"""What admins do with people: each act as one unit of work."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person, Role
from discovery_app.domain.people_page import ActForm
from discovery_app.errors import InvalidInputError
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.people import PeopleService


@dataclass(frozen=True)
class Asked:
    """An act with all that was filled in.

    Attributes:
        user_id: The person in the drawer; empty where there is none.
        target: What it acts on beside them.
    """

    kind: str
    user_id: str
    target: str
    form: ActForm
    password: str
    reason: str


def perform(by: Person, asked: Asked) -> str:
    """Do what was asked; return the token it made, if it made one.

    Raises:
        NotPermittedError: ``by`` is no admin.
        InvalidInputError: Something is missing or wrong.
        ConflictError: It cannot be done as things are.
    """
    with unit_of_work(AccountScope()) as session:
        if asked.kind in ("create_client", "create_engagement"):
            _tenants(session, by, asked)
            return ""
        people = PeopleService(session)
        if asked.kind == "add_token":
            return _add_token(people, by, asked)
        acts = {**_switches(people, by, asked), **_grants(people, by, asked)}
        if asked.kind not in acts:
            raise InvalidInputError("This page is older than the server; reload it.")
        acts[asked.kind]()
    return ""


def _switches(
    people: PeopleService, by: Person, asked: Asked
) -> dict[str, Callable[[], object]]:
    """Return the acts on a person as a whole."""
    why = asked.reason

    def who() -> UUID:
        return _id(asked.user_id, "person")

    return {
        "add_person": lambda: people.add_user(
            by,
            asked.form.email,
            asked.form.name,
            password=asked.password,
            is_admin=asked.form.is_admin,
            reason=why,
        ),
        "set_password": lambda: people.set_password(
            by, who(), asked.password, reason=why
        ),
        "grant_admin": lambda: people.set_admin(by, who(), is_admin=True, reason=why),
        "withdraw_admin": lambda: people.set_admin(
            by, who(), is_admin=False, reason=why
        ),
        "deactivate": lambda: people.set_active(by, who(), is_active=False, reason=why),
        "reactivate": lambda: people.set_active(by, who(), is_active=True, reason=why),
        "revoke_all": lambda: people.revoke_all(by, who(), reason=why),
    }


def _grants(
    people: PeopleService, by: Person, asked: Asked
) -> dict[str, Callable[[], object]]:
    """Return the acts on what a person holds."""
    why, form = asked.reason, asked.form

    def target() -> UUID:
        return _id(asked.target, "entry")

    return {
        "add_membership": lambda: people.add_membership(
            by,
            _id(asked.user_id, "person"),
            _role(form.role),
            _id(form.client, "client account"),
            _id(form.engagement, "engagement") if form.engagement else None,
            reason=why,
        ),
        "remove_membership": lambda: people.remove_membership(by, target(), reason=why),
        "revoke_session": lambda: people.revoke_session(by, target(), reason=why),
        "revoke_token": lambda: people.revoke_token(by, target(), reason=why),
    }


def _add_token(people: PeopleService, by: Person, asked: Asked) -> str:
    days = asked.form.days
    if days and not (days.isascii() and days.isdecimal()):
        raise InvalidInputError("Give the days as a whole number, or none.")
    return people.add_token(
        by,
        _id(asked.user_id, "person"),
        asked.form.name,
        days=int(days) if days else None,
        reason=asked.reason,
    )


def _tenants(session: Session, by: Person, asked: Asked) -> None:
    clients = ClientAccountService(session)
    if asked.kind == "create_client":
        clients.create_client(by, asked.form.name, asked.reason)
        return
    client_id = _id(asked.form.client, "client account")
    clients.create_engagement(by, client_id, asked.form.name, asked.reason)


def _role(word: str) -> Role:
    if word not in set(Role):
        raise InvalidInputError("Choose a role first.")
    return Role(word)


def _id(word: str, what: str) -> UUID:
    try:
        return UUID(word)
    except ValueError as error:
        raise InvalidInputError(f"Choose a {what} first.") from error
