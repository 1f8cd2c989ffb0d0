"""Several web processes behind one address: Redis keeps what a tab holds.

Shown with processes that serve no built pages, because a tab needs their sockets only.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from discovery_app.cli.serve import web_environment
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import make_workflow
from tests.people import add_client, add_engagement, add_membership, add_session
from tests.people import person_of as signed_in_person
from tests.processes import wait_until
from tests.states.tabs import RawTab

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("database")]

PAGE = "workflow____workflow_page_state."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def redis(tmp_path) -> Iterator[str]:
    """The address of a Redis of this test."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("There is no redis-server; Debian's package of that name has it.")
    port = free_port()
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "")
    with subprocess.Popen(
        [program, *options, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL
    ) as server:
        wait_until(lambda: answers_on(port), "Redis listens", 20)
        yield f"redis://127.0.0.1:{port}"
        server.terminate()


def answers_on(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def web_process(port: int, redis: str) -> Iterator[subprocess.Popen]:
    environment = web_environment() | {
        "DISCOVERY_PORT": str(port),
        "REFLEX_REDIS_URL": redis,
    }
    environment.pop("__REFLEX_MOUNT_FRONTEND_COMPILED_APP")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "--factory"),
            "discovery_app.discovery_app:app",
            *("--port", str(port), "--log-level", "warning"),
        ],
        env=os.environ | environment,
    )
    try:
        wait_until(lambda: is_healthy(port), "the web process answers", 60)
        yield process
    finally:
        process.kill()
        process.wait(30)


def is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://localhost:{port}/api/v1/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def consultant() -> tuple[Scope, str]:
    """A consultant on an engagement, and the token of their session."""
    token = add_session("maya@example.com")
    client_id = add_client()
    engagement_id = add_engagement(client_id)
    add_membership(signed_in_person(token), Role.CONSULTANT, client_id, engagement_id)
    return Scope("Maya Okafor", Role.CONSULTANT, client_id, engagement_id), token


def opens(tab: RawTab, port: int, status: str) -> None:
    """Connect, load the workflow's page, and see it in ``status``."""
    tab.open(port)
    tab.send(f"{PAGE}watch")
    tab.hear(shows(status))


def shows(status: str):
    """Return what tells a word that shows the workflow page in ``status``."""
    return lambda word: '"delta"' in word and f'"status":"{status}"' in word


@pytest.mark.timeout(180)
def test_tabs_of_two_web_processes_see_the_same_and_outlive_one_of_them(
    redis, consultant
):
    scope, cookie = consultant
    workflow_id = make_workflow(scope)
    first, second = free_port(), free_port()
    path = f"/workflows/{workflow_id}"
    tab, other = RawTab(cookie, path), RawTab(cookie, path)

    with ExitStack() as opened:
        one = opened.enter_context(web_process(first, redis))
        two = opened.enter_context(web_process(second, redis))
        opens(tab, first, "queued")
        opens(other, second, "queued")

        # What one person does by one process is seen in tabs of both.
        other.send(f"{PAGE}pause")
        for each in (tab, other):
            each.hear(shows("paused"))

        # What a tab holds outlives a restart: the reason was typed into the first.
        tab.send(f"{PAGE}write_reason", words="A newer export follows")
        tab.hear(lambda word: "A newer export follows" in word)
        held = tab.token
        one.terminate()
        one.wait(30)
        tab.open(second)
        tab.send(f"{PAGE}cancel")
        other.hear(shows("cancelled"))
        assert tab.token == held

        # After a kill a tab begins anew; its page's load shows what is true.
        opened.enter_context(web_process(first, redis))
        two.kill()
        opens(tab, first, "cancelled")

    with unit_of_work(scope) as session:
        last = WorkflowStateService(session).events(scope, workflow_id)[-1]
    assert (last.type, last.reason) == ("cancelled", "A newer export follows")
