"""From a commit to a thousand open tabs of the workflow page.

Each tab is a raw socket that asks for the page's live event, as a browser does. The
change is a pause or resume of a paused workflow: one commit, one new version.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import psycopg
import websockets

from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.cli.serve import web_environment
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.database.addresses import database_url, driver_address
from discovery_app.domain.access import AccountScope, Role, Scope
from discovery_app.domain.people import Operator
from discovery_app.services.accounts import AccountService
from discovery_app.services.crewai_flow import CrewAIFlowService, UploadedFile
from discovery_app.services.people import PeopleService
from discovery_app.services.workflow_state import WorkflowStateService

TABS = int(os.environ.get("BENCH_TABS", "1000"))
PEOPLE = 25
CHANGES = 5
TARGET_MS = 1000
PORT = 4381
EVENT = (
    "reflex___state____state."
    "discovery_app___states___workflow____workflow_page_state.watch"
)
CSV = b"Hostname,IP Address\nweb-01,10.0.0.1\n"


@dataclass
class Tab:
    """One socket, and when it last heard of a change."""

    token: str
    cookie: str
    heard_at: float = 0.0
    words: asyncio.Event = field(default_factory=asyncio.Event)


def measure() -> list[Row]:
    """Return the 95th percentile over tabs and changes, beside one bare listener."""
    scope = tenant("Tabs")
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope, [UploadedFile("bench.csv", [CSV])]
    )
    cookies = _people(scope)
    web = _web()
    try:
        waits, bare = asyncio.run(_measure(scope, started.workflow_id, cookies))
    finally:
        web.terminate()
        web.wait(20)
    late = statistics.quantiles(waits, n=20)[-1]
    return [
        Row(
            f"commit → seen in {TABS:,} tabs, p95",
            late,
            "ms",
            bare,
            late / bare,
            f"< {TARGET_MS} ms",
            late < TARGET_MS,
        )
    ]


def _people(scope: Scope) -> list[str]:
    by, cookies = Operator("bench"), []
    with unit_of_work(AccountScope()) as session:
        for number in range(PEOPLE):
            people = PeopleService(session)
            user_id = people.add_user(
                by, f"tab{number}@bench.example", f"Tab {number}", reason="bench"
            )
            people.add_membership(
                by,
                user_id,
                Role.CONSULTANT,
                scope.client_account_id,
                scope.engagement_id,
                reason="bench",
            )
            cookies.append(AccountService(session).open_session(user_id, "bench"))
    return cookies


def _web() -> subprocess.Popen[bytes]:
    """Start the web process without built pages; tabs only need its sockets."""
    os.environ["DISCOVERY_PORT"] = str(PORT)
    settings.cache_clear()
    environment = web_environment()
    environment.pop("__REFLEX_MOUNT_FRONTEND_COMPILED_APP")
    process = subprocess.Popen(  # noqa: S603  Our own program.
        [
            *(sys.executable, "-m", "uvicorn", "--factory"),
            "discovery_app.discovery_app:app",
            *("--port", str(PORT), "--log-level", "warning"),
        ],
        env=environment,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://localhost:{PORT}/api/v1/health").is_success:
                return process
        except httpx.HTTPError:
            time.sleep(0.3)
    process.terminate()
    raise RuntimeError("The web process did not answer.")


async def _measure(
    scope: Scope, workflow_id: UUID, cookies: list[str]
) -> tuple[list[float], float]:
    tabs = [Tab(uuid4().hex, cookies[n % PEOPLE]) for n in range(TABS)]
    gate = asyncio.Semaphore(40)
    tasks = [asyncio.create_task(_open(tab, workflow_id, gate)) for tab in tabs]
    async with asyncio.timeout(180):
        await asyncio.gather(*(tab.words.wait() for tab in tabs))
    await asyncio.sleep(3)
    waits: list[float] = []
    for change in range(CHANGES):
        waits += await _one_change(scope, workflow_id, tabs, paused=change % 2 == 0)
        await asyncio.sleep(2)
    bare = [await _bare(scope, workflow_id, paused=n % 2 == 1) for n in range(CHANGES)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return waits, statistics.median(bare)


async def _one_change(
    scope: Scope, workflow_id: UUID, tabs: list[Tab], *, paused: bool
) -> list[float]:
    for tab in tabs:
        tab.words.clear()
    await asyncio.to_thread(_change, scope, workflow_id, paused=paused)
    changed_at = time.perf_counter()
    async with asyncio.timeout(30):
        await asyncio.gather(*(tab.words.wait() for tab in tabs))
    return [(tab.heard_at - changed_at) * 1000 for tab in tabs]


async def _bare(scope: Scope, workflow_id: UUID, *, paused: bool) -> float:
    address = driver_address(database_url())
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as one:
        await one.execute("LISTEN workflow_changed")
        await asyncio.to_thread(_change, scope, workflow_id, paused=paused)
        changed_at = time.perf_counter()
        async for _ in one.notifies(stop_after=1):
            return max((time.perf_counter() - changed_at) * 1000, 0.1)
    raise RuntimeError("No notification came.")


def _change(scope: Scope, workflow_id: UUID, *, paused: bool) -> None:
    with unit_of_work(scope) as session:
        states = WorkflowStateService(session)
        act = states.pause if paused else states.resume
        act(scope, workflow_id, version=None)


async def _open(tab: Tab, workflow_id: UUID, gate: asyncio.Semaphore) -> None:
    """Connect, ask for the page's live event, and note when a delta comes."""
    address = (
        f"ws://localhost:{PORT}/_event/?token={tab.token}&EIO=4&transport=websocket"
    )
    headers = {
        "Cookie": f"discovery_session={tab.cookie}",
        "Origin": f"http://localhost:{PORT}",
    }
    async with gate:
        socket = await websockets.connect(
            address, additional_headers=headers, max_size=None, compression=None
        )
        await socket.recv()
        await socket.send("40/_event,")
        await socket.recv()
        await socket.send(_watch(tab.token, workflow_id))
        heard = asyncio.create_task(_listen(tab, socket))
        await tab.words.wait()
    await heard


def _watch(token: str, workflow_id: UUID) -> str:
    path = f"/workflows/{workflow_id}"
    event = {
        "name": EVENT,
        "payload": {},
        "token": token,
        "router_data": {"pathname": path, "asPath": path, "query": {}},
    }
    return "42/_event," + json.dumps(["event", event])


async def _listen(tab: Tab, socket: websockets.ClientConnection) -> None:
    async for message in socket:
        if message == "2":
            await socket.send("3")
        elif '"delta"' in str(message) and "bench.csv" in str(message):
            tab.heard_at = time.perf_counter()
            tab.words.set()
