"""A manager watches the runs of their engagements and changes nothing."""

import re

import pytest
from playwright.sync_api import expect

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, Scope
from discovery_app.services.engagements import EngagementService
from tests.e2e.conftest import ServedApp
from tests.people import add_person
from tests.processes import runner, start_discovery

pytestmark = pytest.mark.e2e


def operator_scope(app: ServedApp) -> Scope:
    """Return an admin's scope on the app's engagement."""
    person = add_person(is_admin=True)
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).scope(person, app.engagement_id)


def test_sees_a_run_appear_and_finish_on_the_board(app: ServedApp, sign_in):
    page = sign_in(Role.MANAGER)
    page.goto(app.url("/workflows"))
    expect(page.get_by_role("heading", name="Workflows")).to_be_visible()
    loads = []
    page.on("load", lambda _: loads.append(page.url))

    start_discovery(operator_scope(app))

    row = page.get_by_role("row").filter(has_text="northwind-vinfo.csv")
    expect(row).to_contain_text("Queued")
    with runner():
        expect(row).to_contain_text("Completed", timeout=90_000)
    assert loads == [], "The page was loaded again."


def test_sees_imports_but_cannot_add_one(app: ServedApp, sign_in):
    page = sign_in(Role.MANAGER)

    page.goto(app.import_page)

    expect(page.get_by_text("but not add one")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Start"))).to_have_count(0)
    expect(page.get_by_label("Drop exports here")).to_have_count(0)


def test_does_not_see_another_clients_engagement(app: ServedApp, sign_in):
    page = sign_in(Role.MANAGER)
    other = ServedApp(app.address, client="Contoso Health")

    page.goto(other.import_page)

    expect(page.get_by_text("that you may see")).to_be_visible()
    expect(page.get_by_text("Contoso Health")).to_have_count(0)
