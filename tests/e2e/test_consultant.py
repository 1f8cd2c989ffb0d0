"""A consultant brings files in and takes them to a finished inventory."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from discovery_app.domain.access import Role
from tests.e2e.conftest import ServedApp
from tests.processes import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("with_runner")]

STATES = ("active", "inactive")
AMBIGUOUS = "Machine Label,Purpose,State,RAM,Zone code\n" + "".join(
    f"srv-{n:03d},app {n % 7},{STATES[n % 3 == 0]},{n % 8 + 1}6,Z{n % 4}\n"
    for n in range(60)
)
SERVERS = "Name,Operating system\nweb-01,Ubuntu 22.04\n"


def drop(page: Page, *files: str | Path | dict) -> None:
    """Give files to the import page, as a drop does."""
    page.get_by_label("Drop exports here").set_input_files(list(files))


def csv_file(name: str, text: str) -> dict:
    """Return a file for ``drop``."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def test_takes_an_rvtools_export_to_the_inventory_without_a_reload(
    app: ServedApp, sign_in, samples: Path
):
    page = sign_in(Role.CONSULTANT)
    page.goto(app.import_page)
    loads = []
    page.on("load", lambda _: loads.append(page.url))

    found = next(samples.rglob("SizingWorkshop-RVTools.xlsx"))
    drop(page, found)
    expect(
        page.get_by_text(re.compile(r"RVTools · \d+ of \d+ sheets used"))
    ).to_be_visible()
    page.get_by_role("button", name="Start with 1 file").click()
    page.wait_for_url(re.compile("/workflows/"))
    review_or_end = page.get_by_role(
        "link", name=re.compile("Review the mapping|Open the inventory")
    )
    expect(review_or_end).to_be_visible(timeout=90_000)
    if page.get_by_role("link", name="Review the mapping").is_visible():
        page.get_by_role("link", name="Review the mapping").click()
        accept_everything(page)
    expect(
        page.get_by_role("heading", name="SizingWorkshop-RVTools.xlsx")
    ).to_be_visible()
    expect(page.get_by_role("link", name="Open the inventory")).to_be_visible(
        timeout=90_000
    )
    page.get_by_role("link", name="Open the inventory").click()

    expect(page.get_by_text(re.compile(r"\b795\b")).first).to_be_visible()
    assert loads == [], "A page was loaded again."


def test_decides_ambiguous_columns_and_the_run_goes_on(app: ServedApp, sign_in):
    page = sign_in(Role.CONSULTANT)
    page.goto(app.import_page)

    drop(page, csv_file("mystery.csv", AMBIGUOUS))
    page.get_by_role("button", name="Start with 1 file").click()
    page.get_by_role("link", name="Review the mapping").click()
    expect(page.get_by_role("button", name="4 still to decide")).to_be_disabled()
    page.get_by_role("button", name="Map Purpose to Server role").click()
    page.get_by_role("button", name="Target of State").click()
    page.get_by_label("Search fields").fill("operational")
    page.get_by_role("button", name="Operational status", exact=True).click()
    page.get_by_role("button", name="Keep RAM as custom field").click()
    page.get_by_role("button", name="Accept Name for Machine Label").click()
    page.reload()  # Every decision was kept.
    page.get_by_role("button", name="Approve 3 mappings").click()

    expect(page.get_by_text("Completed").first).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Open the inventory").click()
    expect(page.get_by_text("srv-001").first).to_be_visible()


def test_is_told_why_a_file_is_refused_and_nothing_of_it_stays(
    app: ServedApp, sign_in, tmp_path: Path
):
    page = sign_in(Role.CONSULTANT)
    page.goto(app.import_page)

    drop(
        page,
        {
            "name": "photo.csv",
            "mimeType": "text/csv",
            "buffer": b"\x89PNG\r\n\x1a\n" * 9,
        },
        csv_file("servers.csv", SERVERS),
    )

    expect(page.get_by_text("This is a picture")).to_be_visible()
    expect(page.get_by_text("Nothing was stored.")).to_be_visible()
    expect(page.get_by_role("button", name="Start with 1 file")).to_be_enabled()
    stored = [
        p for p in (tmp_path / "data" / "storage" / "uploads").rglob("*") if p.is_file()
    ]
    assert len(stored) == 1


def test_cancels_an_upload_and_nothing_of_it_stays(
    app: ServedApp, sign_in, tmp_path: Path
):
    page = sign_in(Role.CONSULTANT)
    page.goto(app.import_page)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    network.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    uploads = tmp_path / "data" / "storage" / "uploads"

    drop(page, csv_file("large.csv", SERVERS * 400_000))
    expect(page.get_by_text(re.compile(r"MB · .*MB/s"))).to_be_visible()
    assert [path for path in uploads.rglob("*") if path.is_file()]
    page.get_by_role("button", name="Remove large.csv").click()

    expect(page.get_by_text("large.csv")).to_have_count(0)
    wait_until(
        lambda: not [path for path in uploads.rglob("*") if path.is_file()],
        "the partial file is gone",
    )


def test_corrects_how_a_file_is_read(app: ServedApp, sign_in):
    page = sign_in(Role.CONSULTANT)
    page.goto(app.import_page)
    text = "Servers of the Leipzig site\n\nName;Operating system\nweb-01;Ubuntu 22.04\n"

    drop(page, csv_file("leipzig.csv", text))
    expect(
        page.get_by_role("button", name=re.compile("Delimiter semicolon"))
    ).to_be_visible()
    page.get_by_role("button", name=re.compile("Header row")).click()
    page.get_by_role("button", name="Row 3", exact=True).click()

    expect(page.get_by_role("columnheader", name="Operating system")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Header row 3")).to_be_visible()
    expect(page.get_by_role("cell", name="web-01")).to_be_visible()


def test_is_warned_before_the_same_file_is_imported_again(app: ServedApp, sign_in):
    page = sign_in(Role.CONSULTANT)
    file = csv_file("servers.csv", SERVERS)
    page.goto(app.import_page)
    drop(page, file)
    page.get_by_role("button", name="Start with 1 file").click()
    page.wait_for_url(re.compile("/workflows/"))

    page.goto(app.import_page)
    drop(page, file)
    page.get_by_role("button", name="Import again…").click()

    expect(page.get_by_role("alertdialog")).to_contain_text(
        "imported into this engagement before"
    )
    page.get_by_role("button", name="Import again", exact=True).click()
    page.wait_for_url(re.compile("/workflows/"))


def accept_everything(page: Page) -> None:
    """Accept each suggestion of the mapping review and approve."""
    undecided = page.get_by_role("button", name=re.compile("still to decide"))
    approve = page.get_by_role("button", name=re.compile(r"Approve \d+ mappings"))
    expect(undecided.or_(approve)).to_be_visible()
    accept = page.get_by_role("button", name=re.compile("^Accept .* for "))
    while undecided.is_visible():
        left = accept.count()
        accept.first.click()
        expect(accept).to_have_count(left - 1)
    approve.click()
    page.wait_for_url(re.compile(r"/workflows/[^/]+$"))
