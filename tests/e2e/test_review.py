"""A consultant corrects rows in place, and takes an import back."""

import re

import pytest
from playwright.sync_api import Page, expect

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.services.field_mappings import FieldMappingService
from tests.e2e.conftest import ServedApp
from tests.e2e.test_manager import operator_scope
from tests.processes import look, start_discovery, wait_for_rest

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("with_runner")]

FILE = b"""Server name,Operating system,Memory (MB)
web-01,Ubuntu 22.04,8192
,Debian 12,4096
"""


def imported(app: ServedApp) -> str:
    """Finish an import with a row that has no name; return its workflow's address."""
    scope = operator_scope(app)
    _, started = start_discovery(scope, {"servers.csv": FILE})
    if wait_for_rest(scope, started).status == "waiting_for_approval":
        with unit_of_work(scope) as session:
            FieldMappingService(session).approve(
                scope, started.workflow_id, [], accept_best=True
            )
    wait_for_rest(scope, started)
    assert look(scope, started).status == "completed"
    return app.url(f"/workflows/{started.workflow_id}")


def correct_the_name(page: Page, name: str) -> None:
    """Give the row without a name one, and have it checked."""
    page.get_by_role("button", name="Correct row 3").click()
    page.get_by_label("Server name").fill(name)
    page.get_by_role("button", name="Keep and check again").click()


def test_corrects_a_rejected_row_and_runs_again(app: ServedApp, sign_in):
    page = sign_in(Role.CONSULTANT)
    workflow = imported(app)
    page.goto(f"{workflow}/issues")

    correct_the_name(page, "web-02")
    expect(page.get_by_text("This row will be taken in")).to_be_visible()
    expect(page.get_by_text("Fixed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Apply corrections…").click()
    page.get_by_role("button", name="Apply and run again").click()

    page.wait_for_url(re.compile(r"/workflows/[^/]+$"))
    expect(page.get_by_text("Run again with 1 changed correction")).to_be_visible()
    expect(page.get_by_text("Workflow completed").nth(1)).to_be_visible(timeout=60_000)
    page.goto(f"{workflow}/issues")
    expect(page.get_by_role("row", name=re.compile("web-02.*Applied"))).to_be_visible()


def test_takes_an_import_back_after_a_preview(app: ServedApp, sign_in):
    page = sign_in(Role.CONSULTANT)
    workflow = imported(app)
    page.goto(workflow)
    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_role("row", name=re.compile("web-01.*Created"))).to_be_visible()

    page.get_by_role("button", name="Take this import back…").click()
    expect(page.get_by_text("1 asset only this import knows")).to_be_visible()
    expect(page.get_by_role("button", name="Take it back")).to_be_disabled()
    page.get_by_label("Reason").fill("The wrong month")
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_text("Taken back: 1 removed")).to_be_visible()
    expect(page.get_by_text("Nothing in the inventory comes from")).to_be_visible()


def test_managers_see_no_imports_and_correct_nothing(app: ServedApp, sign_in):
    page = sign_in(Role.MANAGER)
    page.goto(f"{imported(app)}/issues")

    expect(page.get_by_role("heading", name="Data issues")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("servers.csv"))).not_to_have_count(0)
    expect(page.get_by_role("button", name="Correct row 3")).to_have_count(0)
    expect(page.get_by_role("link", name="Imports")).to_have_count(0)
