"""An admin takes a failed run up again, at the phase that failed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.services.field_mappings import FieldMappingService
from tests.e2e.conftest import ServedApp
from tests.e2e.test_consultant import AMBIGUOUS
from tests.e2e.test_manager import operator_scope
from tests.processes import look, start_discovery, wait_for_rest

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("with_runner")]


def damage(folder: Path) -> Callable[[], None]:
    """Overwrite every stored frame; return what puts them back."""
    whole = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert whole, "Nothing is stored yet."
    for path in whole:
        path.write_bytes(b"damaged")

    def repair() -> None:
        for path, content in whole.items():
            path.write_bytes(content)

    return repair


def change_options(page: Page, dialog: Locator) -> None:
    """Fill in other options, as the dialog of a retry takes them."""
    dialog.get_by_label("New time limit of a phase, minutes").fill("30")
    dialog.get_by_label("New limit of tries of a phase").fill("7")
    dialog.get_by_role("button", name="Columns in review").click()
    page.get_by_role("button", name="The best candidate of each is taken").click()


def test_retries_a_failed_run_and_it_completes_from_the_failed_phase(
    app: ServedApp, sign_in, tmp_path: Path
):
    scope = operator_scope(app)
    _, started = start_discovery(scope, {"mystery.csv": AMBIGUOUS.encode()})
    assert wait_for_rest(scope, started).status == "waiting_for_approval"
    repair = damage(tmp_path / "data" / "storage" / "frames")
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, started.workflow_id, [], accept_best=True
        )
    assert wait_for_rest(scope, started).status == "failed"
    repair()

    page = sign_in(Role.ADMIN)
    page.goto(app.url("/admin/runs"))
    row = page.get_by_role("row").filter(has_text="mystery.csv")
    expect(row).to_contain_text("Failed")
    row.get_by_role("button", name="mystery.csv").click()
    page.get_by_role("link", name="Open the workflow").click()
    page.get_by_role("button", name="Retry from").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Retry run")).to_be_disabled()
    dialog.get_by_label("Reason").fill("The storage was repaired.")
    change_options(page, dialog)
    dialog.get_by_role("button", name="Retry run").click()

    expect(page.get_by_role("link", name="Open the inventory")).to_be_visible(
        timeout=60_000
    )
    # Once for the options, once for the retry.
    expect(page.get_by_text("The storage was repaired.")).to_have_count(2)
    options = look(scope, started).state_data["options"]
    assert options == {"approve": "all", "phase_timeout_seconds": 1800.0}
    assert look(scope, started).max_attempts == 7
    tries = [one.phase for one in look(scope, started).tries]
    assert tries.count("data_validation") == 1
    assert tries.count("data_cleansing") == 2
