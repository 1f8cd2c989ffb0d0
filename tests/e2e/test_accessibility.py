"""Every page is free of what axe calls a serious or critical barrier."""

import pytest
from playwright.sync_api import Page, expect

from discovery_app.domain.access import Role
from tests.e2e.conftest import ServedApp
from tests.e2e.test_consultant import AMBIGUOUS
from tests.e2e.test_manager import operator_scope
from tests.processes import start_discovery, wait_for_rest

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="axe-playwright-python is not installed",
)

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("with_runner")]

GRAVE = {"serious", "critical"}
PATHS = (
    "/",
    "/workflows",
    "/engagements/{engagement}",
    "/engagements/{engagement}/import",
    "/engagements/{engagement}/assets",
    "/engagements/{engagement}/conflicts",
    "/engagements/{engagement}/dependencies",
    "/engagements/{engagement}/modernisation",
    "/engagements/{engagement}/settings",
    "/workflows/{workflow}",
    "/workflows/{workflow}/mapping",
    "/workflows/{workflow}/issues",
    "/workflows/{workflow}/changes",
    "/admin/runs",
    "/admin/workers",
    "/admin/people",
    "/admin/end-of-life",
    "/admin/audit",
)


def barriers(page: Page) -> list[str]:
    """Return the barriers of the shown page, each with the first place."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} — {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(app: ServedApp, sign_in, scheme):
    scope = operator_scope(app)
    _, started = start_discovery(scope, {"mystery.csv": AMBIGUOUS.encode()})
    wait_for_rest(scope, started)
    page = sign_in(Role.ADMIN, color_scheme=scheme)

    found = {}
    for path in PATHS:
        page.goto(
            app.url(
                path.format(engagement=app.engagement_id, workflow=started.workflow_id)
            )
        )
        expect(page.locator("main [aria-busy=true]")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(700)  # Skeletons give way to what was read.
        if wrong := barriers(page):
            found[path] = wrong

    assert found == {}


def test_the_sign_in_page_has_no_barrier(app: ServedApp, chromium):
    page = chromium.new_page()
    page.goto(app.url("/sign-in"))
    expect(page.get_by_label("Email")).to_be_visible()

    assert barriers(page) == []
    page.close()
