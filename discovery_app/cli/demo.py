"""``demo``: two made-up clients with two engagements each, three people, real runs.

Everything here is made up for this project. The files go through the ordinary
import, so that what the pages show was made by the phases and by nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final
from uuid import UUID

import typer
from sqlmodel import Session

from discovery_app.cli.terminal import prepared_database, tell
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, Scope
from discovery_app.domain.people import Operator
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.people import PeopleService
from discovery_app.services.people_list import PeopleListService

_OPERATOR: Final = Operator("demo")
_REASON: Final = "demo data"


@dataclass(frozen=True)
class DemoPerson:
    """A made-up person; the password is printed, so it protects nothing."""

    email: str
    name: str
    role: Role
    password: str


PEOPLE: Final = (
    DemoPerson("maya@demo.example", "Maya Okafor", Role.CONSULTANT, "consultant-demo"),
    DemoPerson("jonas@demo.example", "Jonas Lindqvist", Role.MANAGER, "manager-demo-1"),
    DemoPerson("ada@demo.example", "Ada Ferreira", Role.ADMIN, "admin-demo-123"),
)

ENGAGEMENTS: Final = {
    ("Northwind Logistics", "DC exit 2027"): (
        "northwind-vinfo.csv",
        "northwind-connections.csv",
    ),
    ("Northwind Logistics", "SAP landscape assessment"): ("northwind-sap-servers.csv",),
    ("Contoso Health", "Azure landing 2026"): ("contoso-server.csv",),
    ("Contoso Health", "Branch closure"): (),
}
"""By client and engagement: the files of its first import."""


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(demo)


def demo() -> None:
    """Load the made-up clients, people and imports, if they are not there."""
    with prepared_database():
        loaded = load_demo()
    tell("The demo is loaded." if loaded else "The demo was loaded before.")
    for line in sign_ins():
        tell(line)


def sign_ins() -> Iterator[str]:
    """Return one line a demo person: role, email and password."""
    for person in PEOPLE:
        yield f"{person.role.value:<11} {person.email:<20} {person.password}"


def load_demo() -> bool:
    """Load whatever of the demo is missing; return whether anything was."""
    scopes = _load_clients()
    with unit_of_work(AccountScope()) as session:
        added = [_load_person(session, one) for one in PEOPLE]
    for scope, names in zip(scopes, ENGAGEMENTS.values(), strict=True):
        if names:
            _import(scope, names)
    return any(added)


def _load_clients() -> list[Scope]:
    scopes = []
    with unit_of_work(AccountScope()) as session:
        clients = ClientAccountService(session)
        for client, engagement in ENGAGEMENTS:
            made = clients.ensure(_OPERATOR, client, engagement)
            scopes.append(
                Scope(PEOPLE[0].name, Role.ADMIN, made.client_account_id, made.id)
            )
    return scopes


def _load_person(session: Session, person: DemoPerson) -> bool:
    if PeopleListService(session).person(_OPERATOR, person.email) is not None:
        return False
    people, is_admin = PeopleService(session), person.role is Role.ADMIN
    user_id = people.add_user(
        _OPERATOR,
        person.email,
        person.name,
        password=person.password,
        is_admin=is_admin,
        reason=_REASON,
    )
    if not is_admin:
        for client in dict.fromkeys(client for client, _ in ENGAGEMENTS):
            place = _client_id(session, client)
            people.add_membership(
                _OPERATOR, user_id, person.role, place, reason=_REASON
            )
    return True


def _client_id(session: Session, client: str) -> UUID:
    return ClientAccountService(session).place(client)[0]


def _import(scope: Scope, names: tuple[str, ...]) -> None:
    folder = resources.files("discovery_app.cli").joinpath("demo_files")
    files = [UploadedFile(name, [folder.joinpath(name).read_bytes()]) for name in names]
    CrewAIFlowService().initiate_data_source_analysis(
        scope, files, StartRequest(key=f"demo {' '.join(names)}")
    )
