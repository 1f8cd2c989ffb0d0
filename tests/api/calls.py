"""Callers of the real API: a person with an API token on an engagement."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi.testclient import TestClient

from discovery_app.agents.rules import RulesAssistant
from discovery_app.api.app import build_api
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person, Role, Scope
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.services.assets import AssetService
from discovery_app.services.crewai_flow import StartedDiscovery
from discovery_app.services.engagements import EngagementService
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.people import PeopleService
from discovery_app.services.publication import Publication
from tests import people
from tests.factories import make_state, take_lease
from tests.processes import NORTHWIND, demo_file, look, start_discovery
from tests.services import inventory

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Caller:
    """A person, their engagement, and a client that sends their token."""

    person: Person
    scope: Scope
    client: TestClient

    @property
    def assets(self) -> str:
        """Where the engagement's assets are."""
        return f"/api/v1/engagements/{self.scope.engagement_id}/assets"

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Call a path under ``/api/v1``."""
        return self.client.get(f"/api/v1{path}", params=params)

    def post(self, path: str, **body: Any) -> httpx.Response:
        """Post JSON to a path under ``/api/v1``."""
        return self.client.post(f"/api/v1{path}", json=body)

    def upload(self, *names: str, key: str = "", **form: str) -> httpx.Response:
        """Upload demo files; by default those of Northwind."""
        return self.send(
            {name: demo_file(name) for name in names or NORTHWIND}, key, **form
        )

    def send(
        self, files: dict[str, bytes], key: str = "", **form: str
    ) -> httpx.Response:
        """Upload files of these names and contents."""
        return self.client.post(
            "/api/v1/data-imports",
            data={"engagement_id": str(self.scope.engagement_id)} | form,
            files=[("files", (name, content)) for name, content in files.items()],
            headers={"Idempotency-Key": key} if key else {},
        )


def caller(
    role: Role = Role.CONSULTANT, beside: Caller | None = None, pages: Path = Path("-")
) -> Caller:
    """Add a person with ``role`` on an engagement, a new one or that of ``beside``."""
    person = people.add_person(is_admin=role is Role.ADMIN)
    if beside is None:
        client_id = people.add_client()
        engagement_id = people.add_engagement(client_id)
    else:
        client_id = beside.scope.client_account_id
        engagement_id = beside.scope.engagement_id
    if role is not Role.ADMIN:
        people.add_membership(person, role, client_id, engagement_id)
    with unit_of_work(AccountScope()) as session:
        scope = EngagementService(session).scope(person, engagement_id)
        token = PeopleService(session).add_token(
            people.OPERATOR, person.user_id, "script", reason=people.WHY
        )
    client = TestClient(build_api(pages), raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {token}"
    return Caller(person, scope, client)


def stranger() -> TestClient:
    """Return a client of the same API that nobody signed in."""
    return TestClient(build_api(Path("-")), raise_server_exceptions=False)


def run_due() -> None:
    """Run the workflow that is due until it rests, as a runner would, in-process."""
    lease = take_lease()
    if lease is None:
        raise AssertionError("No workflow is due.")
    DiscoveryWorkflowManager(lambda scope: RulesAssistant()).run_workflow(lease)


def finish_import(
    scope: Scope, files: dict[str, bytes] | None = None
) -> StartedDiscovery:
    """Import files to the inventory, with the best candidate of each open column."""
    _, started = start_discovery(scope, files)
    run_due()
    if look(scope, started).status == "waiting_for_approval":
        with unit_of_work(scope) as session:
            FieldMappingService(session).approve(
                scope, started.workflow_id, [], accept_best=True
            )
        run_due()
    assert look(scope, started).status == "completed"
    return started


def publish(
    scope: Scope, *rows: dict[str, Any], **frames: list[dict[str, Any]]
) -> UUID:
    """Publish assets into an engagement; return the upload they came by.

    Args:
        frames: Rows of ``edges``, ``groups``, ``findings`` or ``decisions``.
    """
    found = inventory.candidates(*rows)
    with unit_of_work(scope) as session:
        session_id = make_state(session, scope).session_id
        publication = Publication(
            session_id=session_id,
            as_of=inventory.AS_OF,
            rows_in=found.height,
            excluded=0,
            rejected=0,
            candidates=found,
            edges=inventory.frame(inventory.EDGES, frames.get("edges", [])),
            groups=inventory.frame(inventory.GROUPS, frames.get("groups", [])),
            findings=inventory.frame(inventory.FINDINGS, frames.get("findings", [])),
            decisions=inventory.frame(inventory.DECISIONS, frames.get("decisions", [])),
        )
        AssetService(session).publish(scope, publication)
    return session_id
