"""The hub wakes open pages when what they show has changed."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.domain.access import AccountScope
from discovery_app.errors import (
    ConflictError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)
from discovery_app.services.people import PeopleService
from discovery_app.services.signed_in import forget
from discovery_app.states import hub as hubs
from discovery_app.states.hub import Hub, Wake
from tests.conftest import TestDatabase
from tests.people import OPERATOR, WHY, add_session, person_of
from tests.states.test_gate import make_tab

pytestmark = pytest.mark.usefixtures("database")
SOON = 5.0


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tab is connected, and no poll wakes it."""
    monkeypatch.setattr(hubs, "is_connected", lambda token: True)
    monkeypatch.setenv("DISCOVERY_WATCH_POLL_SECONDS", "3600")
    monkeypatch.setenv("DISCOVERY_WATCH_COALESCE_SECONDS", "0.05")
    settings.cache_clear()
    forget()


@asynccontextmanager
async def running() -> AsyncIterator[Hub]:
    """A hub that hears; resynchronised and quiet."""
    hub = Hub()
    task = asyncio.create_task(hub.run())
    try:
        await asyncio.sleep(0.3)
        yield hub
    finally:
        task.cancel()
        await asyncio.wait([task])


def say(database: TestDatabase, payload: str) -> None:
    """Commit a word on the channel, as a runner in another process does."""
    with psycopg.connect(driver_address(database.owner_url)) as connection:
        connection.execute("select pg_notify('workflow_changed', %s)", (payload,))


def change(engagement_id: UUID, workflow_id: UUID | None = None) -> str:
    return json.dumps(
        {
            "engagement_id": str(engagement_id),
            "workflow_id": str(workflow_id or uuid4()),
            "version": 2,
        }
    )


async def next_of(wakes: AsyncIterator[Wake], seconds: float = SOON) -> Wake:
    return await asyncio.wait_for(anext(wakes), seconds)


async def is_quiet(wakes: AsyncIterator[Wake]) -> bool:
    try:
        await next_of(wakes, 0.3)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("topic", ["engagement", "workflow"])
def test_wakes_for_a_commit_of_its_topic(database: TestDatabase, topic: str):
    token, engagement, workflow = add_session(), uuid4(), uuid4()

    async def follow() -> None:
        async with running() as hub:
            topics = {engagement if topic == "engagement" else workflow}
            wakes = hub.changes(make_tab(token), topics)
            await next_of(wakes)
            await asyncio.to_thread(say, database, change(engagement, workflow))
            await next_of(wakes)

    asyncio.run(follow())


def test_sleeps_for_commits_of_others(database: TestDatabase):
    token = add_session()

    async def follow() -> None:
        async with running() as hub:
            wakes = hub.changes(make_tab(token), {uuid4()})
            await next_of(wakes)
            await asyncio.to_thread(say, database, change(uuid4()))
            assert await is_quiet(wakes)

    asyncio.run(follow())


@pytest.mark.parametrize("word", ["", "{}", "[]", '{"engagement_id": 3}', "null"])
def test_survives_words_that_are_not_ours(database: TestDatabase, word: str):
    token, engagement = add_session(), uuid4()

    async def follow() -> None:
        async with running() as hub:
            wakes = hub.changes(make_tab(token), {engagement})
            await next_of(wakes)
            await asyncio.to_thread(say, database, word)
            await asyncio.to_thread(say, database, change(engagement))
            await next_of(wakes)

    asyncio.run(follow())


def test_many_changes_are_few_wakes():
    token, topic = add_session(), uuid4()

    async def follow() -> int:
        hub = Hub()
        wakes = hub.changes(make_tab(token), {topic})
        await next_of(wakes)
        for _ in range(100):
            hub.note(topic)
        await next_of(wakes)
        count = 1
        while not await is_quiet(wakes):
            count += 1
        return count

    assert asyncio.run(follow()) == 1


def test_a_change_while_a_page_reads_wakes_it_again():
    token, topic = add_session(), uuid4()

    async def follow() -> None:
        hub = Hub()
        wakes = hub.changes(make_tab(token), {topic})
        await next_of(wakes)
        hub.note(topic)
        await asyncio.sleep(0.1)  # The page is still at work on its first wake.
        await next_of(wakes)

    asyncio.run(follow())


def test_reads_once_a_change_for_all_tabs():
    tokens, topic = [add_session() for _ in range(3)], uuid4()
    read = Counter()

    async def follow() -> None:
        hub = Hub()
        watching = [hub.changes(make_tab(token), {topic}) for token in tokens]
        for expected in (1, 2):
            wakes = [await next_of(one) for one in watching]
            found = await asyncio.gather(*(one.read("board", read) for one in wakes))
            assert found == [expected] * 3
            hub.note(topic)

    asyncio.run(follow())


def test_reads_anew_when_everyone_had_left():
    token, topic = add_session(), uuid4()
    read = Counter()

    async def look(hub: Hub) -> int:
        wakes = hub.changes(make_tab(token), {topic})
        found = await (await next_of(wakes)).read("board", read)
        await wakes.aclose()
        return found

    async def follow() -> list[int]:
        hub = Hub()
        return [await look(hub), await look(hub)]

    assert asyncio.run(follow()) == [1, 2]


class Counter:
    """Counts how often it is read; may fail at first."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            if self._errors:
                raise self._errors.pop(0)
            self._count += 1
            return self._count


@pytest.mark.parametrize(
    "error", [UnavailableError("Try again."), NotFoundError("workflow", 1)]
)
def test_an_error_is_not_remembered(error: Exception):
    token, topic = add_session(), uuid4()
    read = Counter(error)

    async def follow() -> None:
        hub = Hub()
        wake = await next_of(hub.changes(make_tab(token), {topic}))
        with pytest.raises(type(error)):
            await wake.read("board", read)
        assert await wake.read("board", read) == 1

    asyncio.run(follow())


def test_an_outage_wakes_the_page_again_by_itself():
    token, topic = add_session(), uuid4()

    async def follow() -> None:
        wakes = Hub().changes(make_tab(token), {topic})
        wake = await next_of(wakes)
        with pytest.raises(UnavailableError):
            await wake.read("board", Counter(UnavailableError("Try again.")))
        await next_of(wakes)

    asyncio.run(follow())


def test_a_revoked_session_ends_the_watch_at_once():
    token = add_session()
    person = person_of(token)

    async def follow() -> None:
        async with running() as hub:
            wakes = hub.changes(make_tab(token), {uuid4()})
            await next_of(wakes)
            await asyncio.to_thread(revoke, person.session_id)
            with pytest.raises(NotSignedInError):
                await next_of(wakes)

    asyncio.run(follow())


def revoke(session_id: UUID) -> None:
    with unit_of_work(AccountScope()) as session:
        PeopleService(session).revoke_session(OPERATOR, session_id, reason=WHY)


def test_a_tab_that_is_gone_ends_its_watch(monkeypatch: pytest.MonkeyPatch):
    token, topic = add_session(), uuid4()

    async def follow() -> None:
        hub = Hub()
        wakes = hub.changes(make_tab(token), {topic})
        await next_of(wakes)
        monkeypatch.setattr(hubs, "is_connected", lambda token: False)
        hub.note(topic)
        with pytest.raises(StopAsyncIteration):
            await next_of(wakes)
        assert not hub._channels
        assert not hub._by_topic
        assert not hub._watches

    asyncio.run(follow())


def test_one_person_has_so_many_watches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DISCOVERY_WATCHES_PER_PERSON", "2")
    settings.cache_clear()
    mine, theirs = add_session(), add_session()

    async def follow() -> None:
        hub = Hub()
        watching = [hub.changes(make_tab(mine), {uuid4()}) for _ in range(3)]
        for one in watching[:2]:
            await next_of(one)
        with pytest.raises(ConflictError):
            await next_of(watching[2])
        await next_of(hub.changes(make_tab(theirs), {uuid4()}))
        await watching[0].aclose()
        await next_of(hub.changes(make_tab(mine), {uuid4()}))

    asyncio.run(follow())


def test_nobody_watches_without_a_session():
    async def follow() -> None:
        await next_of(Hub().changes(make_tab(), {uuid4()}))

    with pytest.raises(NotSignedInError):
        asyncio.run(follow())


def test_a_slow_poll_wakes_what_nobody_spoke_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DISCOVERY_WATCH_POLL_SECONDS", "1")
    settings.cache_clear()
    token = add_session()

    async def follow() -> None:
        async with running() as hub:
            wakes = hub.changes(make_tab(token), {uuid4()})
            await next_of(wakes)
            await next_of(wakes)

    asyncio.run(follow())
