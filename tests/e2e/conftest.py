"""A served app for browser tests: real pages, web process, runner and database.

The pages are built once a test run, in a folder of their own that is kept, so that
the next run builds only what changed. Each test has its own database, web process
and runner.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from discovery_app.cli.serve import web_environment
from discovery_app.domain.access import Role
from tests.browser import ARGUMENTS, find
from tests.conftest import ROOT, TestDatabase
from tests.people import (
    PASSWORD,
    add_client,
    add_engagement,
    add_membership,
    add_session,
    person_of,
)
from tests.processes import runner, wait_until

BUILD = ROOT / ".web" / "e2e"
"""Under a folder that git leaves out and that Reflex does not watch."""
LINKED = ("discovery_app", "assets", "rxconfig.py", "reflex.lock")
PORTS = range(4390, 4400)
"""The first free one; the pages are built for it, so it should seldom change."""
BUILD_CODE = "from discovery_app.cli.bundle import build_pages; build_pages()"
PATIENCE_MS = 15_000


class ServedApp:
    """An app that people can open, with one client and one engagement.

    Attributes:
        address: Without a slash at its end.
    """

    def __init__(self, address: str, client: str = "Northwind Logistics") -> None:
        self.address = address
        self.client_id = add_client(client)
        self.engagement_id = add_engagement(self.client_id, "DC exit 2027")

    def add_person(self, role: Role) -> str:
        """Add someone who is ``role`` on the engagement; return their email."""
        email = f"{role.value}@example.com"
        token = add_session(email, is_admin=role is Role.ADMIN)
        if role is not Role.ADMIN:
            add_membership(person_of(token), role, self.client_id, self.engagement_id)
        return email

    def url(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self.address}{path}"

    @property
    def import_page(self) -> str:
        """Return the address of the engagement's import page."""
        return self.url(f"/engagements/{self.engagement_id}/import")


@pytest.fixture(scope="session")
def port() -> int:
    """A port that is free now."""
    for one in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", one)) != 0:
                return one
    pytest.fail(f"No port of {PORTS} is free; stop what uses them.")


@pytest.fixture(scope="session")
def build(port: int) -> Path:
    """The folder with the built pages."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        link = BUILD / name
        # A build before the lock was committed left a folder of its own there.
        if (ROOT / name).exists() and not os.path.lexists(link):
            link.symlink_to(ROOT / name)
    done = subprocess.run(
        [sys.executable, "-c", BUILD_CODE],
        cwd=BUILD,
        env=os.environ | {"DISCOVERY_PORT": str(port)},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.fail(f"The pages were not built:\n{done.stdout}\n{done.stderr}")
    return BUILD


@pytest.fixture
def app(
    database: TestDatabase,
    build: Path,
    port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ServedApp]:
    """The web process on this test's database; without a runner."""
    monkeypatch.setenv("DISCOVERY_PORT", str(port))
    address = f"http://localhost:{port}"
    log = tmp_path / "web.log"
    with log.open("wb") as output:
        web = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--factory"),
                "discovery_app.discovery_app:app",
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--timeout-graceful-shutdown", "1", "--log-level", "warning"),
            ],
            cwd=build,
            env=web_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: _answers(web, address, log), "the app answers", 60)
            yield ServedApp(address)
        finally:
            web.terminate()
            web.wait(30)


@pytest.fixture
def with_runner(app: ServedApp) -> Iterator[None]:
    """A runner that works on what the app starts."""
    with runner():
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole test run."""
    path = find()
    if path is None:
        pytest.fail("There is no browser; run python -m tests.browser.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def sign_in(
    app: ServedApp,
    chromium: Browser,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Page]]:
    """Sign a person in, in a browser of their own; a trace is left of a failure."""
    contexts = []

    def sign_in_as(role: Role, **options: object) -> Page:
        email = app.add_person(role)
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.tracing.start(screenshots=True, snapshots=True)
        contexts.append((email, context))
        page = context.new_page()
        page.goto(app.url("/sign-in"))
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(re.compile("sign-in"))
        return page

    yield sign_in_as
    failed = getattr(request.node, "failed", False)
    for email, context in contexts:
        for number, page in enumerate(context.pages) if failed else ():
            page.screenshot(path=tmp_path / f"{email}-{number}.png", full_page=True)
        path = tmp_path / f"{email}-trace.zip" if failed else None
        context.tracing.stop(path=path)
        context.close()
    if failed:
        request.node.add_report_section("call", "browser", f"Traces: {tmp_path}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Let fixtures know whether the test failed."""
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True
    return report


def _answers(web: subprocess.Popen, address: str, log: Path) -> bool:
    if web.poll() is not None:
        pytest.fail(f"The web process ended:\n{log.read_text()[-4000:]}")
    try:
        answer = httpx.get(f"{address}/api/v1/health", timeout=5)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200
