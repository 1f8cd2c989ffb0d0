"""The plan's own integration test: from an empty database to every page."""

import re

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from discovery_app.agents.rules import RulesAssistant
from discovery_app.database import migrate
from discovery_app.domain.access import Role
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.phases import ORDER
from tests.e2e.conftest import ServedApp
from tests.factories import take_lease
from tests.people import PASSWORD
from tests.processes import NORTHWIND, demo_file

pytestmark = pytest.mark.e2e

PAGES = {
    "/": "DC exit 2027",
    "/workflows": "northwind-vinfo.csv",
    "/workflows/{workflow}": "northwind-vinfo.csv",
    "/engagements/{engagement}": "DC exit 2027",
    "/engagements/{engagement}/assets": "of 85",
    "/engagements/{engagement}/dependencies": "nw-ddc01",
    "/engagements/{engagement}/modernisation": "Windows Server",
    "/workflows/{workflow}/issues": "northwind-vinfo.csv",
}


@pytest.fixture
def database(empty_database):
    """An empty database that only the migrations have touched."""
    migrate()
    return empty_database


@pytest.fixture
def client(app: ServedApp):
    """A program that signed in as a consultant."""
    email = app.add_person(Role.CONSULTANT)
    with httpx.Client(
        base_url=app.address, headers={"Origin": app.address}, timeout=30
    ) as client:
        form = {"email": email, "password": PASSWORD}
        signed_in = client.post("/auth/sign-in", data=form)
        assert signed_in.status_code == 303
        yield client


def stored(database, workflow_id):
    with database.as_owner() as connection:
        return connection.execute(
            sa.text("select current_phase, status from workflow_states where id = :id"),
            {"id": workflow_id},
        ).one()


def run_one_phase():
    """Run the phase that is due, and hand the workflow back after it."""
    manager = DiscoveryWorkflowManager(
        lambda scope: RulesAssistant(), draining=lambda: True
    )
    manager.run_workflow(take_lease())


def test_an_upload_becomes_inventory_and_every_page_shows_it(
    app: ServedApp, client, database, sign_in
):
    created = client.post(
        "/api/v1/data-imports",
        data={"engagement_id": str(app.engagement_id)},
        files=[("files", (name, demo_file(name))) for name in NORTHWIND],
    )
    assert created.status_code == 201, created.text
    ids = created.json()
    status = f"/api/v1/data-imports/{ids['session_id']}/workflow"

    seen = [client.get(status).json()]
    for _ in ORDER:
        run_one_phase()
        answer = client.get(status).json()
        row = stored(database, ids["workflow_id"])
        assert (answer["current_phase"], answer["status"]) == tuple(row)
        seen.append(answer)

    expected = [(phase, "queued") for phase in ORDER] + [(ORDER[-1], "completed")]
    assert [(one["current_phase"], one["status"]) for one in seen] == expected
    progress = [one["progress_percentage"] for one in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert seen[-1]["accounting"]["created"] == 85
    page = sign_in(Role.MANAGER)
    for path, words in PAGES.items():
        route = path.format(workflow=ids["workflow_id"], engagement=app.engagement_id)
        page.goto(app.url(route))
        found = page.get_by_text(re.compile(re.escape(words)))
        expect(found.filter(visible=True).first).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/workflows/not-an-id",
        "/api/v1/workflows/00000000-0000-0000-0000-000000000000",
        "/api/v1/engagements/00000000-0000-0000-0000-000000000000/assets",
    ],
)
def test_a_wrong_id_is_a_sentence(client, path):
    answer = client.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"]
    assert "Traceback" not in answer.text
