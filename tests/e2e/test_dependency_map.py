"""A consultant finds their way on the dependency map, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from discovery_app.domain.access import Role
from tests.e2e.conftest import ServedApp
from tests.e2e.test_accessibility import barriers
from tests.e2e.test_manager import operator_scope
from tests.processes import NORTHWIND, demo_file, start_discovery, wait_for_rest

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("with_runner")]


def view_of(page: Page) -> list[float]:
    return [float(n) for n in page.locator("svg.map").get_attribute("viewBox").split()]


@pytest.fixture
def page(app: ServedApp, sign_in) -> Page:
    """The dependencies page of an engagement whose import is done."""
    scope = operator_scope(app)
    files = {name: demo_file(name) for name in NORTHWIND}
    _, started = start_discovery(scope, files)
    wait_for_rest(scope, started)
    page = sign_in(Role.CONSULTANT)
    page.goto(app.url(f"/engagements/{app.engagement_id}/dependencies"))
    expect(whole_map(page)).to_be_visible()
    return page


def whole_map(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("Dependency map: Whole"))


def about(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name)


def test_the_map_zooms_and_moves_by_buttons_and_keys(page: Page):
    whole = view_of(page)

    page.get_by_role("button", name="Zoom in").click()
    assert view_of(page)[2] < whole[2]
    whole_map(page).focus()
    page.keyboard.press("0")
    assert view_of(page) == whole
    page.keyboard.press("ArrowRight")
    assert view_of(page)[0] > whole[0]
    assert barriers(page) == []


def test_the_map_is_walked_by_links_that_can_be_sent(page: Page):
    page.get_by_role("link", name=re.compile("^nw-opdb01-d, asset")).press("Enter")
    expect(page).to_have_url(re.compile(r"\?focus=asset%3A"))
    expect(about(page, "nw-opdb01-d")).to_be_visible()
    near = page.locator(".map-node").count()
    page.get_by_role("radio", name="2 steps").click()
    expect(page).to_have_url(re.compile("hops=2"))
    expect(page.locator(".map-node")).not_to_have_count(near)
    page.get_by_text("The same as a table").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="nw-opdb01-d").first).to_be_visible()

    address = page.url
    page.get_by_role("link", name="Whole engagement").click()
    expect(whole_map(page)).to_be_visible()
    page.goto(address)
    expect(about(page, "nw-opdb01-d")).to_be_visible()


def test_the_search_leads_to_an_application(page: Page):
    page.get_by_role("searchbox").fill("warehouse")
    page.get_by_role("link", name=re.compile("^Warehouse Control")).click()

    expect(about(page, "Warehouse Control")).to_be_visible()
