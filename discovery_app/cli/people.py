"""``user add|token|revoke|list``: people and tokens from the command line."""

from typing import Annotated

import typer
from sqlmodel import Session

from discovery_app.cli.terminal import os_actor, prepared_database, tell
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role
from discovery_app.domain.people import Operator, PersonView
from discovery_app.errors import NotFoundError
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.people import PeopleService
from discovery_app.services.people_list import PeopleListService

app = typer.Typer(no_args_is_help=True, help="People and their tokens.")

_COMMAND_REASON = "asked for on the command line"


@app.command("add")
def add(
    email: str,
    name: Annotated[str, typer.Option(help="How the history names them.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            help="At least 12 characters.",
        ),
    ],
    admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
    role: Annotated[
        Role | None, typer.Option(help="consultant or manager, with --client.")
    ] = None,
    client: Annotated[str, typer.Option(help="Name of the client account.")] = "",
    engagement: Annotated[
        str, typer.Option(help="Only this engagement; default all of the client.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = _COMMAND_REASON,
) -> None:
    """Add a person, and what they are for a client account."""
    if (role is None) != (client == ""):
        raise typer.BadParameter("--role and --client go together.")
    by = Operator(os_actor())
    with prepared_database(), unit_of_work(AccountScope()) as session:
        people = PeopleService(session)
        user_id = people.add_user(
            by, email, name, password=password, is_admin=admin, reason=reason
        )
        if role is not None:
            clients = ClientAccountService(session)
            found = clients.place(client, engagement)
            people.add_membership(by, user_id, role, *found, reason=reason)
    tell(f"{email} may sign in now.")


@app.command("password")
def password(
    email: str,
    new: Annotated[
        str,
        typer.Option(
            "--password",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            help="At least 12 characters.",
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why.")] = _COMMAND_REASON,
) -> None:
    """Give a person a new password; their sessions end."""
    by = Operator(os_actor())
    with prepared_database(), unit_of_work(AccountScope()) as session:
        person = _known(session, by, email)
        PeopleService(session).set_password(by, person.user_id, new, reason=reason)
    tell(f"{email} may sign in with the new password.")


@app.command("token")
def token(
    email: str,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[
        int | None, typer.Option(help="How long it lasts; default until revoked.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = _COMMAND_REASON,
) -> None:
    """Make an API token for a person; it is written once, to standard output."""
    by = Operator(os_actor())
    with prepared_database(), unit_of_work(AccountScope()) as session:
        person = _known(session, by, email)
        made = PeopleService(session).add_token(
            by, person.user_id, name, days=days, reason=reason
        )
    tell(made)


@app.command("revoke")
def revoke(
    email: str,
    reason: Annotated[str, typer.Option(help="Why.")] = _COMMAND_REASON,
) -> None:
    """End every session and every token of a person."""
    by = Operator(os_actor())
    with prepared_database(), unit_of_work(AccountScope()) as session:
        person = _known(session, by, email)
        ended = PeopleService(session).revoke_all(by, person.user_id, reason=reason)
    tell(f"{ended} sessions and tokens of {email} ended.")


@app.command("list")
def list_all() -> None:
    """List people with what they may reach."""
    by = Operator(os_actor())
    with prepared_database(), unit_of_work(AccountScope()) as session:
        people, cursor = PeopleListService(session), ""
        while True:
            page = people.list_people(by, cursor=cursor)
            for person in page.items:
                tell(_line(person))
            cursor = page.next_cursor
            if not cursor:
                return


def _known(session: Session, by: Operator, email: str) -> PersonView:
    person = PeopleListService(session).person(by, email)
    if person is None:
        raise NotFoundError("person", email)
    return person


def _line(person: PersonView) -> str:
    places = [
        f"{one.role} of {one.client}"
        + (f" / {one.engagement}" if one.engagement else "")
        for one in person.memberships
    ]
    if person.is_admin:
        places.insert(0, "admin")
    state = "" if person.is_active else " (deactivated)"
    return f"{person.email}\t{person.name}{state}\t{', '.join(places) or '–'}"
