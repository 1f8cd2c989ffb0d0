import asyncio
import threading

import psycopg
import pytest

from discovery_app.database import (
    WORKFLOW_CHANGED,
    WORKFLOW_QUEUED,
    Notification,
    listen,
    wait_for_notification,
)
from discovery_app.database.addresses import driver_address

LISTENERS = (
    "select pid from pg_stat_activity where datname = %s and query like 'LISTEN%%'"
)


def say(database, channel, payload):
    address = driver_address(database.app_url)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("select pg_notify(%s, %s)", (channel, payload))


def cut(server, database):
    """End every listening connection, as a restart of the server would."""
    with server.superuser() as operator:
        pids = [row[0] for row in operator.execute(LISTENERS, (database.name,))]
        for pid in pids:
            operator.execute("select pg_terminate_backend(%s, 2000)", (pid,))
    return len(pids)


def test_tells_what_was_said_after_a_marker(empty_database):
    async def hear():
        words = listen(WORKFLOW_CHANGED)
        first = await anext(words)
        say(empty_database, WORKFLOW_CHANGED, "one")
        say(empty_database, WORKFLOW_QUEUED, "not for us")
        say(empty_database, WORKFLOW_CHANGED, "two")
        heard = [await anext(words), await anext(words)]
        await words.aclose()
        return [first, *heard]

    assert asyncio.run(asyncio.wait_for(hear(), 20)) == [
        Notification(WORKFLOW_CHANGED, resync=True),
        Notification(WORKFLOW_CHANGED, "one"),
        Notification(WORKFLOW_CHANGED, "two"),
    ]


def test_comes_back_after_an_outage_and_asks_to_read_again(server, empty_database):
    async def hear():
        words = listen(WORKFLOW_CHANGED)
        await anext(words)
        waiting = asyncio.create_task(anext(words))
        await asyncio.sleep(0.1)
        ended = await asyncio.to_thread(cut, server, empty_database)
        marker = await waiting
        say(empty_database, WORKFLOW_CHANGED, "after")
        after = await anext(words)
        await words.aclose()
        return ended, marker, after

    assert asyncio.run(asyncio.wait_for(hear(), 20)) == (
        1,
        Notification(WORKFLOW_CHANGED, resync=True),
        Notification(WORKFLOW_CHANGED, "after"),
    )


def test_hears_again_after_a_quiet_time(empty_database, monkeypatch):
    monkeypatch.setattr("discovery_app.database.notifications.QUIET_SECONDS", 0.1)

    async def hear():
        words = listen(WORKFLOW_CHANGED)
        await anext(words)
        waiting = asyncio.create_task(anext(words))
        await asyncio.sleep(0.5)
        say(empty_database, WORKFLOW_CHANGED, "late")
        heard = await waiting
        await words.aclose()
        return heard

    assert asyncio.run(asyncio.wait_for(hear(), 20)).payload == "late"


def test_leaves_no_connection_when_it_is_cancelled(server, empty_database):
    async def run():
        words = listen(WORKFLOW_CHANGED)
        await anext(words)
        task = asyncio.create_task(anext(words))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await words.aclose()

    asyncio.run(asyncio.wait_for(run(), 20))

    assert cut(server, empty_database) == 0


class Ear:
    """A thread that listens, and what it heard."""

    def __init__(self, channel):
        self.heard = []
        self.stop = threading.Event()
        self._news = threading.Condition()
        self.thread = threading.Thread(
            target=wait_for_notification, args=(channel, self.stop, self._note)
        )
        self.thread.start()

    def _note(self, word):
        with self._news:
            self.heard.append(word)
            self._news.notify_all()

    def wait_for(self, count):
        with self._news:
            assert self._news.wait_for(lambda: len(self.heard) >= count, timeout=15)


@pytest.fixture
def ear(empty_database):
    ear = Ear(WORKFLOW_QUEUED)
    yield ear
    ear.stop.set()
    ear.thread.join(10)
    assert not ear.thread.is_alive()


def test_a_thread_hears_too_and_comes_back(server, empty_database, ear):
    ear.wait_for(1)
    say(empty_database, WORKFLOW_QUEUED, "before")
    ear.wait_for(2)
    cut(server, empty_database)
    ear.wait_for(3)
    say(empty_database, WORKFLOW_QUEUED, "after")
    ear.wait_for(4)

    assert ear.heard == [
        Notification(WORKFLOW_QUEUED, resync=True),
        Notification(WORKFLOW_QUEUED, "before"),
        Notification(WORKFLOW_QUEUED, resync=True),
        Notification(WORKFLOW_QUEUED, "after"),
    ]


def test_a_thread_stops_while_the_server_is_away(monkeypatch, own_settings):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@127.0.0.1:1/discovery")
    stop = threading.Event()
    thread = threading.Thread(
        target=wait_for_notification, args=(WORKFLOW_QUEUED, stop, print)
    )

    thread.start()
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
